"""Hypotheses of one channel joined into utterances.

Owns the ids and word times of utterances while they grow.  It knows audio positions and no clock.
Vosk's plain partials carry no times, so a partial's word gets its time from the audio position at
which it first appeared; the final corrects it.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from assistant.events import FinalRecognised, PartialRecognised
from compliance.transcript import Speaker, Utterance, Word

# A word's length where only its appearance is known: conversational speech runs at about three
# words a second.
_ASSUMED_WORD_S = 0.3


@dataclass(slots=True)
class ChannelJoiner:
    """Joins what the recogniser says of one channel.

    `rate_hz` turns samples into seconds of call time.
    """

    channel: int
    name: str
    speaker: Speaker
    rate_hz: int
    talk_s: float = 0.0
    _born: int = 0
    _id: str | None = None
    _text: str = ""
    _words: list[Word] = field(default_factory=list)

    def seconds(self, sample: int) -> float:
        return round(sample / self.rate_hz, 3)

    def partial(self, event: PartialRecognised, index: int) -> Utterance | None:
        """The growing utterance, or `None` where nothing changed.

        `index` is how many utterances of the call are final already.
        """
        if event.text == self._text or not event.text:
            return None
        self._text = event.text
        tokens = event.text.split()
        same = 0
        for word, token in zip(self._words, tokens, strict=False):
            if word.text != token:
                break
            same += 1
        del self._words[same:]
        now_s = self.seconds(event.sample)
        fresh = tokens[same:]
        before_s = self._words[-1].end_s if self._words else None
        start_s = max(0.0, now_s - _ASSUMED_WORD_S * len(fresh))
        if before_s is not None:
            start_s = max(before_s, start_s)
        step_s = (now_s - start_s) / len(fresh) if fresh else 0.0
        for position, token in enumerate(fresh):
            self._words.append(
                Word(
                    token,
                    round(start_s + position * step_s, 3),
                    round(start_s + (position + 1) * step_s, 3),
                )
            )
        return self._utterance(index, final=False)

    def final(self, event: FinalRecognised, index: int) -> Utterance | None:
        """The settled utterance; without text where it was no speech after all; or `None`."""
        if not event.text:
            if self._id is None:
                return None
            dropped = replace(self._utterance(index, final=True), text="", words=())
            self._forget()
            return dropped
        self._text = event.text
        self._words = [
            Word(word.text, self.seconds(word.start), self.seconds(word.end), word.confidence)
            for word in event.words
        ]
        utterance = self._utterance(index, final=True)
        if utterance.start_s is not None and utterance.end_s is not None:
            self.talk_s += utterance.end_s - utterance.start_s
        self._forget()
        return utterance

    def _forget(self) -> None:
        self._id = None
        self._text = ""
        self._words = []

    def _utterance(self, index: int, *, final: bool) -> Utterance:
        if self._id is None:
            self._id = f"{self.name}-{self._born}"
            self._born += 1
        return Utterance(
            id=self._id,
            index=index,
            speaker=self.speaker,
            text=self._text,
            words=tuple(self._words),
            start_s=self._words[0].start_s if self._words else None,
            end_s=self._words[-1].end_s if self._words else None,
            final=final,
        )
