"""The command line: commands only.

Owns names, options and exit statuses; each command hands over to the module that does the work and
imports it only then, so that `--help` and a mistyped option answer at once.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from assistant import __version__
from assistant.account_commands import accounts
from assistant.call_commands import kept_calls
from assistant.command_options import (
    channels_option,
    data_dir_option,
    language_option,
    model_option,
    store_option,
)
from assistant.device_commands import devices
from assistant.door_commands import door
from assistant.live_commands import live
from assistant.model_group import models
from assistant.payment_commands import payments, promises
from assistant.record_commands import record
from assistant.rule_commands import rules
from assistant.script_commands import scripts
from assistant.task_commands import tasks
from assistant.user_commands import users
from assistant.worklist_commands import worklist
from compliance.errors import AssistantError, place_of
from compliance.places import JURISDICTIONS

INTERRUPTED = 130

F = TypeVar("F", bound=Callable[..., Any])


class _Speed(click.ParamType[float | None]):
    """A pace: a number of times real time, or `max`."""

    name = "N|max"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> float | None:
        if value is None or isinstance(value, float):
            return value
        if str(value) == "max":
            return None
        try:
            speed = float(value)
        except ValueError:
            self.fail(f"{value} is neither a number nor max", param, ctx)
        if not 0.05 <= speed <= 1000:
            self.fail(f"{value} is outside 0.05 to 1000", param, ctx)
        return speed


def _options(*decorators: Callable[[Any], Any]) -> Callable[[F], F]:
    def apply(command: F) -> F:
        for decorator in reversed(decorators):
            command = decorator(command)
        return command

    return apply


_jurisdiction = click.option(
    "--jurisdiction",
    type=click.Choice(JURISDICTIONS),
    help="Whose law (default: from the language).",
)
_interface = click.option(
    "--interface",
    type=click.Choice(("en", "zh-Hant", "zh-Hans")),
    help="Language of the screens (default: the call's).",
)
_theme = click.option(
    "--theme", type=click.Choice(("dark", "light")), default="dark", show_default=True
)
_keep = click.option(
    "--keep", is_flag=True, help="Keep the call for review and training (nothing is kept without)."
)
_isolate = click.option(
    "--isolate",
    is_flag=True,
    help="Recognise in a process of its own, which is started again should it die.",
)
_output = _options(
    click.option("--plain", "form", flag_value="plain", help="Plain lines instead of a screen."),
    click.option("--jsonl", "form", flag_value="jsonl", help="JSON Lines instead of a screen."),
)


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="assistant")
def commands() -> None:
    """Beside the phone of a collections agent: account, script, transcript and compliance flags.

    Everything runs on this machine; no call content leaves it.  `assistant demo` shows a call.
    """


@commands.command()
@language_option
@click.option("--speed", type=_Speed(), default=1.0, help="Pace of the call (default: 1).")
@_output
@_interface
@_theme
@_keep
@data_dir_option
@store_option
@click.pass_context
def demo(context: click.Context, /, language: str | None, **options: Any) -> None:
    """Run the demonstration call: an invented customer, real recognition, real rules."""
    from assistant import calls

    context.exit(calls.demo(language, **options))


@commands.command()
@click.argument("file", type=click.Path(path_type=Path))
@language_option
@_jurisdiction
@click.option("--account", type=click.Path(path_type=Path), help="The account file (JSON or YAML).")
@click.option(
    "--collector",
    type=click.Choice(("in-house", "agency", "debt_buyer")),
    help="Who collects (default: from the account).",
)
@model_option
@channels_option
@click.option("--speed", type=_Speed(), default=1.0, help="Pace of the call (default: 1).")
@_output
@_interface
@_theme
@_keep
@_isolate
@data_dir_option
@store_option
@click.pass_context
def replay(context: click.Context, /, file: Path, **options: Any) -> None:
    """Run any recording through the live pipeline."""
    from assistant import calls

    context.exit(calls.replay(file, **options))


@commands.command()
@click.argument(
    "files", metavar="FILE...", nargs=-1, required=True, type=click.Path(path_type=Path)
)
@language_option
@model_option
@channels_option
@click.option("--jsonl", is_flag=True, help="JSON Lines instead of plain lines.")
@click.option("--as-heard", is_flag=True, help="Leave out the recognition corrections.")
@data_dir_option
def transcribe(files: tuple[Path, ...], **options: Any) -> None:
    """Turn recordings into transcripts."""
    from assistant import transcribing

    transcribing.transcribe(files, **options)


@commands.command()
@click.argument("files", metavar="FILE...|-", nargs=-1, required=True)
@_jurisdiction
@language_option
@click.option("--jsonl", is_flag=True, help="JSON Lines instead of plain lines.")
@data_dir_option
@click.pass_context
def check(context: click.Context, /, files: tuple[str, ...], **options: Any) -> None:
    """Judge transcripts (JSON Lines).  Exit status 1 means that something was found."""
    from assistant import checking

    context.exit(checking.check(files, **options))


@commands.command()
@click.option("--json", "as_json", is_flag=True, help="JSON instead of plain lines.")
@data_dir_option
@click.pass_context
def doctor(context: click.Context, /, *, as_json: bool, data_dir: Path | None) -> None:
    """Check this machine: packages, models, sound, folders, terminal."""
    from assistant import examining

    context.exit(examining.doctor(data_dir, as_json=as_json))


@commands.command()
@click.option("--plain", is_flag=True, help="List the kept calls as plain lines.")
@_interface
@_theme
@data_dir_option
@store_option
@click.pass_context
def review(context: click.Context, /, **options: Any) -> None:
    """Judge the flags of kept calls."""
    from assistant import calls

    context.exit(calls.review(**options))


@commands.group()
def train() -> None:
    """Learn from kept calls."""


@train.command("replay")
@click.argument("call")
@click.option("--silent", is_flag=True, help="Without sound.")
@click.option("--for-training", is_flag=True, help="The redacted copy, as trainers see it.")
@_interface
@_theme
@data_dir_option
@store_option
@click.pass_context
def train_replay(context: click.Context, /, call: str, **options: Any) -> None:
    """Play a kept call on the call screen, with sound, pauses and jumps."""
    from assistant import calls

    context.exit(calls.train_replay(call, **options))


commands.add_command(accounts)
commands.add_command(kept_calls)
commands.add_command(devices)
commands.add_command(door)
commands.add_command(live)
commands.add_command(models)
commands.add_command(payments)
commands.add_command(promises)
commands.add_command(rules)
commands.add_command(scripts)
commands.add_command(record)
commands.add_command(tasks)
commands.add_command(users)
commands.add_command(worklist)


def main() -> None:
    """The console command; every error is one or two lines and an exit status."""
    sys.exit(_run(sys.argv[1:]))


def _run(arguments: list[str]) -> int:
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")
    try:
        status = commands.main(arguments, prog_name="assistant", standalone_mode=False)
    except AssistantError as error:
        if not error.exit_status:  # whoever read our output has gone; there is nobody to tell
            sys.stdout = None
            return 0
        click.echo(f"assistant: {error}", err=True)
        return error.exit_status
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except (click.Abort, KeyboardInterrupt):
        return INTERRUPTED
    except BrokenPipeError:
        # Whoever read our output has gone; there is nobody to tell.
        sys.stdout = None
        return 0
    except OSError as error:
        click.echo(f"assistant: {error.strerror or type(error).__name__}.", err=True)
        return 2
    except MemoryError:
        click.echo("assistant: there is not enough memory. Close other programs.", err=True)
        return 2
    except Exception as error:  # noqa: BLE001 - the top of the main thread: always reported
        click.echo(
            f"assistant: this is a fault of the program ({type(error).__name__} in"
            f" {place_of(error)}). What was kept so far is safe; please report this place.",
            err=True,
        )
        return 2
    return status if isinstance(status, int) else 0


if __name__ == "__main__":
    main()
