"""The recipe as a command: `python -m assistant.speech.recipe make` and `… measure`.

Owns arguments, the progress bar and the printed figures.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from compliance.errors import AssistantError, MissingPart

if TYPE_CHECKING:
    from assistant.speech.recipe.languages import Recipe
    from assistant.speech.recogniser import SpeechModel

WORST = 12  # sentences shown with `--worst`


@dataclass(slots=True)
class Bar:
    """One progress bar at a time on standard error."""

    stage: str = ""
    shown: Any = None

    def __call__(self, stage: str, done: int, of: int, remark: str) -> None:
        """Show that `done` of `of` steps of a stage are done."""
        from tqdm import tqdm  # type: ignore[import-untyped]  # noqa: PLC0415  (comes with Vosk)

        if stage != self.stage:
            self.close()
            self.stage = stage
            self.shown = tqdm(total=of, desc=stage, file=sys.stderr, mininterval=1.0)
        self.shown.set_postfix_str(remark, refresh=False)
        self.shown.update(done - self.shown.n)

    def close(self) -> None:
        """End the bar that is shown."""
        if self.shown is not None:
            self.shown.close()
            self.shown = None


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; the exit status."""
    options = _parser().parse_args(arguments)
    bar = Bar()
    try:
        run = _make if options.command == "make" else _measure
        run(options, bar)
    except ImportError as fault:
        bar.close()
        missing = MissingPart(
            f"the package {fault.name} is not installed",
            "Install the project's training extra: pip install '.[training]'",
        )
        sys.stderr.write(f"{missing}\n")
        return missing.exit_status
    except AssistantError as error:
        bar.close()
        sys.stderr.write(f"{error}\n")
        return error.exit_status
    bar.close()
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("python -m assistant.speech.recipe", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    make = commands.add_parser("make", help="make a demonstration model from nothing")
    make.add_argument("--language", required=True, choices=("en", "zh"))
    make.add_argument("--out", type=Path, required=True, help="the model's folder; replaced")
    make.add_argument("--work", type=Path, help="keeps the trained network; else beside --out")
    make.add_argument("--processes", type=int, default=2, help="children for synthesis")
    measure = commands.add_parser("measure", help="error rates on voices never trained on")
    measure.add_argument("--language", required=True, choices=("en", "zh"))
    measure.add_argument("--model", type=Path, required=True, help="the model's folder")
    measure.add_argument("--voices", type=int, default=1, help="voices for each sentence")
    measure.add_argument("--worst", action="store_true", help="show what was misheard")
    measure.add_argument(
        "--unknown", action="store_true", help="what is heard of words that the model does not know"
    )
    return parser


def _make(options: argparse.Namespace, bar: Bar) -> None:
    from assistant.speech.recipe.languages import recipe_for  # noqa: PLC0415
    from assistant.speech.recipe.making import make  # noqa: PLC0415

    work = options.work or options.out.with_name(options.out.name + ".work")
    recipe = recipe_for(options.language)
    size = make(recipe, options.out, work, bar, options.processes)
    bar.close()
    sys.stdout.write(f"{options.out}: {size / 1e6:.2f} MB\n")


def _measure(options: argparse.Namespace, bar: Bar) -> None:
    from assistant.speech.recipe import measure as measuring  # noqa: PLC0415
    from assistant.speech.recipe.features import RATE_HZ  # noqa: PLC0415
    from assistant.speech.recipe.languages import recipe_for  # noqa: PLC0415
    from assistant.speech.vosk_adapter import VoskModel  # noqa: PLC0415

    recipe = recipe_for(options.language)
    sentences = measuring.measuring_sentences(recipe)
    model = VoskModel(options.model, name=options.model.name, rate_hz=RATE_HZ)
    if options.unknown:
        _measure_unknown(recipe, model, show=options.worst)
        return
    reports = measuring.measure(model, recipe, sentences, measuring.CONDITIONS, bar, options.voices)
    bar.close()
    missing = measuring.out_of_vocabulary(recipe, sentences, options.model)
    unit = "CER" if recipe.language == "zh" else "WER"
    sys.stdout.write(
        f"{len(sentences)} sentences, {len(recipe.unseen)} unseen voices, "
        f"{missing:.1%} of words out of vocabulary\n"
    )
    for report in reports:
        sys.stdout.write(f"{report.condition}: {report.error_rate:.1%} {unit}\n")
        for voice, rate in report.by_voice().items():
            sys.stdout.write(f"  {voice:28} {rate:6.1%}\n")
        if options.worst:
            ranked = sorted(report.sentences, key=lambda each: -each.errors)
            gap = "" if recipe.language == "zh" else " "
            for each in ranked[:WORST]:
                sys.stdout.write(f"  - {gap.join(each.said)}\n  + {gap.join(each.heard)}\n")


def _measure_unknown(recipe: Recipe, model: SpeechModel, *, show: bool) -> None:
    from assistant.speech.recipe import measure as measuring  # noqa: PLC0415
    from assistant.speech.recipe import unknown  # noqa: PLC0415

    sentences = unknown.unknown_sentences(recipe)
    sounds = unknown.spoken(sentences, recipe, recipe.unseen)
    for condition in measuring.CONDITIONS:
        through = [
            measuring.through(sound, condition, seed=number) for number, sound in enumerate(sounds)
        ]
        results = unknown.measure_unknown(model, recipe, sentences, through)
        marked = sum(each.marked for each in results)
        prohibited = sum(bool(each.found) for each in results)
        sys.stdout.write(
            f"{condition.name}: [unk] in {marked} of {len(results)} sentences, "
            f"something prohibited invented in {prohibited}\n"
        )
        for each in results:
            if show or each.found:
                gap = "" if recipe.language == "zh" else " "
                broken = f" ({', '.join(each.found)})" if each.found else ""
                sys.stdout.write(f"  - {each.text}\n  + {gap.join(each.heard)}{broken}\n")


if __name__ == "__main__":
    raise SystemExit(main())
