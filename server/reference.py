"""The pages of docs/reference that are written from the code: settings, permissions, query methods, rules, commands,
and those of `server/schema_reference.py` and `server/error_reference.py`.
"""

from collections.abc import Callable, Mapping

from auth.actor import Role, Tier
from auth.default_matrix import DEFAULT_MATRIX, FieldClass, may_be_written
from auth.visibility import coordinate
from domain.codes import Severity
from domain.filtering import OPERATORS
from domain.texts import camel_case
from domain.validation import CATALOGUE
from schema.build import build_schema, governed_fields
from schema.filterable import filterable_fields
from schema.types.member import Member
from schema.types.organization import Organization
from server.command_reference import command_line_page
from server.error_reference import errors_page
from server.examples import example_queries
from server.schema_reference import SCHEMA_PAGES
from server.settings import Settings
from server.webhooks.settings import WebhookSettings

_QUERIES_BEGIN, _QUERIES_END = "<!-- queries -->", "<!-- /queries -->"
_WRITING = (
    "What each role may write by default, at every tier, unless it is hidden from it. `Member.identityNumber` never "
    "changes after entry; what is derived, or kept by the system, nobody writes."
)
_WRITTEN = "<!-- Written by `make schema` from the code. -->\n\n"


def settings_page() -> str:
    rows = [
        f"| `{_variable(name)}` | {_default(field.default)} | {field.description} |"
        for name, field in sorted(
            Settings.model_fields.items(), key=lambda named: named[0] in WebhookSettings.model_fields
        )
    ]
    return _page("设置 Settings", "Every setting is an environment variable.", "variable | default | what it is", rows)


def permissions_page() -> str:
    columns = " | ".join(f"{field_class.value} {field_class.chinese}" for field_class in FieldClass)
    rows = [
        f"| {role.value} {role.chinese} | {tier.value} {tier.chinese} | "
        + " | ".join(DEFAULT_MATRIX[role, tier, field_class].value for field_class in FieldClass)
        + " |"
        for role in Role
        for tier in Tier
    ]
    matrix = _page(
        "权限细分表 Permission matrix",
        "What each role and tier may see by default. HIDDEN: an operation that uses the field anywhere is refused "
        "before it runs. MASKED: shown with its middle hidden, matched by `exact` only, not ordered nor grouped by.",
        f"role | tier | {columns}",
        rows,
    )
    writing = "\n## 修改 Writing\n\n" + _WRITING + "\n\n| role | fields |\n|---|---|\n" + "\n".join(_written()) + "\n"
    return (
        matrix + writing + "\n## 字段 Fields\n\n| class | fields |\n|---|---|\n" + "\n".join(_fields_by_class()) + "\n"
    )


def query_builder_page() -> str:
    methods = [
        f"| `{row.operator.value.lower()}` | {row.operator.chinese} | {row.operator.english} | "
        f"{', '.join(sorted(kind.value for kind in row.kinds))} |"
        for row in OPERATORS
    ]
    page = _page(
        "查询构造器 Query builder",
        "The methods of conditions and the kinds of fields that they fit. An empty condition is no condition; "
        "`%`, `_` and `\\` are plain characters; a missing value satisfies only `missing`.",
        "method | 中文 | holds where the value is | kinds",
        methods,
    )
    fields = [
        f"| `{field.record}.{field.input_name}` | {field.traits.label} | {field.kind.value} | "
        f"{', '.join(f'`{row.operator.value.lower()}`' for row in field.operators)} | "
        f"{'yes' if field.traits.sortable else ''} |"
        for record in (Member, Organization)
        for field in filterable_fields(record)
    ]
    heading = "\n## 字段 Fields\n\n| field | 中文 | kind | methods | sortable |\n|---|---|---|---|---|\n"
    return page + heading + "\n".join(fields) + "\n"


def rules_page() -> str:
    rows = [
        f"| `{rule.code}` | {rule.title.chinese} {_sentence(rule.title.english)} | {_severity(rule.quality)} | "
        f"{_severity(rule.special)} | {', '.join(f'`{camel_case(field)}`' for field in rule.fields)} | "
        f"{rule.remedy.chinese} {rule.remedy.english} |"
        for rule in CATALOGUE
    ]
    return _page(
        "校验规则 Validation rules",
        "What is looked for by every save, by `checkMember` and by `startCheck`, with the severity in quality control "
        "and in the special check (集中排查; –: no part of it), as they are shipped: `DENGTA_SEVERITIES` "
        "([settings](settings.md)) gives others. Who may not see one of the fields sees no breach.",
        "rule | breach | quality | special | fields | what to do",
        rows,
    )


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}."


def _severity(severity: Severity | None) -> str:
    return "–" if severity is None else f"{severity.chinese} {severity.value}"


PAGES: Mapping[str, Callable[[], str]] = {
    "settings.md": settings_page,
    "permissions.md": permissions_page,
    "query-builder.md": query_builder_page,
    "rules.md": rules_page,
    "errors.md": errors_page,
    "command-line.md": lambda: f"{_WRITTEN}{command_line_page()}",
    **SCHEMA_PAGES,
}


def readme_with_queries(readme: str) -> str:
    """The README with the example queries, as they are now, between its two markers."""
    before, _, rest = readme.partition(_QUERIES_BEGIN)
    _, _, after = rest.partition(_QUERIES_END)
    queries = "\n\n".join(f"```graphql\n{example['query'].rstrip()}\n```" for example in example_queries())
    return f"{before}{_QUERIES_BEGIN}\n\n{queries}\n\n{_QUERIES_END}{after}"


def _page(title: str, introduction: str, columns: str, rows: list[str]) -> str:
    rule = "|".join("---" for _ in columns.split(" | "))
    return f"{_WRITTEN}# {title}\n\n{introduction}\n\n| {columns} |\n|{rule}|\n" + "\n".join(rows) + "\n"


def _fields_by_class() -> list[str]:
    fields = governed_fields(build_schema())
    return [
        f"| {field_class.value} | "
        + ", ".join(f"`{coordinate(name)}`" for name, field in fields.items() if field.field_class is field_class)
        + " |"
        for field_class in FieldClass
    ]


def _written() -> list[str]:
    fields = governed_fields(build_schema())
    return [
        f"| {role.value} {role.chinese} | "
        + (", ".join(f"`{coordinate(name)}`" for name, field in fields.items() if may_be_written(role, field)) or "–")
        + " |"
        for role in Role
    ]


def _variable(name: str) -> str:
    alias = Settings.model_fields[name].validation_alias
    return str(alias) if alias else f"DENGTA_{name.upper()}"


def _default(value: object) -> str:
    """Of a list, empty or not, as it is written in the environment."""
    if isinstance(value, tuple | frozenset):
        listed = sorted(value) if isinstance(value, frozenset) else value
        value = ", ".join(map(str, listed)) or None
    return "" if value is None else f"`{value}`"
