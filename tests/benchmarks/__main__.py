"""Run the benchmarks.

    python -m tests.benchmarks throughput | latency | repaint | memory [options]

They need the extras `test` and `synthesis`.
"""

from __future__ import annotations

import click

from tests.benchmarks import latency, measuring, memory, repaint, throughput

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


@benchmarks.command("latency")
@_language
@click.option("--breaches", default=42, show_default=True)
@click.option("--seed", default=1, show_default=True)
def _latency(language: str, breaches: int, seed: int) -> None:
    latency.run(language, breaches, seed)


@benchmarks.command("repaint")
@click.option("--utterances", default=2000, show_default=True)
@click.option("--rounds", default=30, show_default=True)
def _repaint(utterances: int, rounds: int) -> None:
    repaint.run(utterances, rounds)


@benchmarks.command("memory")
@_language
@click.option("--minutes", default=120.0, show_default=True)
def _memory(language: str, minutes: float) -> None:
    memory.run(language, minutes)


if __name__ == "__main__":
    benchmarks()
