"""The jobs of this server, and the worker that runs them."""

from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Any

from auth.live_matrix import LiveMatrix
from auth.secret_files import code_key
from domain.clock import system_clock
from files.store import FileStore
from schema.build import graphql_schema
from server.app import DEFAULT_PERMISSIONS, SCHEMA
from server.checking import Checking
from server.delivery import MessageDelivery
from server.export_collecting import ExportCollecting
from server.exporting import Exporting
from server.file_collecting import FileCollecting
from server.gateways import Gateways
from server.log import log, log_failure
from server.rolling_up import RollingUp, thresholds_of
from server.secret import secret_of
from server.settings import Settings
from server.tracing.spans import current_spans
from storage.changes import forget_changes
from storage.checks import RUN_CHECK
from storage.engine import Database
from storage.expired import clear_expired
from storage.exports import RUN_EXPORT
from storage.files import REMOVE_CONTENT
from storage.job_worker import JobWorker
from storage.jobs import JobKind, Queue
from storage.messages import DELIVER
from storage.registrations import count_registrations_when_due

_EVERY_FIVE_SECONDS = "* * * * * */5"
_EVERY_MINUTE = "* * * * *"
_EVERY_HOUR = "17 * * * *"
_EVERY_NIGHT = "30 18 * * *"
"""In UTC: half past two in Shanghai."""


def job_worker(settings: Settings, url: str, database: Database, gateways: Gateways, files: FileStore) -> JobWorker:
    """Messages are left to others, or to later, when there is nobody to deliver them here."""
    collecting = FileCollecting(database, files, system_clock)
    collecting_exports = ExportCollecting(database, files, system_clock)
    checking = Checking(database, system_clock)
    matrix = LiveMatrix(DEFAULT_PERMISSIONS, database)
    key = code_key(secret_of(settings))
    exporting = Exporting(database, files, matrix, system_clock, key, graphql_schema(SCHEMA), settings.exports)
    rolling_up = RollingUp(database, system_clock, thresholds_of(settings))
    forgetting = partial(forget_changes, database, timedelta(days=settings.changes_kept_days))
    counting = partial(count_registrations_when_due, database, system_clock)
    kinds = [
        JobKind("clear_expired", Queue.HOUSEKEEPING, partial(clear_expired, database), _EVERY_MINUTE),
        JobKind("forget_changes", Queue.HOUSEKEEPING, forgetting, _EVERY_HOUR),
        JobKind("count_registrations", Queue.HOUSEKEEPING, counting, _EVERY_MINUTE),
        JobKind("keep_rollups", Queue.ROLLUPS, rolling_up.keep, _EVERY_FIVE_SECONDS),
        JobKind(REMOVE_CONTENT, Queue.HOUSEKEEPING, collecting.remove_content),
        JobKind("collect_files", Queue.HOUSEKEEPING, collecting.collect, _EVERY_HOUR),
        JobKind(RUN_CHECK, Queue.CHECKS, checking.run),
        JobKind(RUN_EXPORT, Queue.EXPORTS, exporting.run),
        JobKind("collect_exports", Queue.HOUSEKEEPING, collecting_exports.collect, _EVERY_HOUR),
        JobKind("start_nightly_check", Queue.CHECKS, checking.start_of_all, _EVERY_NIGHT),
    ]
    if gateways.messages is not None:
        delivery = MessageDelivery(database, gateways.messages, system_clock)
        kinds.append(JobKind(DELIVER, Queue.MESSAGES, delivery.deliver))
    told = [replace(kind, run=partial(_told, kind)) for kind in kinds]
    return JobWorker(url, told, _report, at_once=settings.messages_at_once, lost_after=settings.worker_lost_after)


async def _told(kind: JobKind, **arguments: Any) -> None:
    with current_spans().job(kind.name):
        await kind.run(**arguments)


def _report(error: BaseException) -> None:
    log_failure(error, "JOB_FAILED")


def warn_of_waiting_messages(settings: Settings) -> None:
    """Said once, at the start."""
    if settings.messages == "off":
        log().warning(
            "messages_wait",
            because="DENGTA_MESSAGES is off: activation codes and one-time codes are not delivered. Set it to gateway.",
        )
    if settings.messages == "inbox":
        log().warning("inbox_open", because="/inbox shows every message to everyone. For demonstrations alone.")
