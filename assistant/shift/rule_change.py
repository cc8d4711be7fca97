"""What changed in the rules since the last shift at this desk, told in three lines.

Owns the file `shift-rules.json` in the data folder (which rules there were, and a print of each)
and the comparison with those in force now.  It reads no packs and keeps no law: only ids, titles
and prints.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from assistant.interface_text import N_
from compliance.documents import Schema
from compliance.findings import Severity
from compliance.rule_words import words_of
from compliance.rules import Rule, RuleSet, RuleStatus

NEW = N_("New or stricter: {rules}.")
EASED = N_("No longer flagged, or less gravely: {rules}.")
OTHER = N_("Otherwise changed: {rules}. Questions go to compliance.")
NOTHING = N_("none")

_GRAVITY = (Severity.HINT, Severity.MINOR, Severity.MAJOR, Severity.CRITICAL)
_MOST_BYTES = 20_000_000


class _Seen(Schema):
    """One rule as it was; `titles` by interface language."""

    severity: str
    print: str
    titles: dict[str, str]


class _Memory(Schema):
    hashes: dict[str, str]
    rules: dict[str, dict[str, _Seen]]


@dataclass(frozen=True, slots=True)
class RuleChange:
    """Titles, by interface language, of what is new or stricter, eased, and otherwise changed."""

    stricter: tuple[Mapping[str, str], ...] = ()
    eased: tuple[Mapping[str, str], ...] = ()
    otherwise: tuple[Mapping[str, str], ...] = ()

    @property
    def nothing(self) -> bool:
        """Whether no rule that an agent sees has changed."""
        return not (self.stricter or self.eased or self.otherwise)

    def lines(self, language: str) -> tuple[tuple[str, str], ...]:
        """Message ids, each with the titles that fill it (empty: none)."""
        comma = ", " if language == "en" else "、"

        def listed(found: Iterable[Mapping[str, str]]) -> str:
            return comma.join(dict.fromkeys(titles[language] for titles in found))

        return (
            (NEW, listed(self.stricter)),
            (EASED, listed(self.eased)),
            (OTHER, listed(self.otherwise)),
        )


class RuleMemory:
    """The rules of the last shift, in one file."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._memory = self._load()

    def change(self, rules: RuleSet) -> RuleChange | None:
        """What changed in a jurisdiction since; `None` where nothing did, or nobody remembers."""
        before = self._memory.rules.get(_name(rules))
        if before is None or self._memory.hashes.get(_name(rules)) == rules.content_hash:
            return None
        return _compared(before, _seen(rules))

    def remember(self, rules: RuleSet) -> None:
        """These are the rules that the next shift is compared with.

        A file that cannot be written is no reason to hold a shift up: the note comes again.
        """
        name = _name(rules)
        if self._memory.hashes.get(name) == rules.content_hash:
            return
        self._memory = _Memory(
            hashes={**self._memory.hashes, name: rules.content_hash},
            rules={**self._memory.rules, name: _seen(rules)},
        )
        new = self._path.with_name(f".{self._path.name}.{os.getpid()}")
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            new.write_text(
                json.dumps(self._memory.model_dump(mode="json"), ensure_ascii=False), "utf-8"
            )
            new.replace(self._path)
        except OSError:
            new.unlink(missing_ok=True)

    def _load(self) -> _Memory:
        try:
            if self._path.stat().st_size <= _MOST_BYTES:
                return _Memory.model_validate_json(self._path.read_bytes())
        except (OSError, ValidationError):
            pass  # nobody remembers
        return _Memory(hashes={}, rules={})


def _name(rules: RuleSet) -> str:
    return f"{rules.jurisdiction}/{rules.language}"


def _seen(rules: RuleSet) -> dict[str, _Seen]:
    """The rules that agents see."""
    phrases: dict[str, list[str]] = {}
    for phrase in rules.phrases.phrases:
        phrases.setdefault(phrase.label, []).append(phrase.text)
    return {
        rule.id: _Seen(
            severity=rule.severity.value,
            print=_print(rule, phrases),
            titles={code: rule.titles[code] for code in ("en", "zh-Hant", "zh-Hans")},
        )
        for rule in rules.rules
        if rule.status is RuleStatus.STABLE
    }


def _print(rule: Rule, phrases: Mapping[str, list[str]]) -> str:
    parts = [
        words_of(rule.when), words_of(rule.spec), words_of(rule.counts), words_of(rule.do_now),
        words_of(rule.explanations), *(repair.text for repair in rule.repairs), *rule.detectors,
    ]  # fmt: skip
    for detector in rule.detectors:
        parts.extend(sorted(phrases.get(detector, ())))
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:16]


def _compared(before: Mapping[str, _Seen], after: Mapping[str, _Seen]) -> RuleChange:
    stricter, eased, otherwise = [], [], []
    for rule_id, now in after.items():
        was = before.get(rule_id)
        if was is None or _gravity(now) > _gravity(was):
            stricter.append(now.titles)
        elif _gravity(now) < _gravity(was):
            eased.append(now.titles)
        elif now.print != was.print:
            otherwise.append(now.titles)
    eased += [was.titles for rule_id, was in before.items() if rule_id not in after]
    return RuleChange(tuple(stricter), tuple(eased), tuple(otherwise))


def _gravity(seen: _Seen) -> int:
    known = [severity.value for severity in _GRAVITY]
    return known.index(seen.severity) if seen.severity in known else -1
