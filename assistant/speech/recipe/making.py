"""The whole recipe, from sentences to a model folder.

Owns the order of the steps.  The same code, packages and machine give the same model: every draw
comes from a seed that stands in the code.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from assistant.speech.recipe import graph, language_model, lexicon, templates
from assistant.speech.recipe.acoustics import SEED, Progress, make_acoustics
from assistant.speech.recipe.background import Background, background
from assistant.speech.recipe.languages import Recipe
from assistant.speech.recipe.model_folder_writer import write_folder
from assistant.speech.recipe.rule_examples import examples

# An utterance goes on after a sentence as often as this: people do not pause after each.
JOINED_SHARE = 0.35
# An example utterance of the rules counts as often as a drawn sentence does on the average: there
# are some thousands, written one by one, where templates repeat themselves.
EXAMPLE_COUNT = 8


def make(recipe: Recipe, folder: Path, work: Path, progress: Progress, processes: int) -> int:
    """Make one model.

    Args:
        recipe: of the language.
        folder: where the model is to lie.
        work: where the trained network is kept for the next time.
        progress: told of every step: its name, done, of how many, a remark.
        processes: children at a time.

    Returns:
        The model's size in bytes.

    Raises:
        MissingPart: the training extra is not installed.
        AssistantError: the sentences are faulty, or the synthesiser failed for good.
    """
    random = np.random.default_rng(SEED + 10)
    source = templates.load(recipe.texts, recipe.numbers)
    drawn = source.draw(recipe.sentences, random)
    sentences = [said for text in drawn if (said := recipe.words(text))]
    progress("sentences", 1, 1, f"{len(source.sentences)} templates")
    large = background(recipe.language)
    spoken = [said for text in examples(recipe.examples) if (said := recipe.words(text))]
    sentences += spoken * EXAMPLE_COUNT
    words = lexicon.vocabulary(sentences, large, recipe)
    acoustics = make_acoustics(recipe, work, progress, processes)
    readings = lexicon.pronunciations(
        words,
        drawn[: recipe.harvest_lines],
        recipe,
        acoustics.phones.phones,
        acoustics.heard,
        progress,
        processes,
    )
    tree = graph.build(readings, acoustics.phones, recipe.unknown_cost)
    model = language_model.estimate(
        joined(sentences, random),
        frozenset(tree.words),
        tempered(large, recipe),
        recipe.grammar_bytes,
    )
    progress("graph", 1, 1, f"{len(tree.words)} words")
    return write_folder(
        folder,
        acoustic=acoustics.model,
        phones=acoustics.phones,
        lexicon=tree,
        grammar=language_model.grammar(model, tree.numbers()),
        acoustic_scale=recipe.acoustic_scale,
    )


def joined(sentences: list[list[str]], random: np.random.Generator) -> list[list[str]]:
    """Some sentences run on into the next."""
    result: list[list[str]] = []
    for sentence in sentences:
        if result and random.random() < JOINED_SHARE:
            result[-1] = result[-1] + sentence
        else:
            result.append(list(sentence))
    return result


def tempered(large: Background, recipe: Recipe) -> Background:
    """Mandarin counts are of written texts of all kinds; their square root is nearer to speech."""
    if recipe.language != "zh":
        return large
    return Background({word: count**0.7 for word, count in large.words.items()}, large.pairs)
