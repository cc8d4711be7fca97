"""What the second training hears: other sentences, stranger voices, worse lines.

Owns the choice of lines and voices for it.  Whoever failed on the first network was a strange voice
behind a telephone; so half of the random speakers are strange, many of the variants that come with
the synthesiser speak (never those that measuring uses, nor their kin), and most of the lines are
telephones.
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import numpy as np

from assistant.demo.synthesis import readable
from assistant.speech.recipe import augment, templates
from assistant.speech.recipe.background import background
from assistant.speech.recipe.corpus import ShardOrder
from assistant.speech.recipe.languages import Recipe
from assistant.speech.recipe.rule_examples import examples
from assistant.speech.recipe.voices import draw_rare_speakers, draw_voice, write_speakers

SPEAKERS = 160
NAMED_SHARE = 0.4  # of lines are said by variants that come with the synthesiser
TEMPLATE_SHARE, EXAMPLE_SHARE = 0.4, 0.35  # of lines; the rest are words without connection
LOOSE_WORDS = 12_000
SHARD_LINES = 100
SEEDS = {"en": 777, "zh": 778}
FIRST_SHARD_SEED = 5_000_000
# fmt: off
NAMED = (
    "f2", "f3", "f4", "m3", "m7", "max", "linda", "Alex", "Andrea", "Denis", "Henrique",
    "Hugo", "Lee", "Marco", "Mario", "Reed", "RicishayMax", "Storm", "adam", "announcer",
    "antonio", "benjamin", "boris", "david", "ed", "edward", "f5", "grandpa", "gustave", "ian",
    "iven", "john", "kaukovalta", "m5", "m8", "marcelo", "michel", "miguel", "norbert",
    "pablo", "paul", "pedro", "rob", "robert", "sandro", "zac",
)
# fmt: on


def orders(recipe: Recipe, synthesiser: Path, folder: Path) -> list[ShardOrder]:
    """What is to be said, shard by shard; the speakers are written into `folder`."""
    random = np.random.default_rng(SEEDS[recipe.language])
    lines = _lines(recipe, random)
    speakers = draw_rare_speakers(SPEAKERS, random)
    data = write_speakers(speakers, synthesiser, folder)
    drawn = [speaker.name for speaker in speakers]
    said = []
    for at in random.permutation(len(lines)):
        variants = ("", *NAMED) if random.random() < NAMED_SHARE else drawn
        base = recipe.bases[int(random.integers(len(recipe.bases)))]
        said.append((lines[int(at)], draw_voice(base, variants, recipe.paces, random)))
    return [
        ShardOrder(
            FIRST_SHARD_SEED + at,
            recipe.language,
            tuple(said[at : at + SHARD_LINES]),
            data,
            draw=augment.draw_line,
        )
        for at in range(0, len(said), SHARD_LINES)
    ][: recipe.rare_shards]


def _lines(recipe: Recipe, random: np.random.Generator) -> list[str]:
    count = recipe.rare_lines
    lines = templates.load(recipe.core, recipe.numbers).draw(int(count * TEMPLATE_SHARE), random)
    told = examples(recipe.examples)
    if told:
        chosen = random.integers(len(told), size=int(count * EXAMPLE_SHARE))
        lines += [told[int(at)] for at in chosen]
    common = Counter(background(recipe.language).words).most_common(LOOSE_WORDS)
    words = [word for word, _ in common]
    weights = np.array([number for _, number in common]) ** 0.25
    weights /= weights.sum()
    gap = "" if recipe.language == "zh" else " "
    while len(lines) < count:
        places = random.choice(len(words), int(random.integers(4, 11)), p=weights)
        lines.append(gap.join(words[int(at)] for at in places))
    return [line for line in lines if readable(line, recipe.language)]
