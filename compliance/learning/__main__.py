"""The workshop's command line: `python -m compliance.learning train | …`."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from compliance.errors import AssistantError
from compliance.learning.choosing import BUDGETS, choose
from compliance.learning.examples import Example, case_examples, load_examples
from compliance.learning.lexicon import write
from compliance.learning.measuring import table
from compliance.learning.phrases_alone import judged, unread
from compliance.learning.robustness import measure, measure_unseen
from compliance.learning.robustness import table as robustness_table
from compliance.learning.training import Material, train, unseen
from compliance.likeness import likeness_path
from compliance.packs import load_topics


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; the exit status is 2 where the input is bad."""
    parser = argparse.ArgumentParser(prog="python -m compliance.learning", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    training = commands.add_parser("train", help="train the scorer from the examples")
    training.add_argument("--language", required=True, choices=("en", "zh"))
    training.add_argument("--out", type=Path, help="the weights' file; else the shipped one")
    training.set_defaults(run=_train)
    robustness = commands.add_parser("robustness", help="what recognition errors cost")
    robustness.add_argument("--language", required=True, choices=("en", "zh"))
    robustness.add_argument(
        "--unseen",
        action="store_true",
        help="on example utterances whose authors taught nothing, instead of the packs' own cases",
    )
    robustness.set_defaults(run=_robustness)
    lexicon = commands.add_parser("lexicon", help="write the lists of words and their sounds")
    lexicon.set_defaults(run=_lexicon)
    options = parser.parse_args(arguments)
    try:
        options.run(options)
    except AssistantError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    return 0


def _train(options: argparse.Namespace) -> None:
    language: str = options.language
    material = Material.of(language, _examples(language), load_topics(language))
    lines = judged(material, unseen(material, _progress))
    unseen_by_both = unread(material)
    chosen = choose(lines.only(unseen_by_both), BUDGETS[language])
    sys.stdout.write(table(material, lines, chosen, unseen_by_both))
    weights = train(material, chosen)
    path: Path = options.out or likeness_path(language)
    path.parent.mkdir(parents=True, exist_ok=True)
    content = weights.packed()
    path.write_bytes(content)
    sys.stdout.write(f"{path.name}: {len(weights.names)} features, {len(content) / 1e6:.2f} MB\n")


def _robustness(options: argparse.Namespace) -> None:
    measured = measure_unseen if options.unseen else measure
    sys.stdout.write(robustness_table([*measured(options.language)]))


def _lexicon(options: argparse.Namespace) -> None:
    del options
    for path in write():
        sys.stdout.write(f"{path.name}\n")


def _examples(language: str) -> tuple[Example, ...]:
    """All examples, and the cases of families that have examples: a handful teaches nothing."""
    written = load_examples(language)
    families = {example.family for example in written}
    return (*written, *(case for case in case_examples(language) if case.family in families))


def _progress(told: str) -> None:
    sys.stderr.write(f"{told}\n")
    sys.stderr.flush()


if __name__ == "__main__":
    sys.exit(main())
