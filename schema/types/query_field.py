"""可查询字段: what a "+ / −" query builder needs to know of each field that can be a condition."""

from collections.abc import Iterator

import strawberry

from auth.permissions import Permissions
from auth.visibility import Purpose, Visibility, allows, purpose_of
from domain.codes import CodeList, Severity
from domain.errors import Message
from domain.filtering import FieldKind, Operator, operators_that_fit
from domain.validation import ValidationRule
from resolvers.context import RequestContext
from schema.costs import Costs
from schema.filterable import FilterableField
from schema.traits import open_field

_BREACHES = "Member.validation_results"


@strawberry.type(description="可选值。One code of a closed list.")
class QueryFieldOption:
    value: str = open_field("代码", "The value to give in a condition.")
    label: str = open_field("中文名称", "Chinese label.")
    english_label: str = open_field("英文名称", "English label.")
    standard_code: str | None = open_field("国标代码", "The code that a national standard gives it.")


@strawberry.type(description="可查询字段。A field that can be a condition of the query builder.")
class QueryField:
    path: list[str] = open_field("字段路径", "Where the condition stands in the filter input.")
    label: str = open_field("中文名称", "Chinese label.")
    english_label: str = open_field("英文名称", "English label.")
    kind: FieldKind = open_field("字段类型", "What the field holds, and with LIST how it is written.")
    methods: list[Operator] = open_field(
        "查询方法", "The methods that fit the field and that the caller's permission allows."
    )
    options: list[QueryFieldOption] = open_field(
        "可选值", "The codes of a CODE field or of a LIST.", costs=Costs(size=20)
    )
    is_default: bool = open_field("默认条件", "Whether a query builder shows it from the start.")
    is_sortable: bool = open_field("可否排序", "Whether the caller can order by it.")
    permission: Visibility = open_field("查看权限", "What the caller may do with the field.")


def query_fields(
    fields: Iterator[FilterableField], permissions: Permissions, prefix: tuple[str, ...] = ()
) -> list[QueryField]:
    return [_query_field(field, permissions.visibility(field.permission), prefix) for field in fields]


def _query_field(field: FilterableField, visibility: Visibility, prefix: tuple[str, ...]) -> QueryField:
    traits = field.traits
    return QueryField(
        path=[*prefix, field.input_name],
        label=traits.label,
        english_label=traits.english_label,
        kind=field.kind,
        methods=[row.operator for row in field.operators if allows(visibility, purpose_of(row.operator))],
        options=[_option(code) for code in field.codes or ()],
        is_default=traits.default_condition and not prefix,
        is_sortable=traits.sortable and not prefix and allows(visibility, Purpose.ORDER),
        permission=visibility,
    )


def breach_fields(context: RequestContext) -> list[QueryField]:
    """The condition on breaches: by severity, and by the rules in force whose breaches the caller may know of."""
    severities = [_option(severity) for severity in Severity]
    rules = [_option_of_rule(rule) for rule in context.readable_rules]
    visibility = context.permissions.visibility(_BREACHES)
    return [
        _breach_field("severities", Message("校验结果严重程度", "Severity of breaches"), severities, visibility),
        _breach_field("rules", Message("校验结果", "Rules broken"), rules, visibility),
    ]


def _breach_field(name: str, label: Message, options: list[QueryFieldOption], visibility: Visibility) -> QueryField:
    rows = operators_that_fit(FieldKind.LIST, nullable=False)
    return QueryField(
        path=["breaches", name],
        label=label.chinese,
        english_label=label.english,
        kind=FieldKind.LIST,
        methods=[row.operator for row in rows if allows(visibility, purpose_of(row.operator))],
        options=options,
        is_default=False,
        is_sortable=False,
        permission=visibility,
    )


def _option_of_rule(rule: ValidationRule) -> QueryFieldOption:
    return QueryFieldOption(
        value=rule.code, label=rule.title.chinese, english_label=rule.title.english, standard_code=None
    )


def _option(code: CodeList) -> QueryFieldOption:
    return QueryFieldOption(
        value=code.value, label=code.chinese, english_label=code.english, standard_code=code.standard_code
    )
