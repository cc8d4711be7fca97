"""What differs between the languages of the recipe.

Owns voices, amounts of material, decoding scales and sizes for English and Mandarin, and the way
from a sentence to the words that its model knows.  Everything else treats both alike.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from assistant.speech.recipe import numbers_en, numbers_zh
from assistant.speech.recipe.graph import UNKNOWN_COST
from assistant.speech.recipe.sharpening import Sharpening
from assistant.speech.recipe.templates import Draw
from assistant.speech.recipe.training import Plan
from compliance.errors import AssistantError
from compliance.likeness import EXAMPLES

TEXTS = Path(__file__).with_name("texts")
_ENGLISH_WORD = re.compile(r"[a-z]+(?:'[a-z]+)*")
_NUMBER = re.compile(
    r"([零一二三四五六七八九十百千万两几]+)"
    r"((?:[个块元号日月年天次张封份期笔位点分秒岁楼室栋折成倍多件条种名家间遍所句层页周口辆双本台部毛角]"
    r"|星期|小时|礼拜).*)?"
)
_NUMBER_IDIOMS = frozenset(
    ["百分之", "一般", "十分", "千万", "万一", "万分", "一点", "一点点", "一家人", "一句话"]
)
_HAN_RUN = re.compile(r"[\u4e00-\u9fff]+")


@dataclass(frozen=True, slots=True)
class Recipe:
    """How one language's model is made.

    Args:
        folder: its sentences and word lists.
        numbers: the spoken numbers that its sentences may name.
        bases: the synthesiser's voices, one drawn for each line.
        named: variants that come with the synthesiser and are trained on besides random ones;
            the demonstration calls are spoken by them.
        unseen: voices that are never trained on; measuring uses them.
        paces: slowest and fastest, in the synthesiser's words a minute.
        spoken_lines: training lines from templates, `loose_lines` of unconnected words.
        sentences: drawn for the language model.
        vocabulary: most words the model knows.
        grammar_bytes: the language model's file is pruned to this size.
        acoustic_scale: Kaldi's weight of the network against the language model.
        examples: folder of the rules' example utterances, for words and language model.
        unknown_cost: of `[unk]` in every grammar.
        rare_lines: lines drawn for the second training, of which `rare_shards` hundreds are said.
        sharpening: the second training; without it the first network is the model's.
    """

    language: str
    folder: Path
    numbers: Mapping[str, Draw]
    bases: tuple[str, ...]
    named: tuple[str, ...]
    unseen: tuple[str, ...]
    paces: tuple[int, int]
    plan: Plan
    spoken_lines: int
    loose_lines: int
    sentences: int
    vocabulary: int
    grammar_bytes: int
    acoustic_scale: float
    speakers: int = 200
    harvest_lines: int = 3000
    examples: Path | None = None
    unknown_cost: float = UNKNOWN_COST
    rare_lines: int = 0
    rare_shards: int = 0
    sharpening: Sharpening | None = None

    @property
    def core(self) -> tuple[Path, ...]:
        """The sentences that the network is trained on."""
        paths = (self.folder / name for name in ("core.txt", "wide.txt"))
        return tuple(path for path in paths if path.is_file())

    @property
    def texts(self) -> tuple[Path, ...]:
        """All sentences: what is added to the others changes words and language model only."""
        others = sorted(self.folder.glob("*.txt"))
        return (*self.core, *(path for path in others if path not in self.core))

    @property
    def word_lists(self) -> tuple[Path, ...]:
        """Words that the vocabulary holds whatever the sentences say."""
        return tuple(sorted(self.folder.glob("*.words")))

    def words(self, sentence: str) -> list[str]:
        """The words of a sentence as the model writes them."""
        return words_of(sentence, self.language)


def recipe_for(language: str) -> Recipe:
    """The recipe of `en` or `zh`.

    Raises:
        AssistantError: there is none.
    """
    if language == "en":
        return Recipe(
            language="en",
            folder=TEXTS / "en",
            numbers=numbers_en.NUMBERS,
            bases=("en-us", "en-us", "en-us", "gmw/en", "gmw/en-GB-x-rp"),
            named=("", "f2", "f3", "f4", "m3", "m7", "max", "linda"),
            unseen=(
                "en-us+f1",
                "en-us+m1",
                "en-us+m4",
                "en-us+Annie",
                "en-us+Gene",
                "en-us+Michael",
                "en-us+steph",
                "gmw/en+victor",
                "gmw/en+belinda",
                "gmw/en+m6",
            ),
            paces=(130, 215),
            plan=Plan(epochs=1.5, batch=32),
            spoken_lines=60_000,
            loose_lines=30_000,
            sentences=200_000,
            vocabulary=12_000,
            grammar_bytes=1_200_000,
            acoustic_scale=0.95,
            examples=EXAMPLES / "en",
            rare_lines=36_000,
            rare_shards=360,
            sharpening=Sharpening(steps=800, acoustic_scale=0.85),
        )
    if language == "zh":
        return Recipe(
            language="zh",
            folder=TEXTS / "zh",
            numbers=numbers_zh.NUMBERS,
            bases=("cmn-latn-pinyin",),
            named=("", "f2", "f3", "f4", "f5", "m3", "m7", "max"),
            unseen=tuple(
                f"cmn-latn-pinyin+{variant}"
                for variant in (
                    "f1",
                    "m1",
                    "m4",
                    "m6",
                    "Annie",
                    "Gene",
                    "Michael",
                    "steph",
                    "victor",
                    "belinda",
                )
            ),
            paces=(145, 240),
            plan=Plan(epochs=1.6, batch=32, seed=2),
            spoken_lines=40_000,
            loose_lines=14_000,
            sentences=200_000,
            vocabulary=13_000,
            grammar_bytes=1_200_000,
            acoustic_scale=0.8,
            unknown_cost=4.0,
            examples=EXAMPLES / "zh",
            # Slower than English: at 4e-4 one voice lost more on the telephone than all gained.
            rare_lines=36_000,
            rare_shards=300,
            sharpening=Sharpening(steps=600, acoustic_scale=0.8, learning_rate=1.5e-4),
        )
    raise AssistantError(f"there is no recipe for {language}", "There are: en, zh")


def words_of(sentence: str, language: str) -> list[str]:
    """English in small letters; Mandarin in Simplified characters, cut into words."""
    if language == "zh":
        # The dictionary cuts a share ("百分之十") wherever its number happens to be a word.
        runs = _HAN_RUN.findall(_simplify()(sentence).replace("百分之", " 百分之 "))
        return [piece for run in runs for word in _cut()(run) for piece in _counted(word)]
    return _ENGLISH_WORD.findall(sentence.lower().replace("’", "'"))


def _counted(word: str) -> list[str]:
    """Numbers character by character, and apart from what they count.

    The dictionary has "五分钟" and "三十六" and not their neighbours; as single characters all
    numbers are equal.
    """
    if word in _NUMBER_IDIOMS:
        return [word]
    found = _NUMBER.fullmatch(word)
    if found is None:
        return [word]
    return [*found[1], *([found[2]] if found[2] else [])]


@cache
def _simplify() -> Callable[[str], str]:
    import opencc  # noqa: PLC0415  (loads tables that English does without)

    convert: Any = opencc.OpenCC("t2s").convert
    return lambda text: str(convert(text))


@cache
def _cut() -> Callable[[str], list[str]]:
    import jieba  # type: ignore[import-untyped]  # noqa: PLC0415  (a dictionary English needs not)

    jieba.setLogLevel(60)
    tokenizer: Any = jieba.Tokenizer()
    # Words of its dictionary only: guessed ones would be another word each time.
    return lambda run: [str(word) for word in tokenizer.cut(run, HMM=False)]
