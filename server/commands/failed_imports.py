"""What can go wrong with the whole of an import, said on the command line in one sentence."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import typer

from domain.errors import CallerError, Message
from server.cli.failing import INTERRUPTED, WRONG
from server.importing.import_report import ImportReport
from storage.errors import DatabaseUnavailableError
from storage.member_writing import OutcomeUnknownError, WriteFailedError

_DATABASE_UNAVAILABLE = Message(
    "与数据库的连接中断：请重新导入，若各行均报已有账号，则已全部保存。",
    "The connection to the database was lost. Run the import again: if each row holds an account already, everything "
    "was saved.",
)


@contextmanager
def failures_reported(report: ImportReport) -> Iterator[None]:
    """Ends the command with a sentence instead of a traceback, for what can go wrong with the whole of an import."""
    handler = signal.getsignal(signal.SIGINT)
    try:
        yield
    except KeyboardInterrupt:
        report.failed("INTERRUPTED", Message("已中断，未保存任何数据。", "Interrupted: nothing was saved."))
        raise typer.Exit(INTERRUPTED) from None
    except CallerError as error:
        report.failed(error.problem.code, error.problem.message)
        raise typer.Exit(WRONG) from None
    except WriteFailedError as error:
        report.failed("DATABASE_FAILED", _database_failure(error))
        raise typer.Exit(WRONG) from None
    except DatabaseUnavailableError:
        report.failed("DATABASE_FAILED", _DATABASE_UNAVAILABLE)
        raise typer.Exit(WRONG) from None
    finally:
        signal.signal(signal.SIGINT, handler)


def _database_failure(error: WriteFailedError) -> Message:
    if isinstance(error, OutcomeUnknownError):
        return Message(
            f"提交时与数据库的连接中断（{error}），不能确定是否已保存：请重新导入，"
            "若各行均报 DUPLICATE_IDENTITY_NUMBER，则已全部保存。",
            f"The connection to the database was lost while committing ({error}). Run the import again: if each row "
            "is a DUPLICATE_IDENTITY_NUMBER, everything was saved.",
        )
    return Message(
        f"数据库出错（{error}），未保存任何数据：请稍后重试。",
        f"The database failed ({error}): nothing was saved. Try again later.",
    )


def refuse_unusable_errors_file(errors: Path | None, file: Path) -> None:
    if errors is None:
        return
    if errors.exists() and errors.samefile(file):
        raise typer.BadParameter("this is the file to import itself", param_hint="--errors")
    try:
        errors.open("a").close()
    except OSError as error:
        raise typer.BadParameter(f"cannot be written: {error.strerror}", param_hint="--errors") from None
