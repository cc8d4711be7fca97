"""All packs in one table: what `assistant rules report --overview` writes.

Owns the rows and columns, and which lines each pack is measured on: its own cases, the example
utterances of its language, and lawful talk in that language.  The figures are `compliance`'s.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from assistant.lawful_talk import talk_files, talk_in
from assistant.rule_desk import COUNTRIES, REVIEWED, RuleDesk
from assistant.rule_measuring import add_unseen, on_sound
from compliance.labelled import lines_of_cases
from compliance.learning.left_out import LeftOut, left_out
from compliance.likeness import likeness_path
from compliance.phrases import base_language
from compliance.reporting import Measured, Measurer, Rate, Report, talk_hours
from compliance.rules import RuleSet

_HEAD = (
    "pack",
    "rules",
    "law verified",
    "cases: breaches found",
    "look-alikes flagged",
    "false alarms in lawful talk",
)
_EXAMPLES = (
    "unseen examples: said outright, found",
    "hinted, found",
    "look-alikes flagged",
    "facts asked for there",
)
_SOUND = ("cases by telephone: found", "look-alikes flagged")
_HAN = range(0x4E00, 0x9FFF)
_PROBED = 50  # lines of talk that tell its language


@dataclass(frozen=True, slots=True)
class Row:
    """One pack in one language, measured on its cases and on `lines`: examples, lawful talk."""

    jurisdiction: str
    language: str
    rules: RuleSet
    cases: Report
    lines: Report


def overview(
    *, unseen: bool, talk: Sequence[Path], voices: int, model: str | None, data_dir: Path | None
) -> None:
    """Write the table as Markdown.

    Args:
        unseen: measure on the examples too, each judged by a scorer trained without its author.
        talk: files or folders of lawful talk; each is judged by the packs of its language.
        voices: how many voices say the cases; 0 for none.
        model: the speech model that hears them.
        data_dir: as `--data-dir`.

    Raises:
        AssistantError: files have faults, or what is needed is not installed.
    """
    desk = RuleDesk.at(data_dir)
    lawful = [(path.name, [*talk_in(path)]) for path in talk_files(talk)]
    trained: dict[str, tuple[LeftOut, ...]] = {}  # by language: several packs speak each
    rows: list[Row] = []
    for name in desk.jurisdictions(None):
        for language in desk.languages(name):
            sys.stderr.write(f"measuring {COUNTRIES[name]}, {language}\n")
            rules = desk.rules(name, language)
            measurer = Measurer(rules)
            lines = [*lines_of_cases(rules, desk.cases(name, language))]
            measurer.add(lines)
            if voices:
                measurer.add_heard(on_sound(lines, language, voices, model, data_dir))
            hours = (
                talk_hours(rules, source, texts)
                for source, texts in lawful
                if language_of_talk(texts) == base_language(language)
            )
            others = Measurer(rules)
            base = base_language(language)
            # Only on lines that nothing was learned from can be measured.
            if unseen and likeness_path(base, desk.packs).is_file():
                if base not in trained:
                    trained[base] = tuple(left_out(base, desk.packs))
                add_unseen(others, desk, name, language, trained[base])
            rows.append(Row(name, language, rules, measurer.report(), others.report(hours)))
    sys.stdout.write(table(rows, unseen=unseen, spoken=bool(voices)))
    sys.stdout.write(f"\n{REVIEWED}\n")


def language_of_talk(texts: Sequence[str]) -> str:
    """The base language of lawful talk, by its characters."""
    probed = "".join(texts[:_PROBED])
    han = sum(ord(character) in _HAN for character in probed)
    return "zh" if 2 * han > len(probed) else "en"


def table(rows: Iterable[Row], *, unseen: bool, spoken: bool) -> str:
    """The rows as a Markdown table, with columns on unseen examples and on sound if wanted."""
    head = (*_HEAD, *(_EXAMPLES if unseen else ()), *(_SOUND if spoken else ()))
    lines = [head, ("---",) * len(head)]
    for row in rows:
        cells = [*_of_pack(row)]
        cells += _of_examples(row.lines) if unseen else ()
        cells += _on_sound(row.cases) if spoken else ()
        lines.append(tuple(cells))
    return "".join(f"| {' | '.join(cells)} |\n" for cells in lines)


def _of_pack(row: Row) -> Iterator[str]:
    status = Counter(rule.verified_law for rule in row.rules.rules)
    yield f"{COUNTRIES[row.jurisdiction]}, {row.language}"
    yield str(len(row.rules.rules))
    yield ", ".join(f"{count} {name}" for name, count in status.most_common())
    cases = row.cases.overall[0]
    yield _share(cases.recall)
    yield _share(cases.false)
    hours = sum(talk.hours for talk in row.lines.talk)
    alarms = sum(talk.alarms for talk in row.lines.talk)
    yield f"{alarms} in {hours:.1f} h" if hours else "—"


def _of_examples(report: Report) -> Iterator[str]:
    by_name: dict[str, Measured] = {each.name: each for each in report.overall}
    for style in ("direct", "veiled"):
        yield _share(by_name[style].recall if style in by_name else None)
    yield _share(by_name["all"].false)
    yield _share(by_name["all"].asked)


def _on_sound(report: Report) -> Iterator[str]:
    yield _share(report.overall[0].sound)
    yield _share(report.overall[0].false_sound)


def _share(rate: Rate | None) -> str:
    return "—" if rate is None or rate.share is None else f"{rate.share:.1%} of {rate.of}"
