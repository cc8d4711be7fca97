"""Run the benchmarks.

    python -m tests.benchmarks throughput | latency | repaint | memory | recognition [options]
    python -m tests.benchmarks capture [options]            needs a PulseAudio server
    python -m tests.benchmarks rules [options]              what the rule packs cost
    python -m tests.benchmarks scripts [options]            what the script costs an utterance
    python -m tests.benchmarks promises                     options and promises: time, exactness
    python -m tests.benchmarks word-rates                   count anew how often words are said
    python -m tests.benchmarks record [options]             keeping calls, and their proof
    python -m tests.benchmarks year [options]               a year of calls: list, find, open
    python -m tests.benchmarks long-call | many-calls [options]      endurance, hours

They need the extras `test` and `synthesis`.
"""

from __future__ import annotations

import sys
from pathlib import Path

import click

from tests.benchmarks import (
    capture,
    latency,
    measuring,
    memory,
    promises,
    recognition,
    record,
    repaint,
    rules,
    scripts,
    soak,
    throughput,
    word_rates,
    year,
)
from tests.record.postgres import Server

_language = click.option("--language", default="en-US", show_default=True)


@click.group()
def benchmarks() -> None:
    """Figures, with the machine they were taken on."""
    click.echo(measuring.machine())


@benchmarks.command("throughput")
@_language
@click.option("--minutes", default=30.0, show_default=True)
@click.option("--runs", default=3, show_default=True)
def _throughput(language: str, minutes: float, runs: int) -> None:
    throughput.run(language, minutes, runs)


@benchmarks.command("promises")
@click.option("--rounds", default=200, show_default=True)
def _promises(rounds: int) -> None:
    promises.run(rounds)


@benchmarks.command("latency")
@_language
@click.option("--breaches", default=42, show_default=True)
@click.option("--seed", default=1, show_default=True)
def _latency(language: str, breaches: int, seed: int) -> None:
    latency.run(language, breaches, seed)


@benchmarks.command("capture")
@_language
@click.option("--breaches", default=30, show_default=True)
@click.option("--seed", default=1, show_default=True)
@click.option("--minutes", type=float, help="How long, instead of how many breaches.")
def _capture(language: str, breaches: int, seed: int, minutes: float | None) -> None:
    sys.exit(not capture.run(language, breaches, seed, minutes))


@benchmarks.command("repaint")
@click.option("--utterances", default=2000, show_default=True)
@click.option("--rounds", default=30, show_default=True)
def _repaint(utterances: int, rounds: int) -> None:
    repaint.run(utterances, rounds)


@benchmarks.command("record")
@click.option("--calls", default=10_000, show_default=True)
@click.option("--store", metavar="URL", help="An empty PostgreSQL database (default: embedded).")
def _record(calls: int, store: str | None) -> None:
    record.run(calls, store)


@benchmarks.command("year")
@click.option("--calls", default=10_000, show_default=True)
@click.option("--store", metavar="URL", help="An empty PostgreSQL database (default: embedded).")
@click.option("--server", is_flag=True, help="A PostgreSQL server of its own, made and removed.")
@click.option(
    "--folder", type=click.Path(path_type=Path), help="Make the year there, or read it again."
)
def _year(calls: int, store: str | None, folder: Path | None, *, server: bool) -> None:
    if not server:
        year.run(calls, store, folder)
        return
    running = Server()
    try:
        year.run(calls, running.new_database())
    finally:
        running.remove()


@benchmarks.command("memory")
@_language
@click.option("--minutes", default=120.0, show_default=True)
def _memory(language: str, minutes: float) -> None:
    memory.run(language, minutes)


@benchmarks.command("recognition")
@_language
@click.option("--model", default="demonstration", show_default=True)
@click.option("--minutes", default=5.0, show_default=True)
@click.option("--lines", default=120, show_default=True)
@click.option("--data-dir", type=click.Path(path_type=Path))
def _recognition(
    language: str, model: str, minutes: float, lines: int, data_dir: Path | None
) -> None:
    recognition.run(language, model, minutes, lines, data_dir)


@benchmarks.command("rules")
@click.option("--rounds", default=7, show_default=True)
def _rules(rounds: int) -> None:
    rules.run(rounds)


@benchmarks.command("scripts")
@click.option("--rounds", default=5, show_default=True)
def _scripts(rounds: int) -> None:
    scripts.run(rounds)


@benchmarks.command("word-rates")
def _word_rates() -> None:
    word_rates.run()


_isolated = click.option("--isolated", is_flag=True)


@benchmarks.command("long-call")
@_language
@click.option("--minutes", default=120.0, show_default=True)
@click.option("--speed", default=1.0, show_default=True, help="Times live pace; 0 is full speed.")
@_isolated
def _long_call(language: str, minutes: float, speed: float, *, isolated: bool) -> None:
    sys.exit(not soak.long_run(language, minutes, speed or None, isolated=isolated))


@benchmarks.command("many-calls")
@_language
@click.option("--calls", default=500, show_default=True)
@_isolated
def _many_calls(language: str, calls: int, *, isolated: bool) -> None:
    sys.exit(not soak.many_calls(language, calls, isolated=isolated))


if __name__ == "__main__":
    benchmarks()
