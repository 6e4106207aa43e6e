"""打印采集表: the collection forms of many members as one file."""

from typing import Annotated

import strawberry

from auth.default_matrix import FieldClass
from domain.errors import bad_input
from schema.arguments import MemberOrderBy, MemberWhere
from schema.form_urls import ABOUT_FORM_URLS, CHOSEN_FORMS, FOUND_FORMS, url_of_forms
from schema.identifiers import decoded
from schema.info import Info
from schema.optional import ABSENT, given
from schema.traits import record_field
from schema.written_inputs import as_variable

PRINTED = ("Member", "HistoryMember")
MOST_IDS = 1_000

Ids = Annotated[
    list[strawberry.ID] | None,
    strawberry.argument(
        description="党员的全局标识列表。Global ids of members, current or not: one page each, in this order."
    ),
]


def _forms_url(
    info: Info, ids: Ids = ABSENT, where: MemberWhere = ABSENT, order_by: MemberOrderBy = ABSENT
) -> str | None:
    chosen, conditions, order = given(ids), given(where), given(order_by)
    if (chosen is None) is (conditions is None) or (chosen is not None and order is not None):
        raise bad_input(
            "请提供 ids，或提供 where（可附 orderBy）。", "Give either ids, or where (with orderBy or not).", ("ids",)
        )
    if chosen is not None:
        return url_of_forms(info, CHOSEN_FORMS, {"ids": _known(chosen)})
    return url_of_forms(info, FOUND_FORMS, {"where": as_variable(conditions), "orderBy": as_variable(order)})


def _known(ids: list[strawberry.ID]) -> list[strawberry.ID]:
    if not 0 < len(ids) <= MOST_IDS:
        raise bad_input(
            f"ids 有 {len(ids)} 个，应为 1 到 {MOST_IDS} 个。请分批打印。",
            f"There are {len(ids)} ids; there must be 1 to {MOST_IDS}. Print in parts.",
            ("ids",),
        )
    if any(decoded(each, "ids").type_name not in PRINTED for each in ids):
        raise bad_input(
            "ids 应是党员或历史党员的 id。", "The ids must be those of members or history members.", ("ids",)
        )
    return list(dict.fromkeys(ids))


@strawberry.type
class CollectionFormQueries:
    # fmt: off
    collection_forms_url: str | None = record_field("打印采集表地址", "Where the collection forms of these members are printed as one file, a page each: those with `ids`, or those that `where` finds, in the order of `orderBy`. " + ABOUT_FORM_URLS + " The members are looked up at that moment, by whoever comes; no more than DENGTA_FORMS_PER_FILE. Null when the question is too long for an address.", read=FieldClass.BUSINESS, resolver=_forms_url)
    # fmt: on
