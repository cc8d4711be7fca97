"""The ways to repay, over the transcript: what the customer can pay is typed, the options follow.

Owns the sheet alone: the options, their order and sentences come ready made.  It answers with the
option whose sentence the agent is going to say, or nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal

from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.events import Key
from textual.screen import ModalScreen
from textual.widgets import Input

from assistant import terms
from assistant.interface_text import N_
from assistant.quoting import NotAnAmount, Quote, Quotes, amount_typed
from assistant.screens.pane import Pane
from assistant.screens.runs import Line, Run, cells, cut, fit, spread, wrap
from assistant.screens.tones import Tone
from assistant.wording import Wording
from compliance.errors import AssistantError
from scripts.repayment_options import Means
from scripts.repayment_terms_file import Approver
from scripts.repayment_wording import shipped_wording

Ask = Callable[[Means], Quotes]
"""What may be offered to somebody of these means."""

_FIELDS = {"monthly": N_("A month"), "now": N_("At once")}
LEAST_ROWS = 11


def option_line(quote: Quote, place: int, wording: Wording, currency: str, width: int) -> Line:
    """One option: its number, what it is, its sums, why it stands there."""
    option = quote.option
    sums = [wording.amount(amount, currency) for _day, amount in option.parts]
    if option.plan is not None and option.annual_percent is not None:
        sums = [
            wording.text("{months} × {monthly}", months=option.plan.months, monthly=sums[0]),
            wording.text("total {total}", total=wording.amount(option.total, currency)),
            wording.rate(option.annual_percent),
        ]
    why = shipped_wording().reason(option.reason, wording.interface_code)
    tone = Tone.MUTED if option.fits is False else Tone.TEXT
    line = [
        Run(f" {place} ", Tone.ACCENT),
        Run(wording.term(terms.REPAYMENTS, option.kind) + "  ", tone),
        Run(" · ".join(sums) + "  ", Tone.STRONG if option.fits else tone),
    ]
    asks = option.approver is Approver.SUPERVISOR
    if asks:
        line.append(Run("□ " + wording.text("supervisor") + "  ", Tone.CAUTION))
    return fit((*line, Run(cut(why, max(0, width - cells(line) - 1)), Tone.MUTED)), width)


class QuoteSheet(ModalScreen[Quote | None]):
    """The sheet.

    Args:
        wording: text for this reader.
        ask: makes the options for somebody of certain means.
        currency: of the account.
        source: whose terms these are, finished.
        hardship: whether the customer has told of hardship.
        rows: how many rows it may take.
    """

    def __init__(
        self,
        wording: Wording,
        ask: Ask,
        *,
        currency: str,
        source: str,
        hardship: bool,
        rows: int,
    ) -> None:
        super().__init__(classes="-below")
        self._wording = wording
        self._ask = ask
        self._currency = currency
        self._source = source
        self._hardship = hardship
        self._rows = max(LEAST_ROWS, rows)
        self._fault = ""
        self._chosen = 0
        self._quotes = Quotes((), ())

    def compose(self) -> ComposeResult:
        """Head, the two amounts, the options, the sentence."""
        with Vertical(id="quotes") as sheet:
            sheet.styles.height = self._rows
            yield Pane(self._head, id="quotes_head", fill=Tone.BAR)
            with Horizontal(id="quotes_means"):
                for name, label in _FIELDS.items():
                    yield Pane(self._label(label), id=f"quotes_{name}")
                    yield Input(id=name, max_length=14, classes="quotes_amount")
            yield Pane(self._list, id="quotes_list")
            yield Pane(self._sentence, id="quotes_say")

    # ---- drawing -------------------------------------------------------------------------------

    def _head(self, width: int, _height: int) -> Sequence[Line]:
        left = (
            Run(" " + self._wording.text("Ways to repay"), Tone.STRONG),
            Run("  " + self._source, Tone.MUTED),
        )
        keys = [("↑ ↓", N_("choose")), ("Enter", N_("say this")), ("Esc", N_("close"))]
        right = "  ".join(f"{cap} {self._wording.text(label)}" for cap, label in keys) + " "
        return [spread(left, (Run(right, Tone.MUTED),), width, Tone.BAR)]

    def _label(self, label: str) -> Callable[[int, int], Sequence[Line]]:
        def draw(width: int, _height: int) -> Sequence[Line]:
            return [fit((Run(" " + self._wording.text(label), Tone.STRONG),), width)]

        return draw

    def _list(self, width: int, height: int) -> Sequence[Line]:
        if self._fault:
            return [fit((Run(" " + self._fault, Tone.CAUTION),), width)]
        first = max(0, min(self._chosen - height + 1, len(self._quotes.options) - height))
        lines = []
        for place, quote in enumerate(self._quotes.options):
            line = option_line(quote, place + 1, self._wording, self._currency, width - 2)
            mark = Run("▶" if place == self._chosen else " ", Tone.ACCENT)
            lines.append(fit((mark, *line), width))
        lines = lines[first : first + height]
        if lines and len(lines) < height:  # what waiting costs, where there is room
            said = [Run(f"   · {fact}", Tone.MUTED) for fact in self._quotes.waiting]
            lines += [fit((run,), width) for run in said][: height - len(lines)]
        return lines or [
            fit((Run(" " + self._wording.text("nothing is owed"), Tone.MUTED),), width)
        ]

    def _sentence(self, width: int, height: int) -> Sequence[Line]:
        quote = self._quote
        if quote is None:
            return []
        rows = [quote.say[a:b] for a, b in wrap(quote.say, width - 4)]
        lines: list[Line] = [
            fit((Run("▌ ", Tone.SAY_BAR), Run(row, Tone.SAY)), width, fill=Tone.SAY)
            for row in rows[:height]
        ]
        if quote.request is not None and len(lines) < height:
            asked = shipped_wording().request(quote.request, self._wording.interface_code)
            told = self._wording.text("ask a supervisor first: {what}", what=asked)
            lines.append(fit((Run(" □ " + told, Tone.CAUTION),), width))
        return lines

    @property
    def _quote(self) -> Quote | None:
        options = self._quotes.options
        return options[self._chosen] if self._chosen < len(options) and not self._fault else None

    def redraw(self) -> None:
        """Language, theme or an amount changed."""
        for pane in self.query(Pane):
            pane.redraw()

    # ---- keys ----------------------------------------------------------------------------------

    def on_mount(self) -> None:
        """Typing begins at once; nothing blinks."""
        for entry in self.query(Input):
            entry.cursor_blink = False
        self.query_one("#monthly", Input).focus()
        self._count()

    def on_key(self, event: Key) -> None:
        """Esc closes; ↑ and ↓ choose."""
        if event.key == "escape":
            event.stop()
            self.dismiss(None)
        elif event.key in ("up", "down"):
            event.stop()
            step = 1 if event.key == "down" else -1
            self._chosen = max(0, min(self._chosen + step, len(self._quotes.options) - 1))
            self.redraw()

    def on_input_changed(self, _event: Input.Changed) -> None:
        """Count again with every digit."""
        self._chosen = 0
        self._count()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Enter: this is what will be said."""
        event.stop()
        if self._quote is not None:
            self.dismiss(self._quote)

    def _count(self) -> None:
        self._fault = ""
        try:
            means = Means(
                now=self._typed("now"), monthly=self._typed("monthly"), hardship=self._hardship
            )
            self._quotes = self._ask(means)
        except NotAnAmount:
            self._fault = self._wording.text("an amount of money: 80 or 1,234.50")
        except AssistantError as error:
            self._fault = f"{error}"
        self.redraw()

    def _typed(self, name: str) -> Decimal | None:
        return amount_typed(self.query_one(f"#{name}", Input).value, self._currency)
