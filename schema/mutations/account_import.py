"""导入账号: the mutation that opens the accounts of a file."""

from base64 import b64decode
from binascii import Error as NoBase64Error
from typing import Annotated

import strawberry

from auth.default_matrix import FieldClass
from domain.errors import CallerError, Message, Problem, RefusedError
from resolvers.account_import import AccountImport, import_accounts
from resolvers.officers import Officer, officer_of
from schema.costs import Costs
from schema.identifiers import organization_number
from schema.info import Info
from schema.mutating import MutationInput, UserError, keyed, settled
from schema.traits import open_field, record_field
from sheets.opening import open_content
from sheets.row_errors import RowError

MOST_ERRORS = 1_000


@strawberry.input(description="文件。A file, sent with the request.")
class FileInput:
    name: str = strawberry.field(description="文件名。Name of the file; what it holds is told by its content.")
    content: str = strawberry.field(description="内容。The content in Base64.")


@strawberry.input(description="导入账号。A file of accounts to be opened, CSV or XLSX, 5,000 rows at most.")
class ImportAccountsInput(MutationInput):
    file: FileInput = strawberry.field(description="文件。The file; its first row names the columns.")
    dry_run: bool = strawberry.field(default=False, description="仅校验。Check everything and save nothing.")


@strawberry.type(description="行错误。What is wrong with a cell of a file; the content of the cell is not repeated.")
class ImportRowError:
    row: int = open_field("行号", "The row, as a spreadsheet numbers it.")
    column: str = open_field("列名", "The column, as the file names it; empty when it is about the whole row.")
    code: str = open_field("代码", "Code, which never changes.")
    message: str = open_field("说明", "What is wrong and how to mend it, in the caller's language.")


@strawberry.type(
    description="导入账号的结果。How many accounts were opened, or everything that is wrong with the file."
)
class ImportAccountsPayload:
    # fmt: off
    rows: int = open_field("数据行数", "How many rows the file has below its header.")
    saved: int = open_field("已开通账号数", "How many accounts were opened: all, or 0 when there are errors or it was a dry run.")
    row_error_count: int = open_field("行错误数", "How many errors there are in rows.")
    row_errors: list[ImportRowError] = open_field("行错误", "The first 1,000 of them, in the order of the rows.", costs=Costs(size=100))
    errors: list[UserError] = open_field("问题", "What is wrong with the file as a whole.")
    # fmt: on


async def _import_accounts(
    info: Info, input: Annotated[ImportAccountsInput, strawberry.argument(description="文件。The file.")]
) -> ImportAccountsPayload:
    change = _imported(officer_of(keyed(info, input)), input)
    return await settled(info, change, lambda outcome, errors: _payload(info, outcome, errors))


async def _imported(officer: Officer, input: ImportAccountsInput) -> AccountImport:
    """RefusedError also for a file that cannot be used at all."""
    try:
        opened = open_content(_content(input.file))
        return await import_accounts(officer, opened, organization_number, dry_run=input.dry_run)
    except CallerError as error:
        problem = error.problem
        raise RefusedError(Problem(problem.code, problem.message, ("file",))) from error


def _content(file: FileInput) -> bytes:
    try:
        return b64decode(file.content, validate=True)
    except (NoBase64Error, ValueError):
        raise RefusedError(_NO_BASE64) from None


def _payload(info: Info, outcome: AccountImport | None, errors: list[UserError]) -> ImportAccountsPayload:
    found = outcome or AccountImport(0, 0, ())
    shown = [_row_error(error, info.context.language) for error in found.errors[:MOST_ERRORS]]
    return ImportAccountsPayload(
        rows=found.rows, saved=found.saved, row_error_count=len(found.errors), row_errors=shown, errors=errors
    )


def _row_error(error: RowError, language: str) -> ImportRowError:
    problem = error.problem
    return ImportRowError(
        row=error.row, column=error.column, code=problem.code, message=problem.message.in_language(language)
    )


_NO_BASE64 = Problem(
    "FILE_UNREADABLE",
    Message("文件内容不是 Base64 编码。", "The content of the file is not Base64."),
    ("file", "content"),
)


@strawberry.type
class AccountImportMutations:
    # fmt: off
    import_accounts: ImportAccountsPayload = record_field("导入账号", "Open the accounts of a file, all of them or none; each holder is sent an activation code.", read=FieldClass.ADMINISTRATION, resolver=_import_accounts)
    # fmt: on
