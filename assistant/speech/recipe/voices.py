"""Synthetic speakers for training: espeak-ng variants drawn at random.

Owns what makes one speaker unlike another: formants, pitch, breath, roughness, pace; and the folder
in which the synthesiser finds them.  The variants that come with the synthesiser are never among
them, so that those can be held back for measuring.
"""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from assistant.demo.synthesis import Voice

FAMILIES = ("gmw", "sit")  # of languages: English and Chinese are among them
PLAIN_SHARE = 0.12  # of the speakers have the synthesiser's own formants
ODD_SHARE = 0.4  # have formants that no one length of the vocal tract explains
RARE_SHARE = 0.5  # of rare speakers are stranger than any of the others


@dataclass(frozen=True, slots=True)
class Speaker:
    """A random speaker: `definition` is an espeak-ng variant file (docs/voices.md of espeak-ng)."""

    name: str
    definition: str


def draw_speakers(count: int, random: np.random.Generator) -> tuple[Speaker, ...]:
    """Speakers between a deep and a child-like voice."""
    speakers = []
    for number in range(count):
        plain = random.random() < PLAIN_SHARE
        # One length of the vocal tract moves all formants; each then differs a little by itself.
        tract = 0.0 if plain else random.uniform(-13, 26)
        odd = random.random() < ODD_SHARE
        spread = (8, 13, 13, 18) if odd else (4, 6, 6, 6)
        low = random.uniform(68, 215)
        lines = [
            "language variant",
            f"name random{number}",
            f"pitch {low:.0f} {low * random.uniform(1.2, 1.8):.0f}",
        ]
        for formant in range(9):
            if plain:
                break
            frequency = max(50.0, 100 + tract + random.normal(0, spread[min(formant, 3)]))
            height = random.uniform(40, 145) if odd else random.uniform(70, 120)
            width = random.uniform(50, 170)
            shift = random.choice((0, 0, random.uniform(-280, 150))) if formant > 1 else 0
            lines.append(f"formant {formant} {frequency:.0f} {height:.0f} {width:.0f} {shift:.0f}")
        if random.random() < 0.3:
            lines.append(f"breath 0 {' '.join(str(v) for v in random.integers(1, 5, 7))}")
        if random.random() < 0.4:
            lines.append(f"roughness {random.integers(1, 6)}")
        if random.random() < 0.25:
            lines.append(f"flutter {random.integers(0, 25)}")
        if random.random() < 0.25:
            lines.append(f"echo {random.integers(20, 130)} {random.integers(3, 16)}")
        if random.random() < 0.35:
            lines.append(f"stressAmp {' '.join(str(v) for v in random.integers(12, 27, 8))}")
        if random.random() < 0.2:
            lines.append(f"stressAdd {' '.join(str(v) for v in random.integers(-20, 20, 8))}")
        if random.random() < 0.3:
            lines.append(f"voicing {random.integers(40, 180)}")
        if random.random() < 0.3:
            # Loudness (0 to 255) at some frequencies: from shrill to muffled, or uneven.
            falls = random.integers(15, 256, 4)
            if (kind := random.random()) < 0.7:
                falls = np.sort(falls)[:: -1 if kind < 0.5 else 1]
            pairs = zip((150, 700, 1500, 2800), falls, strict=True)
            lines.append(f"tone {' '.join(f'{hertz} {level}' for hertz, level in pairs)}")
        if random.random() < 0.3:
            lines.append(f"consonants {random.integers(50, 170)} {random.integers(50, 170)}")
        speakers.append(Speaker(f"random{number}", "\n".join(lines) + "\n"))
    return tuple(speakers)


def draw_rare_speakers(count: int, random: np.random.Generator) -> tuple[Speaker, ...]:
    """Speakers of whom half are stranger still: uneven throats, muffled, a formant missing.

    The voices that a network hears worst are such; these are drawn, and none is made after one.
    """
    speakers = []
    for speaker in draw_speakers(count, random):
        lines = speaker.definition.strip().split("\n")
        name = speaker.name.replace("random", "rare")
        lines[1] = f"name {name}"
        if random.random() < RARE_SHARE:
            lines = [line for line in lines if not line.startswith(("formant", "tone"))]
            tract = random.uniform(-12, 30)
            missing = random.integers(4, 8) if random.random() < 0.25 else -1
            for formant in range(9):
                spread = (9, 12, 12, 14)[min(formant, 3)]
                follows = tract * (0.4 if formant == 0 else 1.0)
                frequency = max(50.0, 100 + follows + random.normal(0, spread))
                height, width = random.uniform(35, 110), random.uniform(60, 180)
                shift = random.choice((0, 0, random.uniform(-280, 150))) if formant > 1 else 0
                if formant == missing:
                    frequency = random.uniform(5, 60)
                lines.append(
                    f"formant {formant} {frequency:.0f} {height:.0f} {width:.0f} {shift:.0f}"
                )
            if random.random() < 0.5:
                falls = random.integers(10, 256, 4)
                if (kind := random.random()) < 0.7:
                    falls = np.sort(falls)[:: -1 if kind < 0.5 else 1]
                pairs = zip((150, 700, 1400, 2600), falls, strict=True)
                lines.append(f"tone {' '.join(f'{hertz} {level}' for hertz, level in pairs)}")
            if random.random() < 0.4:
                low = random.uniform(140, 240)
                lines[2] = f"pitch {low:.0f} {low * random.uniform(1.15, 1.6):.0f}"
        speakers.append(Speaker(name, "\n".join(lines) + "\n"))
    return tuple(speakers)


def draw_voice(
    base: str, variants: Sequence[str], paces: tuple[int, int], random: np.random.Generator
) -> Voice:
    """One way of speaking: a variant of `base` ("" is the base itself), a pace, a melody."""
    variant = variants[int(random.integers(len(variants)))]
    return Voice(
        f"{base}+{variant}" if variant else base,
        int(random.integers(*paces)),
        int(random.integers(25, 75)),
        int(random.integers(20, 80)),
    )


def write_speakers(speakers: Sequence[Speaker], synthesiser: Path, folder: Path) -> Path:
    """A folder that looks like the synthesiser's own, with `speakers` beside its variants.

    Args:
        speakers: to be found as `base+name`.
        synthesiser: espeak-ng's data folder; it is not changed.
        folder: made anew; the synthesiser is started on what is returned.
    """
    target = folder / "espeak-ng-data"
    shutil.copytree(synthesiser, target)
    # The library lists 349 voices at most, and does not find what is beyond.
    for other in (target / "lang").iterdir():
        if not other.is_dir():
            other.unlink()
        elif other.name not in FAMILIES:
            shutil.rmtree(other)
    shutil.rmtree(target / "voices" / "mb", ignore_errors=True)
    for speaker in speakers:
        (target / "voices" / "!v" / speaker.name).write_text(speaker.definition, encoding="ascii")
    return target
