"""The call screen: what an agent sees while talking.

Owns the arrangement of the panes, the way from a key to the desk, and which pane is drawn anew when
a part of the view changed.  It computes nothing: the view folds, the panes draw, the desk acts.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import replace

from textual.app import ComposeResult
from textual.containers import Container, Horizontal
from textual.events import Key, Paste
from textual.screen import ModalScreen, Screen

from assistant import terms
from assistant.call_view import CallView, Part
from assistant.choice_digits import TEN
from assistant.events import (
    PASSED_TO,
    AccountChanged,
    Act,
    ClockChanged,
    Envelope,
    LinkRefused,
    Origin,
    VerificationChanged,
)
from assistant.interface_text import N_
from assistant.other_accounts import named
from assistant.quoting import Quote, Quotes, quotes
from assistant.screens.account import draw_account, draw_account_line
from assistant.screens.bars import draw_flag, draw_keys, draw_status, draw_top
from assistant.screens.breathing import BreathingSheet
from assistant.screens.desk import (
    AccountKnown,
    Desk,
    Hearing,
    Linking,
    Playback,
    Resting,
    SearchAsked,
    WrappingUp,
)
from assistant.screens.intents import AskIdentifier, Tell, chosen, hint_of, intent_of
from assistant.screens.keys import (
    ACTIONS,
    LIVE_ACTIONS,
    Command,
    NotOurs,
    Press,
    entry_of,
    read_key,
)
from assistant.screens.pages import account_page, flags_page, help_page
from assistant.screens.pane import Pane
from assistant.screens.quoting import QuoteSheet
from assistant.screens.runs import Run
from assistant.screens.script import (
    choice_word,
    draw_choices,
    draw_script,
    draw_talk_offs,
    menu_choices,
    offered,
)
from assistant.screens.setup import CallSetup, Mode
from assistant.screens.sheets import IdentifierEntry, Menu, Page, Sheet
from assistant.screens.small import draw_small_call, is_too_small
from assistant.screens.tones import Tone
from assistant.screens.transcript import Transcript
from assistant.screens.wrap_up import WrapUpSheet
from assistant.task_lines import passed_on, task_lines
from assistant.typed_values import reading_for
from assistant.wording import Wording
from assistant.wrap_up import WrapUp
from assistant.wrap_up_draft import WrapUpDraft
from scripts.account import Account
from scripts.repayment_options import Means

_HINT_S = 8.0
"""Seconds of call time for which a line stays that no key of the user's own called for."""

_IN_SMALL = frozenset({Command.HELP, Command.END})
"""What keys still do where the terminal is too small to show what the others would."""

_PANES = {
    Part.CLOCK: ("top", "status", "small"),
    Part.VERIFICATION: ("top", "account", "account_line", "script", "choices", "talk_offs"),
    Part.PROMPT: ("script", "choices", "talk_offs", "small"),
    Part.FLAG: ("flag", "small"),
    Part.STATEMENTS: ("script",),
    Part.CONDITION: ("top", "status", "script", "flag", "keys"),
}


class CallScreen(Screen[None]):
    """One call.

    Args:
        setup: what the screen was given.
        wording: text for this reader.
        desk: what the keys ask.
    """

    def __init__(self, setup: CallSetup, wording: Wording, desk: Desk) -> None:
        super().__init__(id="call_screen")
        self.setup = setup
        self._given = setup  # what it is without what the call's events add
        self.wording = wording
        self.desk = desk
        self.view = CallView()
        self._hearing = Hearing.LOADING
        self._told: Run | None = None
        self._hint: Run | None = None
        self._paused = False
        self._ending = False
        self._law_place = 0
        self._hint_until_s = math.inf
        self._verifying = False
        self._wrapped_up = False
        self._draft: WrapUpDraft | None = None  # what was typed outlives the sheet

    def compose(self) -> ComposeResult:
        """The panes in the order of the eye."""
        wording = self.wording
        yield Pane(
            lambda w, _h: draw_top(self.view, wording, self.setup, w), id="top", fill=Tone.BAR
        )
        yield Pane(lambda w, _h: draw_flag(self.view, wording, w), id="flag")
        with Container(id="body"):
            with Horizontal(id="script_area"):
                yield Pane(self._draw_script, id="script")
                yield Pane(lambda w, h: draw_choices(self.view, wording, w, h), id="choices")
                yield Pane(
                    lambda w, h: draw_talk_offs(self.view, wording, self.setup, w, h),
                    id="talk_offs",
                )
            yield Pane(
                lambda w, h: draw_account(
                    self.view,
                    self.setup.account,
                    wording,
                    w,
                    h,
                    finds=self.finds,
                    others=self.setup.others,
                ),
                id="account",
            )
            yield Pane(
                lambda w, _h: draw_account_line(
                    self.view,
                    self.setup.account,
                    wording,
                    w,
                    finds=self.finds,
                    others=self.setup.others,
                ),
                id="account_line",
            )
            yield Pane(lambda w, _h: [(Run("─" * w, Tone.RULE),)], id="rule")
            yield Transcript(wording)
        yield Pane(
            lambda w, _h: draw_status(
                self.view,
                wording,
                self.setup,
                w,
                told=self._hint or self._standing_line(),
                hearing=self._hearing,
            ),
            id="status",
        )
        yield Pane(
            lambda w, _h: draw_keys(
                wording,
                w,
                may_pause=isinstance(self.desk, Playback) or self.view.may_pause,
                over=self.view.ended is not None,
                live=self.view.live,
                away=bool(self.view.passed_to),
            ),
            id="keys",
            fill=Tone.BAR,
        )
        yield Pane(lambda w, h: draw_small_call(self.view, wording, w, h), id="small")

    def _draw_script(self, width: int, height: int) -> list[tuple[Run, ...]]:
        own_column = self.has_class("-wide") and not self.has_class("-low")
        passed = passed_on(self.view, kept=self.setup.kept)
        return draw_script(
            self.view,
            self.wording,
            width,
            height,
            choices=not own_column,
            passed=passed,
            of_account=named(self.setup.account, self.setup.others),
        )

    def _standing_line(self) -> Run | None:
        """What was told last; the line of a task goes before it, and not before a pause."""
        return None if self.view.task_told is not None and not self._paused else self._told

    # ---- events in ---------------------------------------------------------------------------

    def receive(self, envelopes: Iterable[Envelope]) -> None:
        """Fold events and draw what they changed."""
        changed = Part.NOTHING
        linked = False
        for envelope in envelopes:
            changed |= self.view.apply(envelope)
            match envelope.event:
                case VerificationChanged():
                    changed |= self._verification_came(envelope.event)
                case AccountChanged(account=account, origin=origin):
                    self.know(account, origin)
                    linked = linked or envelope.event.call_s > 0
                case ClockChanged(seconds=seconds):
                    self.say(self.wording.clock_set(seconds))
                case LinkRefused(reason=reason):
                    self.say(self.wording.term(terms.LINK_REFUSALS, reason))
        if linked:  # and by now whether that withdrew who was confirmed
            kept = N_("linked: still the person who was confirmed")
            asks = N_("linked: confirm who is on the line")
            self.say(self.wording.text(kept if self.view.verified else asks))
        if self._hint is not None and self.view.call_s >= self._hint_until_s:
            self._hint = None
        if self.view.covered and isinstance(self.app.screen, QuoteSheet):
            self.app.pop_screen()  # somebody else listens: nothing of the debt
        if self.view.ended is not None and self._ending and Part.CONDITION & changed:
            self._told = None  # what it said has happened
        self._draw(changed)
        if self.view.ended is not None and not self._wrapped_up:
            self._wrapped_up = True
            self._wrap_up()

    def _verification_came(self, event: VerificationChanged) -> Part:
        """In a demonstration nobody need press `v`: say so where the script of keys did."""
        by_key = event.verified and event.reason == "agent"
        if by_key and self.setup.mode is Mode.DEMO and not self._verifying:
            told = self.wording.text("the demonstration's agent pressed v")
            self._hint = Run(told, Tone.ACCENT)
            self._hint_until_s = event.call_s + _HINT_S
        self._verifying = False
        return Part.CLOCK

    def rebuild(self, envelopes: Iterable[Envelope]) -> None:
        """Forget the call so far and fold these instead."""
        self.view = CallView()
        self.setup = self._given
        for envelope in envelopes:
            self.view.apply(envelope)
        if self.view.account is not None:
            self.know(self.view.account, self.view.origin)
        self._draw(Part.EVERYTHING)

    def know(self, account: Account, origin: Origin | None) -> None:
        """Whose call it is became known."""
        replies = self.setup.replies(account)
        self.setup = replace(
            self.setup, account=account, origin=origin, talk_offs=replies, others=()
        )
        self._draw(Part.EVERYTHING)
        self.post_message(AccountKnown(account))

    def know_others(self, others: tuple[Account, ...]) -> None:
        """The customer's other accounts became known."""
        self.setup = replace(self.setup, others=others)
        self._draw(Part.EVERYTHING)

    @property
    def finds(self) -> bool:
        """Whether an account may be looked for."""
        desk = self.desk
        return isinstance(desk, Linking) and desk.looks_up and self.view.ended is None

    def hear(self, hearing: Hearing) -> None:
        """The recogniser's state changed."""
        self._hearing = hearing
        self._draw(Part.CLOCK)

    def tell(self, told: Run | None) -> None:
        """Say one line in the status line."""
        self._told = told
        self._draw(Part.CLOCK)

    def redraw(self) -> None:
        """Language, theme or size changed: draw everything."""
        for pane in self.query(Pane):
            pane.redraw()
        self.query_one(Transcript).reword()

    def on_mount(self) -> None:
        """What was folded before the screen came up is drawn."""
        self._draw(Part.EVERYTHING)

    def _draw(self, changed: Part) -> None:
        if not self.is_mounted:
            return
        names = {name for part, panes in _PANES.items() if part & changed for name in panes}
        for name in names:
            self.query_one(f"#{name}", Pane).redraw()
        if Part.TRANSCRIPT & changed:
            self.query_one(Transcript).show(self.view.rows)

    # ---- keys out ----------------------------------------------------------------------------

    def on_key(self, event: Key) -> None:
        """Read the key and do what it asks."""
        press = read_key(event.key, event.character)
        if is_too_small(*self.size) and not (
            isinstance(press, Press) and press.command in _IN_SMALL
        ):
            event.stop()
            return
        if isinstance(press, Press):
            event.stop()
            event.prevent_default()
            if self._hint is not None:
                self._hint = None
                self._draw(Part.CLOCK)
            self.do(press.command, press.digit)
        elif press is NotOurs.INPUT_METHOD:
            event.stop()
            self._input_method_is_on()

    def on_paste(self, event: Paste) -> None:
        """Some input methods hand over their text in one piece."""
        event.stop()
        self._input_method_is_on()

    def _input_method_is_on(self) -> None:
        told = self.wording.text("An input method is on: use F5, F6, or F7 and a number.")
        self.say(told)

    def say(self, told: str) -> None:
        """Answer a key in the status line; the next key clears it."""
        self._hint = Run(told, Tone.CAUTION)
        self._hint_until_s = math.inf
        self._draw(Part.CLOCK)

    def hint(self, told: str) -> None:
        """Say something quietly that can as well go unread: never beside a flag or another line."""
        if self.view.flag is None and self._hint is None and self.view.ended is None:
            self._hint = Run(told, Tone.MUTED)
            self._hint_until_s = self.view.call_s + _HINT_S
            self._draw(Part.CLOCK)

    def do(self, command: Command, digit: int = 0) -> None:
        """Do what a key, the menu or the command palette asks for."""
        hint = hint_of(self.view, command)
        if hint:
            self.say(self.wording.text(hint))
        intent = intent_of(self.view, command, digit)
        match intent:
            case Tell(act, argument):
                self._verifying = act is Act.VERIFIED
                self.desk.act(act, argument)
                self.view.happened.pressed(act, argument, self.view.call_s)
                return
            case AskIdentifier(kind):
                self._ask(kind)
                return
        match command:
            case Command.ACTIONS:
                self._show_actions()
            case Command.LAW:
                self._show_law()
            case Command.FIND if self.finds:
                self.post_message(SearchAsked())
            case Command.FIND if self.view.live and self.view.ended is None:
                self.say(self.wording.text("no source of accounts is set up"))
            case Command.ACCOUNT if self.setup.account is None and self.finds:
                self.post_message(SearchAsked())
            case Command.ACCOUNT:
                self._show_account()
            case Command.HELP:
                self._show(N_("Keys"), lambda w: help_page(self.wording, w, live=self.view.live))
            case Command.PAUSE:
                self._pause()
            case Command.END:
                self._end()
            case Command.HAND_OVER if self.view.live and self.view.ended is None:
                self._pass_on()
            case Command.QUOTE if self.view.ended is None and not self.view.covered:
                self._quote()
            case Command.CONFIRM if self.view.ended is not None:
                self._wrap_up()
            case _:
                self._scroll(command)

    def _show_actions(self, first: int = 0) -> None:
        """The actions by number, then the choices for which no digit was left.

        Where they are more than ten, the tenth turns the page; `first` is what stands on top.
        """
        actions = LIVE_ACTIONS if self.view.live else ACTIONS
        slugs = menu_choices(self.view)
        labels = [self.wording.text(entry_of(action).help) for action in actions]
        labels += [choice_word(slug, self.wording) for slug in slugs]
        shown = labels[first : first + TEN]
        turns = len(labels) > first + TEN
        if turns:
            shown[-1] = self.wording.text("more…")

        def acted(chosen: int | None) -> None:
            if chosen is None or chosen < 0:
                return
            place = first + chosen
            if turns and chosen == TEN - 1:
                self._show_actions(place)
            elif place < len(actions):
                self.do(actions[place])
            else:
                self.choose(slugs[place - len(actions)])

        self.app.push_screen(Menu(self.wording, N_("Actions"), shown), acted)

    def choose(self, slug: str) -> None:
        """Choose an objection or exit by its name, as long as it is offered."""
        if slug in offered(self.view):
            told = chosen(slug)
            self.desk.act(told.act, told.argument)
            self.view.happened.pressed(told.act, told.argument, self.view.call_s)

    def _ask(self, kind: str) -> None:
        def typed(said: str | None) -> None:
            if self.view.ended is not None or not said:
                return
            if said in ("+", "-"):
                by_ear = Act.IDENTIFIER_MATCHED if said == "+" else Act.IDENTIFIER_MISMATCHED
                self.desk.act(by_ear, kind)
            else:
                self.desk.identifier_said(kind, said)

        asked = self.wording.term(terms.IDENTIFIERS, kind)
        self.app.push_screen(IdentifierEntry(self.wording, asked), typed)

    def _show(self, title: str, page: Page) -> None:
        self.app.push_screen(Sheet(self.wording, title, page, below=self._rows_above))

    @property
    def _rows_above(self) -> int:
        """Rows that stay in sight under a sheet while the call goes on: all but the transcript."""
        return self.query_one("#rule").region.y

    def _show_law(self) -> None:
        flags = self.view.flags
        self._law_place = max(0, len(flags) - 1)
        if self.view.flag is not None:
            self._law_place = flags.index(self.view.flag.flag)

        def turn(step: int) -> None:
            count = len(self.view.flags)
            self._law_place = (self._law_place + step) % count if count else 0

        def page(width: int) -> list[tuple[Run, ...]]:
            flags = self.view.flags
            place = min(self._law_place, max(0, len(flags) - 1))
            return flags_page(flags, place, self.wording, width)

        self.app.push_screen(
            Sheet(self.wording, N_("Law and reason"), page, turn, below=self._rows_above)
        )

    def _show_account(self) -> None:
        """The account in full; where the customer has several, they are turned like pages."""
        place = 0

        def turn(step: int) -> None:
            nonlocal place
            place = (place + step) % (1 + len(self.setup.others))

        def page(width: int) -> list[tuple[Run, ...]]:
            there = min(place, len(self.setup.others))
            return account_page(self.view, self.setup, self.wording, width, there)

        self.app.push_screen(
            Sheet(
                self.wording,
                N_("Account"),
                page,
                turn if self.setup.others else None,
                below=self._rows_above,
            )
        )

    def _pass_on(self) -> None:
        """Ask to whom the call is passed, or tell that it came here."""
        text = self.wording.text
        whom = () if self.view.passed_to else PASSED_TO
        labels = [text("it is passed to me: a new voice is on the line")]
        labels += [
            text("I pass it on to {whom}", whom=self.wording.term(terms.PASSED, to)) for to in whom
        ]

        def chosen(place: int | None) -> None:
            if place is None or place < 0 or self.view.ended is not None:
                return
            if place == 0:
                self.desk.act(Act.TAKEN_OVER)
            else:
                self.desk.act(Act.PASSED_ON, whom[place - 1])

        self.app.push_screen(Menu(self.wording, N_("Pass on"), labels), chosen)

    def _pause(self) -> None:
        if not isinstance(self.desk, Playback):
            return
        self._paused = not self._paused
        if self._paused:
            self.desk.pause()
            self.tell(Run("‖ " + self.wording.text("paused: F9 goes on"), Tone.ACCENT))
        else:
            self.desk.resume()
            self.tell(None)

    def _quote(self) -> None:
        """The ways to repay, by what the customer can pay."""
        account, product = self.setup.account, self.setup.terms
        if account is None or product is None:
            self.say(self.wording.text("without an account nothing can be counted"))
            return
        own = product.bank != "default"
        source = product.bank if own else self.wording.text("by general terms, not the bank's own")

        def chosen(quote: Quote | None) -> None:
            if quote is not None and self.view.ended is None:
                self.desk.act(Act.OPTION_QUOTED, quote.say)
                # The sentence does not say in a word which way it was.
                self.view.happened.pressed(
                    Act.OPTION_QUOTED, quote.option.kind.value, self.view.call_s
                )

        def ask(means: Means) -> Quotes:
            return quotes(account, product, means, self.setup.today, self.setup.call_language)

        sheet = QuoteSheet(
            self.wording,
            ask,
            currency=account.currency,
            source=source,
            hardship=self.view.hardship,
            rows=self.size.height - self._rows_above,
        )
        self.app.push_screen(sheet, chosen)

    def _wrap_up(self) -> None:
        """Ask how the call ended, where that is asked for; nothing lies over it meanwhile."""
        desk = self.desk
        if not self.setup.outcomes or not isinstance(desk, WrappingUp):
            return
        while isinstance(self.app.screen, ModalScreen):
            self.app.pop_screen()

        def confirmed(wrap_up: WrapUp | None) -> None:
            if wrap_up is None:
                self.tell(
                    Run(self.wording.text("Enter: wrap-up · F10: leave without"), Tone.ACCENT)
                )
                return
            desk.wrap_up(wrap_up)
            breaths = desk.minute_offered if isinstance(desk, Resting) else None
            if breaths is None:
                self.app.exit(0)
                return
            sheet = BreathingSheet(self.wording, breaths, offered=True)
            self.app.push_screen(sheet, lambda _: self.app.exit(0))

        setup = self.setup
        if self._draft is None:
            place, language = setup.jurisdiction, setup.call_language
            reading = reading_for(place, language, setup.today, setup.currency)
            self._draft = WrapUpDraft(
                self.view,
                setup.outcomes,
                reading,
                account=setup.account,
                contact_time=setup.contact_time,
            )
        sheet = WrapUpSheet(
            self.wording,
            setup.outcomes,
            self._draft,
            self.view,
            currency=setup.currency,
            kept=self.view.kept or setup.kept,
            tasks=task_lines(self.view, self.wording, passed_on(self.view, kept=setup.kept)),
            of_account=named(setup.account, setup.others),
        )
        self.app.push_screen(sheet, confirmed)

    def _end(self) -> None:
        if self.view.ended is not None or self._ending:
            self.app.exit(0)
            return
        self._ending = True
        self.desk.end()
        self.tell(Run(self.wording.text("ending the call… F10 again leaves"), Tone.MUTED))

    def _scroll(self, command: Command) -> None:
        transcript = self.query_one(Transcript)
        page = max(1, transcript.size.height - 1)
        match command:
            case Command.UP:
                transcript.scroll_by(-1)
            case Command.DOWN:
                transcript.scroll_by(1)
            case Command.PAGE_UP:
                transcript.scroll_by(-page)
            case Command.PAGE_DOWN:
                transcript.scroll_by(page)
            case Command.TOP:
                transcript.to_top()
            case Command.FOLLOW:
                transcript.follow()
            case _:
                return
