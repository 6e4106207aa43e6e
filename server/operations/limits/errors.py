"""超限: what is said of requests that ask for more than the limits allow, and by how much."""

from domain.errors import CallerError, Message, Problem


def too_long(found: int, limit: int) -> CallerError:
    message = Message(
        f"文档有 {found} 个字符，最多 {limit} 个。请拆分查询，或把数据放进变量。",
        f"The document has {found} characters; {limit} are allowed. Split it, or put data into variables.",
    )
    return _over(Problem("DOCUMENT_TOO_LONG", message), found, limit)


def too_many_tokens(limit: int) -> CallerError:
    message = Message(
        f"文档超过 {limit} 个词法单元。请拆分查询，或把数据放进变量。",
        f"The document has more than {limit} tokens. Split it, or put data into variables.",
    )
    return CallerError(Problem("TOO_MANY_TOKENS", message), limit=limit)


def too_many_definitions(found: int, limit: int) -> CallerError:
    message = Message(
        f"文档有 {found} 个操作和片段，最多 {limit} 个。请拆分。",
        f"The document has {found} operations and fragments; {limit} are allowed. Split it.",
    )
    return _over(Problem("TOO_MANY_DEFINITIONS", message), found, limit)


def too_many_selections(found: int, limit: int) -> CallerError:
    """`found` may be astronomical: fragments multiply."""
    shown = found if found <= 1_000 * limit else 1_000 * limit
    message = Message(
        f"操作展开片段后共选择 {shown} 项，最多 {limit} 项。请拆分查询。",
        f"With its fragments the operation selects {shown} fields; {limit} are allowed. Split it.",
    )
    return _over(Problem("TOO_MANY_SELECTIONS", message), shown, limit)


def too_deep(found: int | None, limit: int) -> CallerError:
    """None: so deep that nobody counts it."""
    message = Message(
        f"查询嵌套 {found or '过多'} 层，最多 {limit} 层。请分几次查询。",
        f"The operation is {found or 'far more than so many'} levels deep; {limit} are allowed. Ask in several steps.",
    )
    problem = Problem("TOO_DEEP", message)
    return CallerError(problem, limit=limit) if found is None else _over(problem, found, limit)


def too_many_aliases(found: int, limit: int) -> CallerError:
    message = Message(
        f"操作使用 {found} 个别名，最多 {limit} 个。请拆分查询，或使用列表字段。",
        f"The operation has {found} aliases; {limit} are allowed. Split it, or ask for lists.",
    )
    return _over(Problem("TOO_MANY_ALIASES", message), found, limit)


def too_many_root_fields(found: int, limit: int) -> CallerError:
    message = Message(
        f"操作有 {found} 个根字段，最多 {limit} 个。请拆分成几个请求。",
        f"The operation has {found} root fields; {limit} are allowed. Split it into several requests.",
    )
    return _over(Problem("TOO_MANY_ROOT_FIELDS", message), found, limit)


def too_many_directives(found: int, limit: int) -> CallerError:
    message = Message(
        f"操作使用 {found} 个指令，最多 {limit} 个。请减少 @skip 和 @include。",
        f"The operation has {found} directives; {limit} are allowed. Use fewer of @skip and @include.",
    )
    return _over(Problem("TOO_MANY_DIRECTIVES", message), found, limit)


def too_much_to_compare(limit: int) -> CallerError:
    message = Message(
        f"文档中同名字段过多，比较次数超过 {limit}，无法判断它们是否一致。请去掉重复的字段。",
        f"To see that fields of one name agree takes more than {limit} comparisons. Select each field once.",
    )
    return CallerError(Problem("TOO_MUCH_TO_COMPARE", message), limit=limit)


def too_many_list_items(found: int, limit: int) -> CallerError:
    message = Message(
        f"请求中各列表共有 {found} 项，最多 {limit} 项。请分批发送。",
        f"The lists of the request hold {found} items; {limit} are allowed. Send them in parts.",
    )
    return _over(Problem("TOO_MANY_LIST_ITEMS", message), found, limit)


def cost_too_high(requested: int, limit: int) -> CallerError:
    message = Message(
        f"该操作的开销为 {requested}，单个操作最多 {limit}。请减小 first，或少选嵌套列表。",
        f"The operation costs {requested}; {limit} are allowed. Ask for smaller pages, or for fewer lists in lists.",
    )
    return CallerError(Problem("COST_TOO_HIGH", message), requested=requested, limit=limit)


def introspection_not_allowed() -> CallerError:
    message = Message(
        "您的角色不能查询 schema（内省）。请使用 schema.graphql 文件，或请系统管理者开放。",
        "Your role may not ask for the schema. Use the file schema.graphql, or ask the operator to allow it.",
    )
    return CallerError(Problem("INTROSPECTION_NOT_ALLOWED", message))


class CostBudgetSpentError(CallerError):
    """The caller has asked for so much that it must wait: so many seconds."""

    def __init__(self, requested: int, remaining: int, limit: int, retry_after: int) -> None:
        message = Message(
            f"您的开销预算（每分钟 {limit}）只剩 {remaining}，该操作需要 {requested}。请在 {retry_after} 秒后重试。",
            f"Of your budget ({limit} a minute) {remaining} is left, and the operation costs {requested}. Try again in "
            f"{retry_after} seconds.",
        )
        super().__init__(
            Problem("COST_BUDGET_SPENT", message),
            requested=requested,
            remaining=remaining,
            limit=limit,
            retryAfter=retry_after,
        )
        self.retry_after = retry_after


def _over(problem: Problem, found: int, limit: int) -> CallerError:
    return CallerError(problem, found=found, limit=limit)
