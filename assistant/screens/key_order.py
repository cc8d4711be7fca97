"""Keys one after the other: the next is handed on when the one before has done all that it does.

Owns the order alone.  Textual gives a key to the widget that has the cursor when it arrives, and a
key that moves the cursor (Tab, ↓, Enter on a field) is only acted upon when it has risen through
the widgets' queues: what is typed within those milliseconds, by fast fingers, a paste or a program,
would land in the field before.  Here keys wait their turn; none is lost, and a turn that does not
end (its widget is gone) ends by the clock.
"""

from __future__ import annotations

from collections import deque

from textual.app import App
from textual.events import Event, Key, Paste
from textual.message import Message
from textual.widget import Widget

_AT_ONCE = frozenset({"ctrl+c", "ctrl+q"})
"""Whoever leaves waits for nothing."""
_LONGEST_TURN_S = 0.5
_ROUNDS = 3
"""How often it is asked whether a key's wake has passed: for the key itself, for what it posted (a
field has changed, was submitted), which stands behind the first question, and for a cursor that
this moved, which stands behind the second."""
_MOST_ROUNDS = 6


class TurnEnds(Message):
    """Rises behind a key, from the widget that got it; at the top the key has been dealt with."""

    def __init__(self, turn: int) -> None:
        super().__init__()
        self.turn = turn


class OrderedKeysApp(App[int]):
    """An application that hands on a key when the one before has been dealt with."""

    def __init__(self) -> None:
        super().__init__()
        self._typed_ahead: deque[Key | Paste] = deque()
        self._key_turn = 0
        self._key_rounds = 0
        self._key_under_way = False
        self._key_asked: Widget | None = None

    async def on_event(self, event: Event) -> None:
        """Textual's own door for what is typed."""
        typed = isinstance(event, Key | Paste) and not event.is_forwarded
        if not typed or (isinstance(event, Key) and event.key in _AT_ONCE):
            await super().on_event(event)
        elif self._key_under_way:
            assert isinstance(event, Key | Paste)
            self._typed_ahead.append(event)
            if len(self._typed_ahead) == 1:
                turn = self._key_turn
                self.set_timer(_LONGEST_TURN_S, lambda: self._key_overdue(turn))
        else:
            await self._hand_on_key(event)

    async def _hand_on_key(self, event: Event) -> None:
        self._key_under_way = True
        self._key_turn += 1
        self._key_rounds = 0
        await super().on_event(event)
        self._ask_of_key()

    def _ask_of_key(self) -> None:
        """Send the question after the key, to where the cursor is."""
        self._key_rounds += 1
        target: Widget = self.focused or self.screen
        self._key_asked = target
        target.post_message(TurnEnds(self._key_turn))

    async def on_turn_ends(self, message: TurnEnds) -> None:
        """The question has risen: ask again, or hand on the next key."""
        message.stop()
        if message.turn != self._key_turn or not self._key_under_way:
            return
        # What took the cursor, another field or a screen that has just come, is to be ready for it.
        moved = self._key_asked is not (self.focused or self.screen)
        if self._key_rounds < _ROUNDS or (moved and self._key_rounds < _MOST_ROUNDS):
            self._ask_of_key()
        else:
            await self._next_key()

    async def _key_overdue(self, turn: int) -> None:
        """A turn did not end in time: the next begins."""
        if turn == self._key_turn and self._key_under_way:
            await self._next_key()
        elif self._typed_ahead:
            turn = self._key_turn
            self.set_timer(_LONGEST_TURN_S, lambda: self._key_overdue(turn))

    async def _next_key(self) -> None:
        self._key_under_way = False
        if self._typed_ahead:
            await self._hand_on_key(self._typed_ahead.popleft())
