"""The script area: where we are, what to say now, what comes next, what may be chosen.

Owns how a prompt is laid out in the space there is.  The line to say is never cut as long as
anything else can give way.  Pure: a view and a wording in, lines out.
"""

from __future__ import annotations

from rich.cells import cell_len

from assistant import terms
from assistant.call_time import clock
from assistant.call_view import CallView
from assistant.choice_digits import OWN_KEYS, TEN
from assistant.interface_text import N_
from assistant.plain import sign_of
from assistant.screens.runs import Line, Run, cells, cut, fit, wrap
from assistant.screens.setup import CallSetup
from assistant.screens.tones import Tone
from assistant.task_lines import PassedOn, task_lines
from assistant.wording import Wording
from compliance.findings import Kind, StatementState, Verdict
from scripts.prompt import EXITS, Prompt

BLANK: Line = ()


def choice_word(slug: str, wording: Wording) -> str:
    """An objection or exit in the agent's language."""
    if slug in terms.OBJECTIONS:
        return wording.term(terms.OBJECTIONS, slug)
    return wording.term(terms.STAGES, slug).lower()


def stage_rail(prompt: Prompt, wording: Wording, width: int) -> Line:
    """The stages in order, those behind ticked, the present one pointed at.

    On a narrow screen those behind are only counted; what still does not fit is left off whole.
    """
    leaving: list[Run] = []
    if prompt.stage in EXITS:
        leaving = [Run(f"▶ {wording.term(terms.STAGES, prompt.stage)}  ", Tone.CAUTION)]
    behind: list[Run] = []
    ahead: list[Run] = []
    for stage in prompt.stages:
        name = wording.term(terms.STAGES, stage)
        if stage == prompt.stage:
            ahead.append(Run(f"▶ {name}  ", Tone.ACCENT))
        elif stage in prompt.done:
            behind.append(Run(f"{name} ✔  ", Tone.MUTED))
        else:
            ahead.append(Run(f"{name}  ", Tone.MUTED))
    line = [*leaving, *behind, *ahead]
    if cells(line) - 2 <= width:
        return tuple(line)
    line = [*leaving, *([Run(f"{len(behind)} ✔  ", Tone.MUTED)] if behind else []), *ahead]
    while cells(line) - 2 > width and len(line) > 1:
        del line[-1]
    return tuple(line)


def choices_lines(view: CallView, wording: Wording, width: int) -> list[Line]:
    """The choices by number, as many to a line as there is room for."""
    items = [
        (Run(f"{cap} ", Tone.ACCENT), Run(choice_word(slug, wording) + "  "))
        for cap, slug in capped_choices(view)
    ]
    if not items:
        return []
    label = wording.text("Choose") + "  "
    lines: list[Line] = []
    line: Line = (Run(label, Tone.MUTED),)
    for item in items:
        if cells(line) + cells(item) - 2 > width and len(line) > 1:
            lines.append(line)
            line = (Run(" " * cell_len(label)),)
        line = (*line, *item)
    return [*lines, line]


def offered(view: CallView) -> tuple[str, ...]:
    """The objections and exits that may be chosen now."""
    over = view.ended is not None or bool(view.passed_to)
    return view.prompt.choices if view.prompt is not None and not over else ()


def capped_choices(view: CallView) -> list[tuple[str, str]]:
    """The choices with the keys that pick them: a digit, a letter, or F7 for the menu."""
    caps = {slug: str(digit % TEN) for slug, digit in view.choice_digits.items()}
    return [(caps.get(slug) or OWN_KEYS.get(slug, "F7"), slug) for slug in offered(view)]


def menu_choices(view: CallView) -> list[str]:
    """The choices without a key of their own: the menu has them."""
    return [slug for cap, slug in capped_choices(view) if cap == "F7"]


def say_band(shown: str, width: int, *, padded: bool) -> list[Line]:
    """What to say now, on a ground of its own: the brightest thing on the screen."""
    rows = [shown[start:end] for start, end in wrap(shown, width - 4)]
    if padded:
        rows = ["", *rows, ""]
    return [
        fit((Run("▌ ", Tone.SAY_BAR), Run(row, Tone.SAY)), width, fill=Tone.SAY) for row in rows
    ]


def next_lines(prompt: Prompt, wording: Wording, width: int, most: int) -> list[Line]:
    """What comes after, in at most `most` lines."""
    if not prompt.next_line or most < 1:
        return []
    label = wording.text("Next") + "  "
    room = width - cell_len(label)
    shown = wording.line(prompt.next_line)
    breaks = wrap(shown, room)
    parts = [shown[start:end] for start, end in breaks[:most]]
    if len(breaks) > most:
        parts[-1] = cut(shown[breaks[most - 1][0] :], room)
    return [
        (Run(label if not number else " " * cell_len(label), Tone.MUTED), Run(part, Tone.MUTED))
        for number, part in enumerate(parts)
    ]


def draw_script(
    view: CallView,
    wording: Wording,
    width: int,
    height: int,
    *,
    choices: bool,
    passed: PassedOn = PassedOn.YES,
    of_account: str = "",
) -> list[Line]:
    """The script area; `choices` false where they have a column of their own.

    `passed` is whether the call's tasks reach anybody, for when it is over; `of_account` which
    account a promise is for, where the customer has several.

    What gives way first: blank lines, the end of what comes next, then the choices.
    """
    inner = width - 2
    if view.ended is not None:
        return _indented(wrap_up(view, wording, inner, height, passed), width)
    if view.passed_to:
        return _indented([BLANK, *away_lines(view, wording, inner)][:height], width)
    prompt = view.prompt
    if prompt is None:
        return _indented([BLANK, (Run(wording.text(_why_empty(view)), Tone.MUTED),)], width)
    shown = wording.line(prompt.line)
    say = say_band(shown, inner, padded=False)
    chosen = choices_lines(view, wording, inner) if choices else []
    waits: list[Line] = []
    if prompt.withheld:
        why = wording.text("□ identity first: the fuller line waits")
        waits.append((Run("  " + why, Tone.CAUTION),))
    waits += promise_lines(view, wording, inner, of_account)
    unsaid = still_to_say(view, wording)
    spare = height - 1 - len(say) - len(waits) - len(chosen)
    following = next_lines(prompt, wording, inner, min(2, max(spare, 0)))
    spare -= len(following)
    if spare >= 2:
        say = say_band(shown, inner, padded=True)
        spare -= 2
    if unsaid and spare >= 3:
        chosen.append(unsaid)
        spare -= 1
    before = [BLANK] if spare >= 1 else []
    after = [BLANK] if spare >= 2 else []
    lines = [stage_rail(prompt, wording, inner), *before, *say, *waits, *after]
    lines += following[: max(0, height - len(lines) - len(chosen))]
    lines += chosen[: max(0, height - len(lines))]
    return _indented(lines[:height], width)


def away_lines(view: CallView, wording: Wording, width: int) -> list[Line]:
    """What the script says while somebody else speaks: who does, and the two ways on."""
    told = wording.text(
        "passed on to {whom} · g 1 if it comes back · F10 wrap up",
        whom=wording.term(terms.PASSED, view.passed_to),
    )
    return [(Run(told[start:end], Tone.CAUTION),) for start, end in wrap(told, width)]


def promise_lines(view: CallView, wording: Wording, width: int, of_account: str = "") -> list[Line]:
    """What is promised, and the keys that settle it; nothing while the debt is covered."""
    if view.covered:
        return []
    lines = agreed_lines(view, wording, width) + _proposed_lines(view, wording, width)
    if lines and of_account:
        told = wording.text("for account {account}", account=of_account)
        lines.append(fit((Run("  " + told, Tone.STRONG),), width))
    return lines


def agreed_lines(view: CallView, wording: Wording, width: int) -> list[Line]:
    """The promise that the agent confirmed."""
    if view.agreed is None:
        return []
    return [fit((Run(f"◆ {wording.promised(view.agreed.promised)}", Tone.GOOD),), width)]


def _proposed_lines(view: CallView, wording: Wording, width: int) -> list[Line]:
    promise = view.promise
    if promise is None:
        return []
    told = wording.promised(promise.promised)
    doubtful = not promise.promised.certain
    keys: list[Run] = []
    if view.to_confirm:
        keys = [Run("Enter ", Tone.ACCENT), Run(wording.text("confirm") + "  ", Tone.MUTED)]
    keys += [Run("Del ", Tone.ACCENT), Run(wording.text("no promise"), Tone.MUTED)]
    room = width - cells(keys) - 4
    proposal = Run(f"◇ {told}", Tone.CAUTION if doubtful else Tone.BRIGHT)
    if cell_len(proposal.text) <= room:
        return [fit((proposal, Run("  "), *keys), width)]
    rows = [told[start:end] for start, end in wrap(told, width - 2)][:2]
    signs = ("◇ ", "  ")
    lines = [(Run(sign + row, proposal.tone),) for sign, row in zip(signs, rows, strict=False)]
    return [*lines, fit((Run("  "), *keys), width)]


def _why_empty(view: CallView) -> str:
    if view.started is not None and not view.started.start.scripts_hash:
        return N_("There is no script for this language yet: transcript and flags only.")
    return N_("The script begins with the first sound.")


def still_to_say(view: CallView, wording: Wording) -> Line:
    """Required statements that are due or only half said; empty where there are none."""
    names = []
    for statement in view.open_statements:
        name = wording.term(terms.STATEMENTS, statement.id)
        half = statement.state is StatementState.PARTIAL
        names.append(
            f"{name} ({wording.term(terms.STATEMENT_STATES, statement.state)})" if half else name
        )
    if not names:
        return ()
    label = wording.text("Still to say") + "  "
    return (Run(label, Tone.MUTED), Run("□ " + " · ".join(names), Tone.CAUTION))


def _indented(lines: list[Line], width: int) -> list[Line]:
    return [fit((Run(" "), *line), width - 1) for line in lines]


def draw_choices(view: CallView, wording: Wording, width: int, height: int) -> list[Line]:
    """The choices as a column."""
    lines: list[Line] = [(Run(" " + wording.text("Choose"), Tone.MUTED),), BLANK]
    for cap, slug in capped_choices(view):
        lines.append((Run(f" {cap:<2} ", Tone.ACCENT), Run(choice_word(slug, wording))))
    return [fit(line, width) for line in lines[:height]] if len(lines) > 2 else []


def draw_talk_offs(
    view: CallView, wording: Wording, setup: CallSetup, width: int, height: int
) -> list[Line]:
    """The approved replies to the objections that are offered now; none while covered."""
    if view.covered:
        return []
    lines: list[Line] = []
    for cap, slug in capped_choices(view):
        reply = setup.talk_offs.get(slug)
        if not reply:
            continue
        lines.append((Run(f" {cap} ", Tone.ACCENT), Run(choice_word(slug, wording), Tone.MUTED)))
        shown = wording.line(reply)
        lines += [(Run("   " + shown[a:b], Tone.TEXT),) for a, b in wrap(shown, width - 4)]
    if not lines:
        return []
    lines[:0] = [(Run(" " + wording.text("Replies"), Tone.MUTED),), BLANK]
    return [fit(line, width) for line in lines[:height]]


def wrap_up(
    view: CallView,
    wording: Wording,
    width: int,
    height: int,
    passed: PassedOn = PassedOn.YES,
) -> list[Line]:
    """After the call: what to look at, the heaviest first, what others do, what was never said."""
    ended = view.ended
    assert ended is not None  # the caller shows this only when the call is over
    reason = wording.term(terms.END_REASONS, ended.reason)
    head = " · ".join((wording.text("Call over"), clock(ended.duration_s), reason))
    agreed = [] if view.covered else agreed_lines(view, wording, width)
    lines: list[Line] = [(Run(head, Tone.BRIGHT),), *agreed, BLANK]
    unsaid = still_to_say(view, wording)
    flags = view.for_wrap_up
    if not flags:
        lines.append((Run("✔ " + wording.text("nothing was flagged"), Tone.GOOD),))
    tone = Tone.ACCENT if passed is PassedOn.YES else Tone.CAUTION
    tasks: list[Line] = [(Run(told, tone),) for told in task_lines(view, wording, passed)]
    # What was flagged is on the flags' page as well; what others were given to do is here alone.
    tasks = tasks[: max(0, height - 4 - len(agreed) - bool(unsaid))]
    room = max(1, height - 3 - len(agreed) - bool(unsaid) - len(tasks))
    if len(flags) > room:
        room -= 1
    for flag in flags[:room]:
        doubtful = flag.finding.verdict is Verdict.CHECK_FACTS
        tone = Tone.CAUTION if doubtful else Tone.ALARM
        if flag.finding.kind is Kind.ROUTE:
            tone = Tone.ACCENT
        told = wording.finding(flag.finding)
        about = f"{told.subject} · {told.verdict}  "
        quote = wording.said(flag.quote).text
        lines.append(
            (
                Run(f"{sign_of(flag.finding)} ", tone),
                Run(about),
                Run(cut(quote, max(0, width - 2 - cell_len(about))), Tone.MUTED),
            )
        )
    if len(flags) > room:
        more = wording.text("and {count} more: F8", count=len(flags) - room)
        lines.append((Run(more, Tone.MUTED),))
    lines += tasks
    if unsaid:
        lines.append(unsaid)
    return lines[:height]
