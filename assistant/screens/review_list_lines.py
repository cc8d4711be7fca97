"""How the list of kept calls is laid out, on a screen and for a pipe.

Owns the columns, the filter and the words for an empty list.  Pure: values and a wording in, lines
out.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from assistant import terms
from assistant.call_time import clock
from assistant.interface_text import N_
from assistant.record.kept import KeptCall
from assistant.screens.pages import BLANK, paragraph
from assistant.screens.review_lines import (
    STATES,
    agent_of,
    flags_of,
    local_time,
    place_of,
    plain_text,
    reviewed_of,
)
from assistant.screens.runs import Line, Run, pad, spread
from assistant.screens.tones import Tone
from assistant.wording import Wording

EMPTY = N_("No calls are kept yet.")
HOW_TO_KEEP = N_("Keep one: assistant replay FILE --keep")


def search_text(call: KeptCall, wording: Wording) -> str:
    """What the filter looks in, lower case."""
    parts = (
        call.id,
        local_time(call.started_at_utc, call.zone),
        agent_of(call),
        call.agent_id,
        call.language,
        place_of(call, wording),
        wording.text(STATES[call.state]) if STATES[call.state] else "",
        *(mark.rule for mark in call.marks),
        *(wording.term(terms.SEVERITIES, mark.severity) for mark in call.marks),
    )
    return " ".join(parts).lower()


def matching(calls: Sequence[KeptCall], words: str, wording: Wording) -> tuple[KeptCall, ...]:
    """The calls in which every one of the words is found; all of them for no words."""
    wanted = words.lower().split()
    return tuple(
        call for call in calls if all(word in search_text(call, wording) for word in wanted)
    )


# ---- the list ----------------------------------------------------------------------------------


def _columns(width: int) -> dict[str, int]:
    """Cells of each column; the narrow screen does without where and state words."""
    columns = {"date": 18, "agent": 14, "language": 10, "place": 0, "length": 9}
    if width >= 100:
        columns["place"] = 26
    if width >= 140:
        columns["agent"] = 22
        columns["date"] = 20
    return columns


_HEADS = {
    "date": N_("Date"),
    "agent": N_("Agent"),
    "language": N_("Language"),
    "place": N_("Where"),
    "length": N_("Length"),
}
_REVIEWED_WIDTH = 10


def list_head(wording: Wording, width: int) -> Line:
    """The names of the columns."""
    left = "   " + "".join(
        pad(wording.text(_HEADS[name]), cells_wide - 1) + " "
        for name, cells_wide in _columns(width).items()
        if cells_wide
    )
    head = (Run(left + wording.text("Flags"), Tone.MUTED),)
    right = (Run(pad(wording.text("Reviewed"), _REVIEWED_WIDTH), Tone.MUTED),)
    return spread(head, right, width)


def list_row(call: KeptCall, wording: Wording, width: int, *, chosen: bool) -> Line:
    """One kept call."""
    cell = {
        "date": local_time(call.started_at_utc, call.zone),
        "agent": agent_of(call),
        "language": call.language,
        "place": place_of(call, wording),
        "length": clock(call.duration_s),
    }
    quiet = Tone.STRONG if chosen else Tone.TEXT
    left: list[Run] = [Run(" ▸ " if chosen else "   ", Tone.ACCENT)]
    for name, cells_wide in _columns(width).items():
        if cells_wide:
            tone = quiet if name in ("date", "agent") else Tone.SPOKEN
            left.append(Run(pad(cell[name], cells_wide - 1) + " ", tone))
    left += flags_of(call, wording)
    state = STATES[call.state]
    if state:
        left.append(Run(f"  ◌ {wording.text(state)}", Tone.CAUTION))
    reviewed = reviewed_of(call)
    return spread(tuple(left), (Run(pad(reviewed.text, _REVIEWED_WIDTH), reviewed.tone),), width)


def empty_list(wording: Wording, width: int, *, filtered: bool) -> list[Line]:
    """What stands where no call can be listed, and what to do about it."""
    if filtered:
        return [BLANK, *paragraph(wording.text("No kept call has these words."), width, Tone.MUTED)]
    return [
        BLANK,
        *paragraph(wording.text(EMPTY), width, Tone.STRONG),
        BLANK,
        *paragraph(wording.text(HOW_TO_KEEP), width, Tone.TEXT),
    ]


def list_top(
    calls: Sequence[KeptCall], shown: int, reviewer: str, wording: Wording, width: int
) -> Line:
    """How many calls there are, how many have something to judge, and who judges."""
    open_calls = sum(call.reviewed < len(call.marks) for call in calls)
    left: Line = (
        Run(" " + wording.text("Kept calls: {count}", count=len(calls)), Tone.STRONG),
        Run("   " + wording.text("to review: {count}", count=open_calls), Tone.BAR),
    )
    if shown != len(calls):
        left += (Run("   " + wording.text("shown: {count}", count=shown), Tone.BAR),)
    who = wording.text("reviewer {name}", name=plain_text(reviewer))
    return spread(left, (Run(who + " ", Tone.BAR),), width, Tone.BAR)


def plain_listing(calls: Sequence[KeptCall], wording: Wording) -> Iterator[str]:
    """One line for each kept call, for a pipe; the columns are parted by tabs."""
    if not calls:
        yield f"{wording.text(EMPTY)} {wording.text(HOW_TO_KEEP)}"
        return
    for call in calls:
        state = STATES[call.state]
        yield "\t".join(
            (
                plain_text(call.id),
                local_time(call.started_at_utc, call.zone),
                agent_of(call),
                call.language,
                place_of(call, wording),
                clock(call.duration_s),
                "".join(run.text for run in flags_of(call, wording)),
                f"{call.reviewed}/{len(call.marks)}",
                wording.text(state) if state else "",
            )
        ).rstrip("\t")
