"""What the commands `rules new | lint | diff` do.

Owns the skeleton of a rule, how warnings and differences are written, and the three lines of a
change that agents are told.
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from string import Template
from typing import Any

from assistant.interface_text import N_, Catalogue, load_catalogue
from assistant.rule_desk import COUNTRIES, REVIEWED, RuleDesk, locations, now
from compliance.cases import Case
from compliance.errors import AssistantError, BadInput, Fault
from compliance.labelled import judge, lines_of_cases, lines_of_examples
from compliance.learning.examples import load_examples
from compliance.linting import Weak, Weakness, lint
from compliance.overrides import stray_files
from compliance.pack_diff import CaseTurn, PackDiff, Turn, pack_diff
from compliance.packs import FAMILIES
from compliance.phrases import base_language
from compliance.places import JURISDICTIONS, LANGUAGE_OF
from compliance.rules import RuleSet, RuleStatus

FAULTS = 2
MOST_TOLD = 12  # warnings of one sort that are told one by one, unless all are wanted


# ---- new ---------------------------------------------------------------------------------------

_SKELETON = Template("""\
# $id: a rule of our own.  Lines that begin with # are remarks; the program does not read them.
# Try it out:  assistant rules test $folder
#              assistant rules explain "…" --jurisdiction $jurisdiction
# While its status is `trial` reviewers see what it finds and agents do not.
jurisdiction: $jurisdiction
rules:
  - id: $id
    family: $family
    severity: major          # critical, major, minor or hint
    status: trial            # draft (not judged), trial (reviewers only), stable (agents as well)
    verified_law: policy     # verified, secondary, memory: how far the law was checked; or policy
    citation: CHANGE THIS (name the law or the policy)
    review_by: $review_by    # when somebody looks at it again
    detectors: [$family/$name]
    # when: {listener: [third_party]}   # only if said to: customer, third_party, voicemail, unknown
    title: {en: CHANGE THIS, zh-Hant: 請修改, zh-Hans: 请修改}
    do_now:                  # one short line for an agent who is talking
      en: CHANGE THIS
      zh-Hant: 請修改
      zh-Hans: 请修改
    explanation:             # why it must not be said
      en: CHANGE THIS
      zh-Hant: 請修改
      zh-Hans: 请修改
detectors:
  $base:
    $family/$name:
      # What is said.  (a|b) either, [a] or nothing, ... a few words between, {kin} a concept.
      # `assistant rules show` has examples of every family.
      phrases:
        - $phrase
cases:
  # Sentences that must be flagged: at least five, in words as different as you can think of …
  - {says: "$broken", breaks: [$id]}
  # … and at least three that look alike and are lawful.
  - {says: "$clean", near: [$id]}
""")

_WORDS = {
    "en": ("change this phrase", "Change this phrase.", "We will never change this phrase."),
    "yue": ("請改呢句說話", "請改呢句說話。", "我哋唔會請改呢句說話。"),
    "zh": ("請改這句話", "請改這句話。", "我們不會請改這句話。"),
}


def rules_new(
    rule_id: str, *, family: str, jurisdiction: str | None, data_dir: Path | None
) -> None:
    """Write the skeleton of a rule, with a case that breaks it and one that does not.

    Raises:
        AssistantError: the id is taken or is none, or the file cannot be written.
    """
    start = rule_id.partition("-")[0]
    jurisdiction = jurisdiction or start.lower()
    if jurisdiction not in JURISDICTIONS or not _is_id(rule_id):
        raise AssistantError(
            f"'{rule_id}' is no id of a rule", "Take one such as US-90: the country, two digits."
        )
    if start != jurisdiction.upper():
        raise AssistantError(
            f"the id {rule_id} is not of the jurisdiction {jurisdiction}",
            f"Take one that begins with {jurisdiction.upper()}-.",
        )
    if family not in FAMILIES:
        raise AssistantError(f"there is no family '{family}'", f"There are {', '.join(FAMILIES)}.")
    desk = RuleDesk.at(data_dir)
    desk.jurisdictions(jurisdiction)
    rules = desk.rules(jurisdiction)
    if rule_id in {rule.id for rule in (*rules.versions, *rules.drafts)}:
        raise AssistantError(
            f"there is a rule {rule_id} already", "Its page: assistant rules show " + rule_id
        )
    base = base_language(LANGUAGE_OF[jurisdiction])
    folder = locations(data_dir).rules_dir
    path = folder / jurisdiction / f"{rule_id}.yaml"
    today = now().date()
    phrase, broken, clean = _WORDS[base]
    text = _SKELETON.substitute(
        id=rule_id,
        family=family,
        jurisdiction=jurisdiction,
        base=base,
        name=f"{rule_id.lower().replace('-', '_')}",
        folder=folder,
        review_by=today.replace(year=today.year + 1, day=min(today.day, 28)).isoformat(),
        phrase=phrase,
        broken=broken,
        clean=clean,
    )
    _write_new(path, text)
    sys.stdout.write(f"{path}\n")
    sys.stderr.write(
        f"Open it, change what says so, then: assistant rules test --jurisdiction {jurisdiction}\n"
    )


def _is_id(text: str) -> bool:
    start, _, number = text.partition("-")
    return start.isupper() and start.isascii() and len(number) == 2 and number.isdecimal()


def _write_new(path: Path, text: str) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError:
        raise BadInput(
            "nothing was written", (Fault(path, 0, 0, "the file is there already"),)
        ) from None
    except OSError as error:
        reason = error.strerror or "it cannot be written"
        raise BadInput("nothing was written", (Fault(path, 0, 0, reason),)) from None


# ---- lint --------------------------------------------------------------------------------------


def rules_lint(
    folder: Path | None,
    *,
    jurisdiction: str | None,
    every: bool,
    as_json: bool,
    data_dir: Path | None,
) -> int:
    """Write all faults, or all warnings; returns the exit status, 2 where there are faults.

    Args:
        folder: packs or a bank's rules; without it, those in force.
        jurisdiction: of one only.
        every: tell each warning, however many are of one sort.
        as_json: JSON instead of lines.
        data_dir: as `--data-dir`.
    """
    desk = RuleDesk.at(data_dir, folder)
    faults: dict[Fault, None] = {}
    found: list[Weak] = []
    for name in desk.jurisdictions(jurisdiction):
        try:
            rules, cases = desk.rules(name), desk.cases(name)
        except BadInput as error:
            faults.update(dict.fromkeys(error.faults))
            continue
        language = LANGUAGE_OF[name]
        lines = (
            *lines_of_cases(rules, cases),
            *lines_of_examples(load_examples(base_language(language)), name, language),
        )
        judged = judge(rules, lines)
        found += lint(rules, cases, judged, now().date(), desk.packs)
    strays = stray_files(desk.bank, JURISDICTIONS) if desk.bank is not None else ()
    if as_json:
        _write_lint_record(faults, found, strays)
    else:
        _write_lint(faults, found, strays, every=every)
    return FAULTS if faults else 0


def _write_lint(
    faults: Iterable[Fault], found: list[Weak], strays: tuple[Path, ...], *, every: bool
) -> None:
    faults = tuple(faults)
    for fault in faults:
        sys.stdout.write(f"{fault}\n")
    for path in strays:
        sys.stdout.write(f"{path}: nothing reads this file; is its name right?\n")
    counts = Counter(weak.weakness for weak in found)
    for weakness in Weakness:
        sort = [weak for weak in found if weak.weakness is weakness]
        told = sort if every else sort[:MOST_TOLD]
        sys.stdout.write("".join(f"{weak}\n" for weak in told))
        if len(told) < len(sort):
            rest = len(sort) - len(told)
            sys.stdout.write(f"… and {rest} more of this sort ({weakness}); --all tells them\n")
    summary = ", ".join(f"{count} {weakness}" for weakness, count in counts.items())
    sys.stdout.write(
        f"{len(faults)} faults, {len(found) + len(strays)} warnings{summary and f': {summary}'}\n"
    )
    sys.stdout.write(f"{REVIEWED}\n")


def _write_lint_record(
    faults: Iterable[Fault], found: Iterable[Weak], strays: Iterable[Path]
) -> None:
    record = {
        "faults": [_place_record(fault, fault.message) for fault in faults],
        "warnings": [
            {
                "weakness": weak.weakness.value,
                "rule": weak.rule or None,
                **(
                    _place_record(weak.place, weak.message)
                    if weak.place is not None
                    else {"path": None, "line": None, "column": None, "message": weak.message}
                ),
            }
            for weak in found
        ],
        "stray_files": [str(path) for path in strays],
    }
    sys.stdout.write(json.dumps(record, ensure_ascii=False, indent=2) + "\n")


def _place_record(fault: Fault, message: str) -> dict[str, Any]:
    return {
        "path": str(fault.path),
        "line": fault.line or None,
        "column": fault.column or None,
        "message": message,
    }


# ---- diff --------------------------------------------------------------------------------------


def rules_diff(
    *,
    since: Path | None,
    jurisdiction: str | None,
    note: bool,
    interface: str,
    as_json: bool,
    data_dir: Path | None,
) -> None:
    """Write what a bank's folder changes, or what changed since another version of the packs.

    Args:
        since: the packs or the bank's folder as they were; without it, the packs alone.
        jurisdiction: of one only.
        note: three lines for agents instead.
        interface: the language of the note.
        as_json: JSON instead of lines.
        data_dir: as `--data-dir`.

    Raises:
        AssistantError: there are no such rules, or files have faults.
    """
    after = RuleDesk.at(data_dir)
    before = after.before(since)
    differing: dict[str, PackDiff] = {}
    for name in after.jurisdictions(jurisdiction):
        if name not in before.jurisdictions(None):
            continue
        was, now_ = before.rules(name), after.rules(name)
        if was.content_hash != now_.content_hash:
            differing[name] = pack_diff(was, now_, _cases(before, after, name))
    if note:
        for name, diff in differing.items():
            if len(differing) > 1:
                sys.stdout.write(f"{COUNTRIES[name]}\n")
            sys.stdout.write(change_note(diff, after.rules(name), load_catalogue(interface)))
    elif as_json:
        records = {name: _diff_record(diff) for name, diff in differing.items()}
        sys.stdout.write(json.dumps(records, ensure_ascii=False, indent=2) + "\n")
    else:
        for name, diff in differing.items():
            sys.stdout.write("".join(f"{line}\n" for line in _diff_lines(name, diff)))
    if not as_json and all(diff.empty for diff in differing.values()):
        sys.stderr.write("Nothing differs.\n")


def _cases(before: RuleDesk, after: RuleDesk, jurisdiction: str) -> tuple[Case, ...]:
    """The cases of both, each once."""
    by_words = {
        (case.says, case.speaker, case.context.listener, case.context.verified): case
        for desk in (before, after)
        for case in desk.cases(jurisdiction)
    }
    return tuple(by_words.values())


def _diff_lines(jurisdiction: str, diff: PackDiff) -> Iterator[str]:
    yield f"{jurisdiction.upper()}"
    for turned in diff.rules:
        yield f"  {turned.rule.id} {turned.rule.titles['en']}: {turned.turn.replace('_', ' ')}"
        yield from (
            f"      {name.replace('_', ' ')}: {was} → {now_}" for name, was, now_ in turned.fields
        )
        if turned.decision is not None:
            decision = turned.decision
            yield f"      {decision.by}, {decision.on.isoformat()}: {decision.reason}"
    for detector in diff.detectors:
        yield f"  {detector.detector}: acts otherwise"
        yield from (
            f"      {name.replace('_', ' ')}: {was} → {now_}" for name, was, now_ in detector.fields
        )
    for phrases in diff.phrases:
        yield f"  {phrases.label}: {len(phrases.added)} phrases more, {len(phrases.removed)} fewer"
        yield from (f"      + {text}" for text in phrases.added)
        yield from (f"      - {text}" for text in phrases.removed)
    if diff.cases:
        yield f"  {len(diff.cases)} cases are judged otherwise"
        yield from (f"      {line}" for line in map(_case_line, diff.cases))


def _case_line(turn: CaseTurn) -> str:
    place = turn.case.place
    told = [
        ", ".join(f"{rule} {verdict}" for rule, verdict in verdicts) or "nothing"
        for verdicts in (turn.was, turn.now)
    ]
    return f"{Path(place.path).name}:{place.line} “{turn.case.says}”: {told[0]} → {told[1]}"


def _diff_record(diff: PackDiff) -> dict[str, Any]:
    return {
        "rules": [
            {
                "rule": turned.rule.id,
                "turn": turned.turn.value,
                "fields": {name: [was, now_] for name, was, now_ in turned.fields},
                "reason": turned.decision.reason if turned.decision else None,
                "by": turned.decision.by if turned.decision else None,
                "on": turned.decision.on.isoformat() if turned.decision else None,
            }
            for turned in diff.rules
        ],
        "detectors": [
            {
                "detector": detector.detector,
                "fields": {name: [was, now_] for name, was, now_ in detector.fields},
            }
            for detector in diff.detectors
        ],
        "phrases": [
            {"label": each.label, "added": list(each.added), "removed": list(each.removed)}
            for each in diff.phrases
        ],
        "cases": [
            {
                "path": str(turn.case.place.path),
                "line": turn.case.place.line,
                "says": turn.case.says,
                "was": dict(turn.was),
                "now": dict(turn.now),
            }
            for turn in diff.cases
        ],
    }


# ---- the note for agents -----------------------------------------------------------------------

NEW = N_("New or stricter: {rules}.")
EASED = N_("No longer flagged, or less gravely: {rules}.")
OTHER = N_("Otherwise changed: {rules}. Questions go to compliance.")
NOTHING = N_("none")
_STRICTER = (Turn.ADDED, Turn.SWITCHED_ON, Turn.HARDENED)
_EASED = (Turn.REMOVED, Turn.SWITCHED_OFF, Turn.SOFTENED)


def change_note(diff: PackDiff, rules: RuleSet, catalogue: Catalogue) -> str:
    """Three lines for agents: what is new or stricter, what eased, and what else changed.

    What agents do not see, rules on trial and drafts, is left out.

    Args:
        diff: what changed.
        rules: as they are now.
        catalogue: of the reader's language.
    """
    code = catalogue.language.code
    changed = {phrases.label for phrases in diff.phrases}
    otherwise = [turned.rule for turned in diff.turned(Turn.CHANGED)]
    otherwise += [rule for rule in rules.rules if changed.intersection(rule.detectors)]
    said: set[str] = set()
    lines = []
    for msgid, concerned in (
        (NEW, [turned.rule for turned in diff.turned(*_STRICTER)]),
        (EASED, [turned.rule for turned in diff.turned(*_EASED)]),
        (OTHER, otherwise),
    ):
        eased = msgid == EASED
        shown = [rule for rule in concerned if eased or rule.status is RuleStatus.STABLE]
        titles = [t for t in dict.fromkeys(rule.titles[code] for rule in shown) if t not in said]
        said.update(titles)
        lines.append(catalogue.text(msgid, rules=_listed(titles, catalogue)))
    return "\n".join(lines) + "\n"


def _listed(titles: Iterable[str], catalogue: Catalogue) -> str:
    comma = ", " if catalogue.language.code == "en" else "、"
    return comma.join(titles) or catalogue.text(NOTHING)
