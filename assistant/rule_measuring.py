"""What the commands `rules test | report` do.

Owns which lines are run and how outcomes and figures are written.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

from assistant.demo import synthesis
from assistant.lawful_talk import talk_files, talk_in
from assistant.rule_desk import COUNTRIES, REVIEWED, RuleDesk
from assistant.speech.confusions import Confusion, confusions
from assistant.speech.correction_files import corrector_for, load_files
from assistant.speech.models import MODEL_LANGUAGES, open_model, resolve_model
from assistant.speech.on_the_telephone import heard
from compliance.case_runs import CaseRuns, Outcome, run_cases
from compliance.errors import BadInput, Fault
from compliance.labelled import Line, lines_of_cases, lines_of_examples
from compliance.learning.examples import load_examples
from compliance.learning.left_out import LeftOut, left_out
from compliance.packs import load_rules
from compliance.phrases import base_language
from compliance.places import LANGUAGE_OF, jurisdiction_of
from compliance.reporting import Hours, Measured, Measurer, Rate, Report, talk_hours
from compliance.rules import RuleSet
from compliance.transcript import Speaker

FAILED = 2
_MOST_MISHEARD = 30


# ---- test --------------------------------------------------------------------------------------


def rules_test(
    folder: Path | None, *, jurisdiction: str | None, as_json: bool, data_dir: Path | None
) -> int:
    """Run all cases; returns the exit status, 2 where a case fails or a rule has none.

    Raises:
        AssistantError: there are no such rules, or files have faults.
    """
    desk = RuleDesk.at(data_dir, folder)
    ran: dict[str, CaseRuns] = {}
    faults: list[Fault] = []
    for name in desk.jurisdictions(jurisdiction):
        try:
            usual, *others = desk.languages(name)
            ran[name] = run_cases(desk.rules(name, usual), desk.cases(name))
            for language in others:
                runs = run_cases(desk.rules(name, language), desk.cases(name, language))
                ran[f"{name} {language}"] = runs
        except BadInput as error:
            faults.extend(error.faults)
    if faults:
        raise BadInput("the rules have faults", tuple(dict.fromkeys(faults)))
    if as_json:
        records = {name: _record(runs) for name, runs in ran.items()}
        sys.stdout.write(json.dumps(records, ensure_ascii=False, indent=2) + "\n")
    else:
        for name, runs in ran.items():
            sys.stdout.write("".join(f"{line}\n" for line in _told(name, runs)))
        sys.stdout.write(f"{REVIEWED}\n")
    return 0 if all(runs.clean for runs in ran.values()) else FAILED


def _told(jurisdiction: str, runs: CaseRuns) -> Iterator[str]:
    for run in runs.of(Outcome.FAILED):
        yield f"{run.place}: “{run.case.says}”: {run.told}"
    for fault in runs.unknown:
        yield str(fault)
    for rule in runs.bare:
        yield f"{rule.id}: no case breaks it; write one under `cases:`"
    for run in runs.of(Outcome.MENDED):
        yield f"{run.place}: “{run.case.says}”: the gap has mended; take its `todo` away"
    counts = (
        (len(runs.of(Outcome.PASSED)), "passed"),
        (len(runs.of(Outcome.FAILED)), "failed"),
        (len(runs.of(Outcome.TODO)), "known gaps (todo)"),
        (len(runs.of(Outcome.MENDED)), "gaps mended"),
        (len(runs.of(Outcome.OFF)), "of rules switched off"),
        (len(runs.bare), "rules without a case"),
    )
    told = ", ".join(
        f"{count} {what}" for count, what in counts if count or what in {"passed", "failed"}
    )
    name, _, language = jurisdiction.partition(" ")
    where = f"{COUNTRIES[name]}, {language}" if language else COUNTRIES[name]
    yield f"{where}: {len(runs.runs)} cases: {told}"


def _record(runs: CaseRuns) -> dict[str, Any]:
    return {
        "cases": len(runs.runs),
        **{outcome.value: len(runs.of(outcome)) for outcome in Outcome},
        "rules_without_a_case": [rule.id for rule in runs.bare],
        "unknown_rules": [str(fault) for fault in runs.unknown],
        "failures": [
            {
                "path": str(run.case.place.path),
                "line": run.case.place.line,
                "column": run.case.place.column,
                "says": run.case.says,
                "expected": {"breaks": sorted(run.case.breaks), "check": sorted(run.case.check)},
                "found": {"breaks": sorted(run.broken), "check": sorted(run.check)},
            }
            for run in runs.of(Outcome.FAILED)
        ],
    }


# ---- report ------------------------------------------------------------------------------------


def rules_report(
    *,
    jurisdiction: str | None,
    language: str | None,
    unseen: bool,
    talk: tuple[Path, ...],
    voices: int,
    model: str | None,
    as_json: bool,
    data_dir: Path | None,
) -> None:
    """Write precision and recall per rule and family.

    Args:
        jurisdiction: of one; without it, of all that have rules.
        language: implies a jurisdiction; the language of the examples.
        unseen: judge each example by a scorer that was trained without its author.
        talk: files or folders of lawful talk.
        voices: how many voices say the cases, so that they are measured on sound too; 0 for none.
        model: the speech model that hears them; as `resolve_model`.
        as_json: JSON instead of tables.
        data_dir: as `--data-dir`.

    Raises:
        AssistantError: there are no such rules or examples, or files have faults.
    """
    desk = RuleDesk.at(data_dir)
    if jurisdiction is None and language is not None:
        jurisdiction = jurisdiction_of(language)
    records = []
    if not as_json:
        sys.stdout.write(f"{REVIEWED}\n")
    for name in desk.jurisdictions(jurisdiction):
        spoken = language or LANGUAGE_OF[name]
        rules = desk.rules(name, spoken)
        hours = [talk_hours(rules, path.name, talk_in(path)) for path in talk_files(talk)]
        by_examples = _of_examples(desk, rules, name, spoken, hours, unseen=unseen)
        cases = Measurer(rules)
        misheard: tuple[Confusion, ...] = ()
        if spoken in desk.languages(name):
            lines = [*lines_of_cases(rules, desk.cases(name, spoken))]
            cases.add(lines)
            if voices:
                heard = cases.add_heard(on_sound(lines, spoken, voices, model, data_dir))
                misheard = confusions((line.text, text, lost) for line, text, lost in heard)
        by_cases = cases.report()
        if as_json:
            records.append(
                _report_record(by_examples, by_cases, unseen=unseen)
                | {"misheard": [asdict(each) for each in misheard if each.lost]}
            )
        else:
            sys.stdout.write(_page(by_examples, by_cases, unseen=unseen))
            sys.stdout.write(_misheard(misheard))
            sys.stdout.flush()
    if as_json:
        sys.stdout.write(json.dumps(records, ensure_ascii=False, indent=2) + "\n")


def on_sound(
    lines: Iterable[Line], language: str, voices: int, model: str | None, data_dir: Path | None
) -> Iterator[tuple[Line, str]]:
    """The agent's lines as the model hears them; what cannot be said is counted and left out."""
    base = MODEL_LANGUAGES.get(language)
    if base is None:
        sys.stderr.write(f"There is no speech model for {language}: measured on text alone.\n")
        return
    agents = [line for line in lines if line.speaker is Speaker.AGENT]
    sayable = [line for line in agents if synthesis.readable(line.text, base)]
    if len(sayable) < len(agents):
        sys.stderr.write(
            f"{len(agents) - len(sayable)} of {len(agents)} cases cannot be said"
            " (digits or letters that the voice does not know): measured on text alone.\n"
        )
    opened = open_model(resolve_model(model, language, data_dir=data_dir).folder)
    corrector = corrector_for(load_files(data_dir), language, None)

    def told(done: int, of: int) -> None:
        sys.stderr.write(f"\rheard {done} of {of}" + ("\n" if done == of else ""))
        sys.stderr.flush()

    texts = [line.text for line in sayable]
    for index, text in heard(texts, base, opened, corrector, voices=voices, progress=told):
        yield sayable[index], text


def _of_examples(
    desk: RuleDesk,
    rules: RuleSet,
    jurisdiction: str,
    language: str,
    hours: Iterable[Hours],
    *,
    unseen: bool,
) -> Report:
    base = base_language(language)
    measurer = Measurer(rules)
    if unseen:
        add_unseen(measurer, desk, jurisdiction, language, left_out(base, desk.packs))
    else:
        measurer.add(lines_of_examples(load_examples(base), jurisdiction, language))
    return measurer.report(hours)


def add_unseen(
    measurer: Measurer,
    desk: RuleDesk,
    jurisdiction: str,
    language: str,
    turns: Iterable[LeftOut],
) -> None:
    """Add the examples of a language, each judged by a scorer that has not seen its author."""
    for turn in turns:
        authors = ", ".join(sorted({example.author for example in turn.examples}))
        sys.stderr.write(f"judging the lines of {authors}, whom the scorer has not seen\n")
        judged_by = load_rules(
            jurisdiction, language, desk.packs, scorer=turn.scorer, bank=desk.bank
        )
        measurer.add(lines_of_examples(turn.examples, jurisdiction, language), judged_by)


_HEAD = (
    "",
    "found (recall)",
    "95 %",
    "or facts asked for",
    "right when it rings (precision)",
    "95 %",
    "rings at lawful look-alikes",
    "asks for facts there",
)


_ON_SOUND = ("found by telephone", "rings at lawful look-alikes by telephone")


def _page(report: Report, cases: Report, *, unseen: bool) -> str:
    """The tables of one jurisdiction as Markdown."""
    lines = sum(report.sources.values())
    how = (
        "each judged by a scorer that was not trained on its author"
        if unseen
        else "by authors whom the scorer was trained on: `--unseen` measures without them"
    )
    parts = [
        f"\n## {COUNTRIES[report.jurisdiction]}, {report.language}\n\n",
        f"{lines} example sentences, {how}.\n\n",
        _table([*report.overall, *report.families]),
        f"\nShown to agents, without rules on trial: {_of(report.shown)}.\n",
        f"Ordinary talk in the examples: flagged {_of(report.ordinary)},",
        f" facts asked for {_of(report.ordinary_asked)}.\n",
    ]
    for talk in report.talk:
        rules = ", ".join(f"{rule} {count}" for rule, count in sorted(talk.by_rule.items()))
        per_hour = "—" if talk.per_hour is None else f"{talk.per_hour:.2f}"
        parts.append(
            f"Lawful talk, {talk.source}: {talk.alarms} false alarms in {talk.hours:.1f} hours"
            f" ({per_hour} an hour{f': {rules}' if rules else ''}), facts asked for {talk.asked}"
            " times.\n"
        )
    if report.rules:
        parts += [
            "\nBy rule, on the same examples, where a rule is the only one of its family:\n\n"
        ]
        parts.append(_table(report.rules))
    if cases.rules:
        parts += ["\nBy rule, on the cases beside the rules (written with them):\n\n"]
        parts.append(_table([*cases.overall, *cases.rules]))
    return "".join(parts)


def _misheard(found: Iterable[Confusion]) -> str:
    """What was misheard where breaches were lost, the costliest first."""
    costly = [each for each in found if each.lost][:_MOST_MISHEARD]
    if not costly:
        return ""
    rows = "".join(
        f"| {each.said or '—'} | {each.heard or '—'} | {each.lost} | {each.sentences} |\n"
        for each in costly
    )
    return (
        "\nMisheard where a breach was lost:\n\n"
        f"| said | heard | breaches lost with it | cases |\n|---|---|---|---|\n{rows}"
    )


def _table(rows: Iterable[Measured]) -> str:
    rows = tuple(rows)
    shares = sorted({share for row in rows for share, _ in row.corrupted})
    spoken = any(row.sound or row.false_sound for row in rows)
    head = [*_HEAD, *(f"found with {share:.0%} misheard" for share in shares)]
    head += _ON_SOUND if spoken else ()
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    for row in rows:
        corrupted = dict(row.corrupted)
        cells = [
            f"{row.name}, on trial" if row.trial else row.name,
            _of(row.recall),
            _interval(row.recall),
            _of(row.told),
            _of(row.precision),
            _interval(row.precision),
            _of(row.false),
            _of(row.asked),
            *(_of(corrupted.get(share, Rate(0, 0))) for share in shares),
            *(_of(rate or Rate(0, 0)) for rate in (row.sound, row.false_sound) if spoken),
        ]
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"


def _of(rate: Rate) -> str:
    return "—" if rate.share is None else f"{rate.share:.1%} of {rate.of}"


def _interval(rate: Rate) -> str:
    interval = rate.interval
    return "—" if interval is None else f"{interval[0]:.0%}–{interval[1]:.0%}"


def _report_record(report: Report, cases: Report, *, unseen: bool) -> dict[str, Any]:
    return {
        "jurisdiction": report.jurisdiction,
        "language": report.language,
        "rules": report.rules_hash,
        "unseen": unseen,
        "sources": dict(report.sources),
        "overall": [_measured_record(row) for row in report.overall],
        "families": [_measured_record(row) for row in report.families],
        "rules_on_examples": [_measured_record(row) for row in report.rules],
        "cases": [_measured_record(row) for row in cases.overall],
        "rules_on_cases": [_measured_record(row) for row in cases.rules],
        "shown_to_agents": _rate_record(report.shown),
        "ordinary": _rate_record(report.ordinary),
        "ordinary_asked": _rate_record(report.ordinary_asked),
        "talk": [
            {
                "source": talk.source,
                "hours": round(talk.hours, 3),
                "alarms": talk.alarms,
                "asked": talk.asked,
                "by_rule": dict(talk.by_rule),
            }
            for talk in report.talk
        ],
    }


def _measured_record(row: Measured) -> dict[str, Any]:
    return {
        "name": row.name,
        "family": row.family,
        "trial": row.trial,
        "recall": _rate_record(row.recall),
        "told": _rate_record(row.told),
        "precision": _rate_record(row.precision),
        "false": _rate_record(row.false),
        "asked": _rate_record(row.asked),
        "corrupted": {f"{share:g}": _rate_record(rate) for share, rate in row.corrupted},
        "sound": row.sound and _rate_record(row.sound),
        "false_sound": row.false_sound and _rate_record(row.false_sound),
    }


def _rate_record(rate: Rate) -> dict[str, Any]:
    interval = rate.interval
    return {
        "count": rate.count,
        "of": rate.of,
        "share": rate.share,
        "interval": None if interval is None else [round(bound, 4) for bound in interval],
    }
