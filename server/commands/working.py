import asyncio
import signal
from collections.abc import Callable

import uvloop

from auth.secret_files import audit_key, code_key
from server.app import Parts, working_without_answers
from server.cli.failing import clear_errors, settings_from_environment
from server.database import migrated_database
from server.file_store import file_store_of
from server.gateways import gateways_of
from server.jobs import job_worker, warn_of_waiting_messages
from server.log import configure_log
from server.secret import secret_of
from server.service_manager import tell_ready
from server.settings import Settings
from server.token_authority import token_authority
from server.tracing.switching import traced
from storage.engine import connect


def work_until_stopped(say: Callable[[], None]) -> None:
    """`say` is called once it works."""
    settings = settings_from_environment()
    configure_log(settings.log_format)
    with (
        clear_errors(),
        traced(settings),
        migrated_database(settings) as url,
        asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner,
    ):
        runner.run(_work(settings, url, say))


async def _work(settings: Settings, url: str, say: Callable[[], None]) -> None:
    gateways, files = gateways_of(settings), file_store_of(settings)
    warn_of_waiting_messages(settings)
    connections, secret = settings.database_connections, secret_of(settings)
    database = connect(url, connections=connections, audit_key=audit_key(secret), rules=settings.rules)
    parts = Parts(
        database,
        token_authority(settings),
        code_key=code_key(secret),
        executor=settings.executor,
        gateways=gateways,
        files=files,
        webhooks=settings.webhooks,
        limits=settings.limits,
    )
    stopped = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stopped.set)
    try:
        async with working_without_answers(parts), job_worker(settings, url, database, gateways, files).running():
            say()
            tell_ready()
            await stopped.wait()
    finally:
        await gateways.close()
        await database.close()
