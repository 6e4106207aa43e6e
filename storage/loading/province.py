import json
import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import psycopg
from sqlalchemy import create_engine, make_url

from domain.synthetic.defects import DEFECTS
from domain.synthetic.province import Province
from storage.loading.copying import Breaches, copy_organizations
from storage.loading.rolling_up import roll_up
from storage.loading.state import marked_load
from storage.loading.structure import completed, emptied
from storage.loading.workers import copied_chunks

Progress = Callable[[str, int, int], None]
"""Is told the stage (`organizations`, `members`, `indexes`, `rollups`), how much of it is done, and how much there is
(0: unknown)."""


@dataclass(frozen=True, slots=True)
class LoadReport:
    """`breaches`: how many members break each rule of the validation catalogue."""

    members: int
    organizations: int
    breaches: dict[str, int]
    seconds: float


def load_province(
    url: str,
    province: Province,
    manifest: Path | None = None,
    *,
    replace: bool = False,
    progress: Progress = lambda _stage, _done, _total: None,
) -> LoadReport:
    """Fill a migrated database with the province, and write who breaks which rule to the manifest.

    A database that holds anything is refused (LoadRefusedError) unless `replace` is given, which empties it first.
    An interrupted load is never taken for a whole one: `unfinished_load` tells.
    """
    began = time.monotonic()
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    try:
        with marked_load(engine, province, replace=replace):
            emptied(engine)
            organizations = _copied_organizations(url, province, progress)
            breaches = _copied_members(url, province, progress)
            completed(engine, lambda done, total: progress("indexes", done, total))
            roll_up(engine, province.day, lambda done, total: progress("rollups", done, total))
            if manifest:
                _write_manifest(manifest, province, organizations, breaches)
    finally:
        engine.dispose()
    counts = {rule: len(members) for rule, members in breaches.items()}
    return LoadReport(province.members, organizations, counts, time.monotonic() - began)


def _copied_organizations(url: str, province: Province, progress: Progress) -> int:
    progress("organizations", 0, 0)
    with psycopg.connect(_connection_string(url)) as connection:
        count = copy_organizations(connection, province.organizations())
    progress("organizations", count, count)
    return count


def _copied_members(url: str, province: Province, progress: Progress) -> Breaches:
    breaches: Breaches = {defect.rule: [] for defect in DEFECTS}
    done = 0
    for count, found in copied_chunks(_connection_string(url), province):
        done += count
        progress("members", done, province.members)
        for rule, members in found.items():
            breaches[rule] += members
    return {rule: sorted(members) for rule, members in breaches.items()}


def _connection_string(url: str) -> str:
    return make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)


def _write_manifest(manifest: Path, province: Province, organizations: int, breaches: Breaches) -> None:
    """Put in its place at once, so that a reader finds the old one or the new one and never a part."""
    content = {
        "seed": province.seed,
        "day": province.day.isoformat(),
        "members": province.members,
        "organizations": organizations,
        "counts": {rule: len(members) for rule, members in breaches.items()},
        "per100000Members": {
            rule: round(len(members) * 100_000 / province.members, 1) for rule, members in breaches.items()
        },
        "breaches": breaches,
    }
    manifest.parent.mkdir(parents=True, exist_ok=True)
    unfinished = manifest.with_name(f"{manifest.name}.{os.getpid()}")
    unfinished.write_text(json.dumps(content, ensure_ascii=False))
    unfinished.replace(manifest)
