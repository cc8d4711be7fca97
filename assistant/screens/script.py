"""The script area: where we are, what to say now, what comes next, what may be chosen.

Owns how a prompt is laid out in the space there is.  The line to say is never cut as long as
anything else can give way.  Pure: a view and a wording in, lines out.
"""

from __future__ import annotations

from assistant import terms
from assistant.call_view import CallView
from assistant.screens.bars import clock
from assistant.screens.runs import Line, Run, cells, cut, fit, wrap
from assistant.screens.setup import CallSetup
from assistant.screens.tones import Tone
from assistant.wording import Wording
from compliance.findings import Verdict
from scripts.prompt import EXITS, Prompt

BLANK: Line = ()


def choice_offset(view: CallView) -> int:
    """How many digits the match boxes have taken."""
    return len(view.identifiers) if not view.verified else 0


def choice_word(slug: str, wording: Wording) -> str:
    """An objection or exit in the agent's language."""
    table = terms.OBJECTIONS if slug in terms.OBJECTIONS else terms.STAGES
    return wording.term(table, slug)


def stage_rail(prompt: Prompt, wording: Wording, width: int) -> Line:
    """The stages in order, those behind ticked, the present one pointed at."""
    names = [(stage, wording.term(terms.STAGES, stage)) for stage in prompt.stages]
    leaving: Line = ()
    if prompt.stage in EXITS:
        leaving = (Run(f"▶ {wording.term(terms.STAGES, prompt.stage)}   ", Tone.CAUTION),)
    full: list[Run] = [*leaving]
    short: list[Run] = [*leaving]
    done = 0
    for stage, name in names:
        if stage == prompt.stage:
            run = Run(f"▶ {name}   ", Tone.ACCENT)
        elif stage in prompt.done:
            done += 1
            full.append(Run(f"{name} ✔   ", Tone.MUTED))
            continue
        else:
            run = Run(f"{name}   ", Tone.MUTED)
        full.append(run)
        short.append(run)
    if cells(full) <= width:
        return tuple(full)
    return (Run(f"{done} ✔   ", Tone.MUTED), *short) if done else tuple(short)


def choices_line(view: CallView, wording: Wording) -> Line:
    """The choices by number, in one line."""
    prompt = view.prompt
    if prompt is None or not prompt.choices:
        return ()
    runs = [Run(wording.text("Choose") + "  ", Tone.MUTED)]
    first = choice_offset(view) + 1
    for number, slug in enumerate(prompt.choices, first):
        if number > 9:
            break
        runs.append(Run(f"{number} ", Tone.ACCENT))
        runs.append(Run(choice_word(slug, wording) + "  ", Tone.TEXT))
    return tuple(runs)


def draw_script(
    view: CallView, wording: Wording, width: int, height: int, *, choices: bool
) -> list[Line]:
    """The script area; `choices` false where they have a column of their own."""
    inner = width - 3
    if view.ended is not None:
        return _indented(wrap_up(view, wording, inner, height), width)
    prompt = view.prompt
    if prompt is None:
        waiting = wording.text("The script begins with the first sound.")
        return _indented([BLANK, (Run(waiting, Tone.MUTED),)], width)
    shown = wording.line(prompt.line)
    say: list[Line] = [
        (Run("▌ ", Tone.ACCENT), Run(shown[start:end], Tone.SAY))
        for start, end in wrap(shown, inner - 2)
    ]
    rail = stage_rail(prompt, wording, inner)
    under: list[Line] = []
    if prompt.withheld:
        waits = wording.text("□ identity first: the fuller line waits")
        under.append((Run("  " + waits, Tone.CAUTION),))
    if prompt.next_line:
        label = wording.text("Next") + "  "
        under.append((Run(label, Tone.MUTED), Run(wording.line(prompt.next_line), Tone.MUTED)))
    chosen = choices_line(view, wording)
    if choices and chosen:
        under.append(chosen)
    # What gives way, in this order: blank lines, then what comes next, then the choices.
    blanks = max(0, min(3, height - 1 - len(say) - len(under)))
    lines = [rail]
    lines += [BLANK] * (1 if blanks >= 1 else 0)
    lines += say
    lines += [BLANK] * (1 if blanks >= 2 else 0)
    room = height - len(lines)
    lines += under[-room:] if room > 0 else []
    return _indented(lines[:height], width)


def _indented(lines: list[Line], width: int) -> list[Line]:
    return [fit((Run(" "), *line), width - 1) for line in lines]


def draw_choices(view: CallView, wording: Wording, width: int, height: int) -> list[Line]:
    """The choices as a column."""
    lines: list[Line] = [(Run(" " + wording.text("Choose"), Tone.MUTED),), BLANK]
    prompt = view.prompt
    if prompt is None or view.ended is not None:
        return []
    first = choice_offset(view) + 1
    for number, slug in enumerate(prompt.choices, first):
        if number > 9:
            break
        lines.append((Run(f" {number}  ", Tone.ACCENT), Run(choice_word(slug, wording))))
    return [fit(line, width) for line in lines[:height]] if prompt.choices else []


def draw_talk_offs(
    view: CallView, wording: Wording, setup: CallSetup, width: int, height: int
) -> list[Line]:
    """The approved replies to the objections that are offered now; none while covered."""
    prompt = view.prompt
    if prompt is None or view.covered or view.ended is not None:
        return []
    lines: list[Line] = []
    for number, slug in enumerate(prompt.choices, choice_offset(view) + 1):
        reply = setup.talk_offs.get(slug)
        if not reply or number > 9:
            continue
        lines.append((Run(f" {number} ", Tone.ACCENT), Run(choice_word(slug, wording), Tone.MUTED)))
        shown = wording.line(reply)
        lines += [(Run("   " + shown[a:b], Tone.TEXT),) for a, b in wrap(shown, width - 4)]
    if not lines:
        return []
    lines[:0] = [(Run(" " + wording.text("Replies"), Tone.MUTED),), BLANK]
    return [fit(line, width) for line in lines[:height]]


def wrap_up(view: CallView, wording: Wording, width: int, height: int) -> list[Line]:
    """After the call: what to look at, the heaviest first."""
    ended = view.ended
    assert ended is not None  # the caller shows this only when the call is over
    reason = wording.term(terms.END_REASONS, ended.reason)
    head = f"{wording.text('Call over')} · {clock(ended.duration_s)} · {reason}"
    lines: list[Line] = [(Run(head, Tone.STRONG),), BLANK]
    flags = view.for_wrap_up
    if not flags:
        lines.append((Run("✔ " + wording.text("nothing was flagged"), Tone.GOOD),))
    room = max(1, height - 4)
    for flag in flags[:room]:
        finding = flag.finding
        doubtful = finding.verdict is Verdict.CHECK_FACTS
        what = wording.finding(finding)
        about = f"{what.subject} · {what.verdict}  "
        quote = wording.said(flag.quote).text
        lines.append(
            (
                Run("? " if doubtful else "⚠ ", Tone.CAUTION if doubtful else Tone.ALARM),
                Run(about, Tone.TEXT),
                Run(cut(quote, max(0, width - 2 - len(about))), Tone.MUTED),
            )
        )
    if len(flags) > room:
        more = wording.text("and {count} more: F8", count=len(flags) - room)
        lines.append((Run(more, Tone.MUTED),))
    if flags:
        lines.append((Run("F8 ", Tone.ACCENT), Run(wording.text("law and reason"), Tone.MUTED)))
    return lines
