"""A crew of processes that hear recordings, and what is made of one that dies.

Owns the processes: how many there are, who has what to do, that one that died is replaced and only
its recording is lost.  It starts no thread; whoever drives it takes results as they come.
"""

from __future__ import annotations

import multiprocessing as mp
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from multiprocessing.context import SpawnContext, SpawnProcess
from pathlib import Path
from typing import Self

from assistant.importing.recognising import Hear, Heard, serve
from assistant.rules_in_force import RulesInForce

MOST = 64
_DIED = "the process that heard it died: the file, or the speech model, is damaged"


@dataclass(slots=True)
class _Worker:
    process: SpawnProcess
    line: Connection
    job: Hear | None = None


class Crew:
    """Processes that hear recordings; a context manager.

    Args:
        size: how many.
        model: as for `assistant.importing.recognising.Ears`; so are `data_dir` and `rules`.
    """

    def __init__(self, size: int, model: str | None, data_dir: Path, rules: RulesInForce) -> None:
        self._size = size
        self._given = (model, data_dir, rules)
        self._context: SpawnContext = mp.get_context("spawn")
        self._workers: list[_Worker] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for worker in self._workers:
            worker.line.close()
            worker.process.kill()
            worker.process.join()

    def hear(self, jobs: Iterable[Hear]) -> Iterator[Heard]:
        """What becomes of each recording, in the order in which they are done."""
        waiting = iter(jobs)
        more = True
        while True:
            while more and (idle := self._idle()) is not None:
                job = next(waiting, None)
                if job is None:
                    more = False
                else:
                    yield from self._give(idle, job)
            busy = [worker for worker in self._workers if worker.job is not None]
            if not busy:
                return
            ready = wait([worker.line for worker in busy])
            for worker in busy:
                if worker.line in ready:
                    yield self._taken(worker)

    def _idle(self) -> _Worker | None:
        for worker in self._workers:
            if worker.job is None:
                return worker
        if len(self._workers) >= self._size:
            return None
        ours, theirs = self._context.Pipe()
        process = self._context.Process(target=serve, args=(theirs, *self._given), daemon=True)
        process.start()
        theirs.close()
        self._workers.append(_Worker(process, ours))
        return self._workers[-1]

    def _give(self, worker: _Worker, job: Hear) -> Iterator[Heard]:
        worker.job = job
        try:
            worker.line.send(job)
        except OSError:
            yield self._dead(worker)

    def _taken(self, worker: _Worker) -> Heard:
        try:
            heard: Heard = worker.line.recv()
        except (EOFError, OSError):
            return self._dead(worker)
        worker.job = None
        return heard

    def _dead(self, worker: _Worker) -> Heard:
        assert worker.job is not None
        self._workers.remove(worker)
        with suppress(OSError):
            worker.line.close()
        worker.process.kill()
        worker.process.join()
        return Heard(worker.job.call, wrong=_DIED)
