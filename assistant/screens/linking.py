"""The sheet on which an agent finds the account of who is calling.

Owns the entry, the list of what was found, the choice and its confirmation.  It looks nothing up:
it asks, and is told the answer; while that is on its way, or never comes, everything else goes on.
Nothing of a debt stands on it, since nobody has been confirmed.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.events import Key
from textual.screen import ModalScreen
from textual.widgets import Input

from assistant import terms
from assistant.accounts.source import Found, Sourced
from assistant.interface_text import N_
from assistant.screens.account import origin_words
from assistant.screens.bars import key_line
from assistant.screens.list_window import window
from assistant.screens.pane import Pane
from assistant.screens.runs import Line, Run, fit, pad, wrap
from assistant.screens.tones import Tone
from assistant.wording import Wording
from compliance.errors import AssistantError
from scripts.account import Account

PATIENCE_S = 8.0
"""After this long a look-up is told to hang; its answer is taken all the same, should it come."""

_ROWS = 9  # accounts in sight: as many as there are digits


class SearchSheet(ModalScreen[Sourced | None]):
    """Find an account; answers with the one that was confirmed, or none.

    Args:
        wording: for this reader.
        ask: looks up what was typed; `answered` is told with the number that this is given.
        refuses: why an account cannot be linked to this call, as a slug; empty where it can.
        now: the desk's clock, by which it is told how old an answer is.
        patience_s: after which a look-up is told to hang.
    """

    def __init__(
        self,
        wording: Wording,
        ask: Callable[[str], int],
        refuses: Callable[[Account], str],
        now: Callable[[], datetime] | None = None,
        patience_s: float = PATIENCE_S,
    ) -> None:
        super().__init__(classes="-below")
        self._wording = wording
        self._ask = ask
        self._refuses = refuses
        self._now = now
        self._patience_s = patience_s
        self._number = -1
        self._found: tuple[Sourced, ...] = ()
        self._place = -1
        self._top = 0
        self._told: tuple[str, Tone] = ("", Tone.MUTED)

    def compose(self) -> ComposeResult:
        """What is asked for, the entry, what was found, the keys."""
        with Vertical(id="search"):
            yield Pane(self._head, id="search_head", fill=Tone.BAR)
            yield Input(id="search_input", select_on_focus=False)
            yield Pane(self._list, id="search_list")
            yield Pane(self._foot, id="search_foot", fill=Tone.BAR)

    def on_mount(self) -> None:
        """Typing begins at once; nothing blinks."""
        entry = self.query_one(Input)
        entry.cursor_blink = False
        entry.focus()

    def redraw(self) -> None:
        """What stands on the sheet has changed, or its language."""
        for pane in self.query(Pane):
            pane.redraw()

    # ---- asking --------------------------------------------------------------------------------

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Look up what was typed."""
        event.stop()
        typed = event.value.strip()
        if not typed:
            return
        self._found, self._place, self._top = (), -1, 0
        self._say(N_("looking…"))
        number = self._number = self._ask(typed)
        self.set_timer(self._patience_s, lambda: self._hangs(number))

    def _hangs(self, number: int) -> None:
        if number == self._number:
            self._say(N_("no answer yet: Esc goes on without, Enter asks again"), Tone.CAUTION)

    def answered(self, number: int, answer: Found | AssistantError) -> None:
        """An answer came; one to an earlier question is passed over."""
        if number != self._number:
            return
        self._number = -1
        if isinstance(answer, AssistantError):
            self._told = ("✘ " + " ".join(str(answer).split()), Tone.ALARM)
            self.redraw()
            return
        self._found = answer.accounts
        self._place = 0 if len(self._found) == 1 else -1
        if self._found:
            self._say("")
            self.query_one(Input).blur()
        elif answer.unread:
            self._say(N_("found, but its record cannot be read"), Tone.CAUTION)
        else:
            self._say(N_("no account fits"), Tone.CAUTION)
        self.redraw()

    def _say(self, msgid: str, tone: Tone = Tone.MUTED) -> None:
        self._told = (self._wording.text(msgid) if msgid else "", tone)
        self.redraw()

    # ---- choosing ------------------------------------------------------------------------------

    def on_key(self, event: Key) -> None:
        """Choose, confirm, type again, leave."""
        typing = self.query_one(Input).has_focus
        if event.key == "escape":
            event.stop()
            if typing or not self._found:
                self.dismiss(None)
            else:
                self.query_one(Input).focus()
                self._found, self._place = (), -1
                self._say("")
            return
        if typing:
            return
        event.stop()
        typed = event.character or ""
        digit = int(typed) if typed.isdecimal() else 0
        if event.key in ("up", "down") and self._found:
            step = 1 if event.key == "down" else -1
            self._place = max(0, min(len(self._found) - 1, self._place + step))
        elif 1 <= digit <= min(_ROWS, len(self._found)):
            self._place = min(self._top + digit - 1, len(self._found) - 1)
        elif event.key == "enter" and self._place >= 0:
            self._confirm(self._found[self._place])
            return
        _, self._top = window(self._place, self._top, len(self._found), _ROWS)
        self._say("")

    def _confirm(self, one: Sourced) -> None:
        reason = self._refuses(one.account)
        if reason:
            self._say(terms.LINK_REFUSALS[reason], Tone.CAUTION)
        else:
            self.dismiss(one)

    # ---- drawing -------------------------------------------------------------------------------

    def _head(self, width: int, _height: int) -> Sequence[Line]:
        told = self._wording.text("Whose call is it? Id, telephone number or name")
        return [fit((Run(" " + told, Tone.STRONG),), width, Tone.BAR)]

    def _list(self, width: int, _height: int) -> Sequence[Line]:
        lines: list[Line] = []
        for number, one in enumerate(self._found[self._top : self._top + _ROWS], 1):
            chosen = self._top + number - 1 == self._place
            account = one.account
            about = (next(iter(one.numbers), ""), account.product_name or account.bank_name)
            line: Line = (
                Run(("▸" if chosen else " ") + f"{number}  ", Tone.ACCENT),
                Run(pad(account.id, 14) + "  ", Tone.STRONG),
                Run(pad(account.customer_name, 18) + "  ", Tone.BRIGHT if chosen else Tone.TEXT),
                Run(" · ".join(part for part in about if part), Tone.MUTED),
            )
            lines.append(fit(line, width))
        told, tone = self._told
        if self._found and not told:
            one = self._found[max(0, self._place)]
            now = self._now() if self._now is not None else None
            told = origin_words(one.origin, now, self._wording)
        lines += [(Run(" " + told[a:b], tone),) for a, b in wrap(told, max(2, width - 2))]
        return lines

    def _foot(self, width: int, _height: int) -> Sequence[Line]:
        if self._place >= 0:
            keys = ((N_("Enter"), N_("link this account")), ("Esc", N_("type again")))
        elif self._found:
            keys = (("1 – 9", N_("choose")), ("Esc", N_("type again")))
        else:
            keys = ((N_("Enter"), N_("look up")), ("Esc", N_("back")))
        return [fit(key_line(keys, self._wording), width, Tone.BAR)]
