"""The training material: features and the phone of every frame.

Owns making it, shard by shard, in child processes: lines are said, distorted, turned into features
and labelled from the synthesiser's own phone times.  The words' pronunciations are collected on the
way.  A shard depends on its seed alone, whatever process makes it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from assistant.demo.synthesis import Voice
from assistant.speech.recipe import augment, features
from assistant.speech.recipe.graph import NOISE, SILENCE
from assistant.speech.recipe.speech import Spoken, say
from compliance.errors import AssistantError

Mel = npt.NDArray[np.float16]
Labels = npt.NDArray[np.int16]

# Every third frame is an output of the network, and whichever of the three it is, every phone must
# be heard there once.
SHORTEST_PHONE = 3
# Share of words that are relabelled as noise, so that the network knows what "some word" is like.
UNKNOWN_SHARE = 0.04
NOISE_ONLY_SHARE = 0.02
FRAME_CENTRE = 100  # samples: 12.5 ms


@dataclass(frozen=True, slots=True)
class ShardOrder:
    """What one child is to make: lines and their voices, `copies` distortions of each.

    `draw` says what lies between mouth and recogniser.
    """

    seed: int
    language: str
    lines: tuple[tuple[str, Voice], ...]
    folder: Path
    copies: int = 1
    draw: Callable[[np.random.Generator], augment.Channel] = augment.draw_channel


@dataclass(frozen=True, slots=True)
class Shard:
    """Frames of all utterances one after another.

    `mel` is [frames, 40] log mel energies, `labels` the index into `phones` of each frame.
    """

    mel: Mel
    labels: Labels
    phones: tuple[str, ...]
    pronunciations: Counter[tuple[str, tuple[str, ...]]]

    @property
    def hours(self) -> float:
        """How much sound it is."""
        return len(self.labels) * features.FRAME_SHIFT / features.RATE_HZ / 3600


def make_shard(order: ShardOrder) -> Shard:
    """Say, distort, analyse and label the lines of one order."""
    random = np.random.default_rng(order.seed)
    names: dict[str, int] = {SILENCE: 0, NOISE: 1}
    mels: list[Mel] = []
    labels: list[Labels] = []
    heard: Counter[tuple[str, tuple[str, ...]]] = Counter()
    others: list[npt.NDArray[np.float64]] = []
    for spoken in say(order.lines, order.language, order.folder):
        if not len(spoken.sound):
            continue
        heard.update(spoken.pronunciations())
        for _ in range(order.copies):
            silent = random.random() < NOISE_ONLY_SHARE
            channel = order.draw(random)
            sound = spoken.sound
            if silent:
                sound = random.integers(-3, 4, len(sound)).astype(np.int16)
            distorted = augment.distort(sound, spoken.rate_hz, channel, random, others)
            others = [*others[-8:], distorted.sound]
            mel = features.log_mel(distorted.sound)
            mels.append(mel.astype(np.float16))
            frames = len(mel)
            if silent:
                labels.append(np.zeros(frames, dtype=np.int16))
            else:
                labels.append(_labels(spoken, distorted, frames, names, random))
    phones = tuple(sorted(names, key=names.__getitem__))
    return Shard(np.concatenate(mels), np.concatenate(labels), phones, heard)


def make_shard_or_none(order: ShardOrder) -> Shard | None:
    """As `make_shard`; nothing where the synthesiser crashes on these lines every time.

    Some of its own variants make it crash on some lines; the second training does without them.
    """
    try:
        return make_shard(order)
    except AssistantError:
        return None


def relabelled(shards: Sequence[Shard], phones: Sequence[str]) -> Shard:
    """All shards as one, numbered by `phones`; what is none of them is noise."""
    place = {phone: number for number, phone in enumerate(phones)}
    noise = len(phones) - 1
    renumbered = [
        np.array([place.get(phone, noise) for phone in shard.phones], dtype=np.int16)[shard.labels]
        for shard in shards
    ]
    heard: Counter[tuple[str, tuple[str, ...]]] = Counter()
    for shard in shards:
        heard.update(shard.pronunciations)
    mel = np.concatenate([shard.mel for shard in shards])
    return Shard(mel, np.concatenate(renumbered), tuple(phones), heard)


def join(shards: Sequence[Shard]) -> Shard:
    """All shards as one; phones are numbered anew, silence first, noise last."""
    middle = sorted({phone for shard in shards for phone in shard.phones} - {SILENCE, NOISE})
    return relabelled(shards, (SILENCE, *middle, NOISE))


def _labels(
    spoken: Spoken,
    distorted: augment.Distorted,
    frames: int,
    names: dict[str, int],
    random: np.random.Generator,
) -> Labels:
    """The phone at the centre of each frame."""
    unknown = random.random(len(spoken.words)) < UNKNOWN_SHARE
    sequence = [(SILENCE, 0.0)]
    for phone in spoken.phones:
        name = NOISE if phone.word >= 0 and unknown[phone.word] else phone.name
        sequence.append((name, distorted.offset + phone.start * distorted.factor))
    # The utterance's own end: what follows is silence.
    end = distorted.offset + len(spoken.sound) * distorted.factor
    if sequence[-1][0] != SILENCE:
        sequence.append((SILENCE, end))
    starts = [max(0, round((at - FRAME_CENTRE) / features.FRAME_SHIFT + 0.5)) for _, at in sequence]
    return spread([names.setdefault(name, len(names)) for name, _ in sequence], starts, frames)


def spread(phones: Sequence[int], starts: Sequence[int], frames: int) -> Labels:
    """A label for each of `frames`, each phone lasting `SHORTEST_PHONE` frames at least.

    Short phones take from those after them; where the end is too near, from those before.
    """
    places = list(starts)
    for number in range(1, len(places)):
        places[number] = max(places[number], places[number - 1] + SHORTEST_PHONE)
    limit = frames
    for number in range(len(places) - 1, 0, -1):
        limit -= SHORTEST_PHONE
        places[number] = limit = max(0, min(places[number], limit))
    labels = np.zeros(frames, dtype=np.int16)
    for number, phone in enumerate(phones):
        stop = places[number + 1] if number + 1 < len(places) else frames
        labels[places[number] : stop] = phone
    return labels
