"""From sentences to a trained network: the first and long half of the recipe.

Owns the training lines, their voices, the child processes that make the material, and keeping the
result beside the work so that it is not made twice.  What it makes depends on the recipe, the core
sentences and the seeds alone.
"""

from __future__ import annotations

import hashlib
import json
import tempfile
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from multiprocessing import get_context
from pathlib import Path

import numpy as np

from assistant.demo.synthesis import Voice, readable
from assistant.speech.recipe import nnet3, rare_speech, templates
from assistant.speech.recipe.background import background
from assistant.speech.recipe.corpus import (
    Shard,
    ShardOrder,
    join,
    make_shard,
    make_shard_or_none,
    relabelled,
)
from assistant.speech.recipe.graph import NOISE, SILENCE, Phones, PhoneTable
from assistant.speech.recipe.languages import Recipe
from assistant.speech.recipe.network import folded
from assistant.speech.recipe.sharpening import Sharpening, sharpen
from assistant.speech.recipe.training import train
from assistant.speech.recipe.voices import draw_speakers, draw_voice, write_speakers
from compliance.errors import MissingPart

SHARD_LINES = 100
LOOSE_WORDS = 12_000  # unconnected words are drawn from so many of the commonest
NAMED_SHARE = 0.15  # of lines are said by voices that come with the synthesiser
SEED = 20261123

Progress = Callable[[str, int, int, str], None]  # stage, done, of, remark
Heard = Counter[tuple[str, Phones]]


@dataclass(frozen=True, slots=True)
class Acoustics:
    """The trained network and what its material told of pronunciation."""

    model: nnet3.AcousticModel
    phones: PhoneTable
    heard: Heard


def make_acoustics(recipe: Recipe, work: Path, progress: Progress, processes: int) -> Acoustics:
    """Make the material and train twice, or take what an equal run left in `work`.

    Raises:
        MissingPart: the training extra is not installed.
        AssistantError: the sentences are faulty, or the synthesiser failed for good.
    """
    lines = training_lines(recipe)
    told = json.dumps([lines, str(recipe.plan), SEED, recipe.speakers], ensure_ascii=False)
    name = hashlib.sha256(told.encode()).hexdigest()[:16]
    model_file = work / f"{recipe.language}-{name}.mdl"
    heard_file = work / f"{recipe.language}-{name}.json"
    if not (model_file.is_file() and heard_file.is_file()):
        model, phones, heard = _train(recipe, lines, progress, processes)
        work.mkdir(parents=True, exist_ok=True)
        rows = [(word, string, count) for (word, string), count in sorted(heard.items())]
        heard_file.write_text(json.dumps([phones.phones, rows], ensure_ascii=False), "utf-8")
        model_file.write_bytes(nnet3.write(model))
    phones_told, rows = json.loads(heard_file.read_text("utf-8"))
    first = Acoustics(
        nnet3.read(model_file.read_bytes()),
        PhoneTable(tuple(phones_told)),
        Counter({(word, tuple(string)): count for word, string, count in rows}),
    )
    if recipe.sharpening is None:
        return first
    told = str((recipe.sharpening, recipe.rare_lines, recipe.rare_shards))
    second = hashlib.sha256(told.encode()).hexdigest()[:8]
    sharpened_file = work / f"{recipe.language}-{name}-{second}.mdl"
    if not sharpened_file.is_file():
        model = _sharpen(recipe, recipe.sharpening, first, progress, processes)
        sharpened_file.write_bytes(nnet3.write(model))
    return replace(first, model=nnet3.read(sharpened_file.read_bytes()))


def training_lines(recipe: Recipe) -> list[str]:
    """What is said for training: sentences, and words without connection."""
    random = np.random.default_rng(SEED)
    source = templates.load(recipe.core, recipe.numbers)
    sentences = source.draw(recipe.spoken_lines, random)
    common = Counter(background(recipe.language).words).most_common(LOOSE_WORDS)
    words = [word for word, _ in common]
    weights = np.array([count for _, count in common]) ** 0.25
    weights /= weights.sum()
    gap = "" if recipe.language == "zh" else " "
    for _ in range(recipe.loose_lines):
        chosen = random.choice(len(words), int(random.integers(4, 11)), p=weights)
        sentences.append(gap.join(words[int(at)] for at in chosen))
    return [line for line in sentences if readable(line, recipe.language)]


def cast(
    recipe: Recipe, lines: Sequence[str], random: np.random.Generator
) -> list[tuple[str, Voice]]:
    """A voice for each line."""
    drawn = [f"random{number}" for number in range(recipe.speakers)]
    result = []
    for line in lines:
        variants = recipe.named if random.random() < NAMED_SHARE else drawn
        base = recipe.bases[int(random.integers(len(recipe.bases)))]
        result.append((line, draw_voice(base, variants, recipe.paces, random)))
    return result


def synthesiser_data() -> Path:
    """espeak-ng's own data folder.

    Raises:
        MissingPart: the training extra is not installed.
    """
    try:
        import espeakng_loader  # noqa: PLC0415  (belongs to the extra)
    except ImportError as fault:
        raise MissingPart(
            "the synthesiser is not installed",
            "Install the project's training extra: pip install '.[training]'",
        ) from fault
    return Path(str(espeakng_loader.get_data_path()))


def _train(
    recipe: Recipe, lines: Sequence[str], progress: Progress, processes: int
) -> tuple[nnet3.AcousticModel, PhoneTable, Heard]:
    random = np.random.default_rng(SEED + 1)
    with tempfile.TemporaryDirectory() as folder:
        speakers = draw_speakers(recipe.speakers, random)
        data = write_speakers(speakers, synthesiser_data(), Path(folder))
        said = cast(recipe, lines, random)
        said = [said[int(at)] for at in random.permutation(len(said))]
        orders = [
            ShardOrder(SEED + 2 + at, recipe.language, tuple(said[at : at + SHARD_LINES]), data)
            for at in range(0, len(said), SHARD_LINES)
        ]
        shards: list[Shard] = []
        with ProcessPoolExecutor(processes, mp_context=get_context("spawn")) as pool:
            for shard in pool.map(make_shard, orders):
                shards.append(shard)
                hours = sum(each.hours for each in shards)
                progress("speech", len(shards), len(orders), f"{hours:.1f} h")
    material = join(shards)
    shards.clear()
    phones = PhoneTable(material.phones[1:-1])

    def told(step: int, steps: int, loss: float) -> None:
        progress("training", step, steps, f"loss {loss:.3f}")

    network, priors = train(material, recipe.plan, told)
    return folded(network, phones.pdfs, priors), phones, material.pronunciations


def _sharpen(
    recipe: Recipe, plan: Sharpening, first: Acoustics, progress: Progress, processes: int
) -> nnet3.AcousticModel:
    shards: list[Shard] = []
    with (
        tempfile.TemporaryDirectory() as folder,
        ProcessPoolExecutor(processes, mp_context=get_context("spawn")) as pool,
    ):
        orders = rare_speech.orders(recipe, synthesiser_data(), Path(folder))
        for number, shard in enumerate(pool.map(make_shard_or_none, orders), start=1):
            shards += [shard] if shard is not None else []
            progress("rare speech", number, len(orders), "")
    material = relabelled(shards, (SILENCE, *first.phones.phones, NOISE))
    shards.clear()

    def told(step: int, steps: int, wrong: float) -> None:
        progress("sharpening", step, steps, f"wrong {wrong:.3f}")

    network = sharpen(first.model, material, plan, told)
    priors = first.model.priors.copy()
    priors[first.phones.pdf_noise] *= plan.unknown
    return folded(network, first.model.pdfs, priors)
