"""Copying members with all processors: each chunk is made and copied by a process of its own connection."""

import multiprocessing
import os
import signal
from collections.abc import Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from dataclasses import dataclass
from itertools import islice
from typing import Any, ClassVar

import psycopg

from domain.synthetic.members import MemberMaker
from domain.synthetic.organizations import PlannedOrganization
from domain.synthetic.province import Province
from storage.loading.copying import Breaches, copy_members

_MEMBERS_OF_A_CHUNK = 20_000
_WORTH_A_PROCESS = 100_000

Copied = tuple[int, Breaches]


def copied_chunks(connection_string: str, province: Province) -> Iterator[Copied]:
    """As the chunks get done: how many members, and who breaks which rule. Memory does not grow with the province."""
    processes = min(os.cpu_count() or 1, province.members // _WORTH_A_PROCESS)
    if processes > 1:
        yield from _by_processes(processes, connection_string, province)
        return
    with psycopg.connect(connection_string) as connection:
        maker = province.maker()
        for chunk in _chunks(province):
            yield copy_members(connection, maker, chunk)


def _chunks(province: Province) -> Iterator[list[PlannedOrganization]]:
    chunk, members = [], 0
    for organization in province.organizations():
        if organization.members:
            chunk.append(organization)
            members += organization.members
        if members >= _MEMBERS_OF_A_CHUNK:
            yield chunk
            chunk, members = [], 0
    yield chunk


def _by_processes(processes: int, connection_string: str, province: Province) -> Iterator[Copied]:
    chunks = _chunks(province)
    with ProcessPoolExecutor(
        processes, multiprocessing.get_context("spawn"), _Worker.begin, (connection_string, province)
    ) as pool:
        try:
            yield from _as_done(pool, chunks, processes + 2)
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise


def _as_done(pool: ProcessPoolExecutor, chunks: Iterable[list[PlannedOrganization]], at_once: int) -> Iterator[Copied]:
    """Never more chunks in flight than `at_once`: the tree itself is made as it is needed."""
    waiting = iter(chunks)
    flying: set[Future[Copied]] = {pool.submit(_Worker.copy, chunk) for chunk in islice(waiting, at_once)}
    while flying:
        done, flying = wait(flying, return_when=FIRST_COMPLETED)
        flying |= {pool.submit(_Worker.copy, chunk) for chunk in islice(waiting, len(done))}
        for future in done:
            yield future.result()


@dataclass(slots=True)
class _Worker:
    """One of the processes, from its own side."""

    connection: psycopg.Connection[Any]
    maker: MemberMaker

    of_this_process: ClassVar["_Worker"]

    @classmethod
    def begin(cls, connection_string: str, province: Province) -> None:
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's to answer
        cls.of_this_process = cls(psycopg.connect(connection_string), province.maker())

    @classmethod
    def copy(cls, chunk: list[PlannedOrganization]) -> Copied:
        worker = cls.of_this_process
        return copy_members(worker.connection, worker.maker, chunk)
