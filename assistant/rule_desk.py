"""What the commands on rules share: which rules they look at, and the cases beside them.

Owns the reading of `--jurisdiction`, `--language` and FOLDER into rule sets and cases.  A folder is
either a whole set of packs (it holds `families.yaml`) or a bank's own rules.  It prints nothing.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from assistant.record.locations import Locations, locate
from assistant.rules_in_force import RulesInForce
from compliance.cases import Case, load_cases
from compliance.errors import AssistantError, BadInput, Fault, MissingPart
from compliance.overrides import load_bank_cases
from compliance.packs import available, languages_of, load_rules
from compliance.phrases import PACKS
from compliance.places import LANGUAGE_OF
from compliance.rules import Rule, RuleSet

REVIEWED = "No lawyer has reviewed these rules; a citation's status says how far it was checked."

COUNTRIES = {
    "cn": "Mainland China",
    "hk": "Hong Kong",
    "tw": "Taiwan",
    "uk": "United Kingdom",
    "us": "United States",
}


@dataclass(frozen=True, slots=True)
class RuleDesk:
    """The rules that a command looks at: packs, and a bank's folder laid over them."""

    packs: Path
    bank: Path | None

    @staticmethod
    def at(data_dir: Path | None, folder: Path | None = None) -> RuleDesk:
        """Those in force on this machine, or those of a folder.

        Raises:
            BadInput: the folder is not there.
        """
        if folder is None:
            return RuleDesk(PACKS, RulesInForce.at(locations(data_dir)).bank)
        if not folder.is_dir():
            fault = Fault(folder, 0, 0, "there is no such folder")
            raise BadInput("the rules cannot be read", (fault,))
        if (folder / "families.yaml").is_file():
            return RuleDesk(folder, None)
        return RuleDesk(PACKS, folder)

    def before(self, since: Path | None) -> RuleDesk:
        """The rules to compare these with: as they ship, or with a folder in place of its like.

        Raises:
            BadInput: the folder is not there.
        """
        if since is None:
            return RuleDesk(self.packs, None)
        other = RuleDesk.at(None, since)
        return RuleDesk(other.packs, self.bank) if other.bank is None else other

    def jurisdictions(self, given: str | None) -> tuple[str, ...]:
        """The one that was asked for, or all that have rules.

        Raises:
            MissingPart: there are no rules for it.
        """
        existing = available(self.packs)
        if given is None:
            return existing
        if given not in existing:
            raise MissingPart(
                f"there is no rule pack for '{given}' yet", f"There are {', '.join(existing)}."
            )
        return (given,)

    def rules(self, jurisdiction: str, language: str | None = None) -> RuleSet:
        """The rules of a jurisdiction, for calls in its own language or another.

        Raises:
            MissingPart: there are none.
            BadInput: files have faults.
        """
        spoken = language or LANGUAGE_OF[jurisdiction]
        return load_rules(jurisdiction, spoken, self.packs, bank=self.bank)

    def languages(self, jurisdiction: str) -> tuple[str, ...]:
        """The languages that a jurisdiction's pack speaks, its usual one first.

        Raises:
            BadInput: files have faults.
        """
        return languages_of(jurisdiction, self.packs)

    def cases(self, jurisdiction: str, language: str | None = None) -> tuple[Case, ...]:
        """The cases of a jurisdiction, those of the pack first, then the bank's.

        Those of the bank are in the usual language; without cases of its own another language has
        those of the usual one.

        Raises:
            BadInput: files are missing or have faults.
        """
        usual, *others = self.languages(jurisdiction)
        if language in others:
            return load_cases(jurisdiction, self.packs, language)
        of_bank = () if self.bank is None else load_bank_cases(self.bank, jurisdiction)
        return (*load_cases(jurisdiction, self.packs, usual), *of_bank)

    def rule(self, rule_id: str) -> tuple[Rule, RuleSet]:
        """A rule by its id, in any jurisdiction, with its rule set.

        Raises:
            AssistantError: there is none.
        """
        start = rule_id.partition("-")[0].lower()
        existing = available(self.packs)
        if start not in existing:
            begins = ", ".join(f"{name.upper()}-" for name in existing)
            raise AssistantError(f"there is no rule '{rule_id}'", f"Ids begin with {begins}.")
        rules = self.rules(start)
        return rules.rule(rule_id.upper() if rule_id.islower() else rule_id), rules


def locations(data_dir: Path | None) -> Locations:
    """Where things are kept on this machine."""
    return locate(data_dir, os.environ)


def now() -> datetime:
    """The time at this desk."""
    return datetime.now(UTC).astimezone()


def table(rows: Iterable[Iterable[str]]) -> str:
    """Rows as lines, each column as wide as its widest cell; the last one is free."""
    cells_of = [tuple(row) for row in rows]
    widths = [max(map(len, column)) for column in zip(*cells_of, strict=True)]
    lines = []
    for row in cells_of:
        cells = [cell.ljust(width) for cell, width in zip(row[:-1], widths, strict=False)]
        lines.append("  ".join((*cells, row[-1])).rstrip())
    return "\n".join(lines) + "\n" if lines else ""
