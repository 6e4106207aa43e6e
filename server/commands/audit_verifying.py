"""Verifies the audit log, with a bar, and says what was found."""

import asyncio
from pathlib import Path

import orjson
import typer

from auth.secret_files import audit_key
from domain.audit_verifying import BadEntry, Heads, VerifiedLog, heads_in, written_heads
from server.cli.failing import clear_errors, settings_from_environment
from server.commands.progress import counting_bar
from server.database import migrated_database
from server.secret import secret_of
from storage.audit_verifying import verified_log
from storage.engine import connect


def heads_from(file: Path) -> Heads:
    try:
        return heads_in(orjson.loads(file.read_bytes()))
    except OSError as error:
        raise typer.BadParameter(f"{file} cannot be read: {error.strerror}.", param_hint="--heads") from None
    except ValueError:
        message = f"{file} is not a file that --write-heads has written."
        raise typer.BadParameter(message, param_hint="--heads") from None


def write(heads: Heads, file: Path) -> None:
    file.write_bytes(orjson.dumps(written_heads(heads), option=orjson.OPT_SORT_KEYS))


def verified(known: Heads) -> VerifiedLog:
    settings = settings_from_environment()
    with clear_errors(), migrated_database(settings) as url:
        return asyncio.run(_verify(url, audit_key(secret_of(settings)), known))


async def _verify(url: str, key: bytes, known: Heads) -> VerifiedLog:
    async with connect(url, connections=1) as database:
        with counting_bar("Verifying") as progress:
            return await verified_log(database, key, progress, known)


def document(log: VerifiedLog) -> dict[str, object]:
    bad = [
        {"writer": bad.writer, "number": bad.number, "id": bad.id, "at": bad.at, "problem": bad.problem.value}
        for bad in log.bad
    ]
    return {"isIntact": log.is_intact, "entries": log.entries, "writers": log.writers, "bad": bad}


def sentence(log: VerifiedLog) -> str:
    size = f"{log.entries:,} entries in {log.writers:,} chains"
    if log.is_intact:
        return f"The audit log is intact: {size}."
    count = len(log.bad)
    first = f"The audit log is broken: {size}, of which {count:,} chains are bad. The first bad entry of each:"
    return "\n".join([first, *(f"  {_line(bad)}" for bad in log.bad)])


def _line(bad: BadEntry) -> str:
    at = "-" if bad.at is None else bad.at.isoformat(timespec="seconds")
    return f"{bad.problem.value:8}  chain {bad.writer}  number {bad.number}  id {bad.id or '-'}  {at}"
