"""`dengta audit`: whether the audit log is whole."""

import asyncio
from pathlib import Path
from typing import Annotated

import orjson
import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from auth.secret_files import audit_key
from domain.audit_verifying import BadEntry, Heads, VerifiedLog, heads_in, written_heads
from server.cli.failing import clear_errors, settings_from_environment
from server.database import migrated_database
from server.secret import secret_of
from storage.audit_verifying import verified_log
from storage.engine import connect

audit = typer.Typer(help="The audit log.", no_args_is_help=True)


@audit.callback()
def _group() -> None:
    """Makes it a group, though there is one command."""


@audit.command()
def verify(
    as_json: Annotated[bool, typer.Option("--json", help="Write the outcome as JSON.")] = False,
    heads: Annotated[
        Path | None,
        typer.Option(help="The ends of the chains from an earlier run, which must still be there.", dir_okay=False),
    ] = None,
    write_heads: Annotated[
        Path | None,
        typer.Option(help="Where to write the ends of the chains, if all is well. Keep the file elsewhere."),
    ] = None,
) -> None:
    """Verify every chain of the audit log (审计日志验证); exit code 0 when it is intact, 1 when it is not."""
    known = {} if heads is None else _read(heads)
    log = _verified(known)
    if as_json:
        typer.echo(orjson.dumps(_document(log)).decode())
    else:
        _say(log)
    if not log.is_intact:
        raise typer.Exit(1)
    if write_heads is not None:
        write_heads.write_bytes(orjson.dumps(written_heads(log.heads), option=orjson.OPT_SORT_KEYS))


def _read(file: Path) -> Heads:
    try:
        return heads_in(orjson.loads(file.read_bytes()))
    except OSError as error:
        raise typer.BadParameter(f"{file} cannot be read: {error.strerror}.", param_hint="--heads") from None
    except ValueError:
        message = f"{file} is not a file that --write-heads has written."
        raise typer.BadParameter(message, param_hint="--heads") from None


def _verified(known: Heads) -> VerifiedLog:
    settings = settings_from_environment()
    with clear_errors(), migrated_database(settings) as url:
        return asyncio.run(_verify(url, audit_key(secret_of(settings)), known))


async def _verify(url: str, key: bytes, known: Heads) -> VerifiedLog:
    columns = (TextColumn("Verifying"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    async with connect(url, connections=1) as database:
        with Progress(*columns, console=Console(stderr=True), transient=True) as bars:
            bar = bars.add_task("", total=None)
            return await verified_log(
                database, key, lambda done, about: bars.update(bar, completed=done, total=about), known
            )


def _document(log: VerifiedLog) -> dict[str, object]:
    bad = [
        {"writer": bad.writer, "number": bad.number, "id": bad.id, "at": bad.at, "problem": bad.problem.value}
        for bad in log.bad
    ]
    return {"isIntact": log.is_intact, "entries": log.entries, "writers": log.writers, "bad": bad}


def _say(log: VerifiedLog) -> None:
    size = f"{log.entries:,} entries in {log.writers:,} chains"
    if log.is_intact:
        typer.echo(f"The audit log is intact: {size}.")
        return
    typer.echo(
        f"The audit log is broken: {size}, of which {len(log.bad):,} chains are bad. The first bad entry of each:"
    )
    for bad in log.bad:
        typer.echo(f"  {_line(bad)}")


def _line(bad: BadEntry) -> str:
    at = "-" if bad.at is None else bad.at.isoformat(timespec="seconds")
    return f"{bad.problem.value:8}  chain {bad.writer}  number {bad.number}  id {bad.id or '-'}  {at}"
