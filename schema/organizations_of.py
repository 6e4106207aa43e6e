"""The organisations that records name by their ids."""

from collections.abc import Sequence

from domain.records import OrganizationRecord
from resolvers import organizations
from schema.info import Info
from schema.lookahead import selection_of


async def organizations_with_ids(info: Info, ids: Sequence[int | None]) -> list[OrganizationRecord | None]:
    """In their order, for a field resolved for many records; None where there is no id, or outside the scope."""
    known = list(dict.fromkeys(number for number in ids if number is not None))
    selection = selection_of(info, "Organization")
    found = dict(zip(known, await organizations.find_organizations(info.context, known, selection), strict=True))
    return [None if number is None else found[number] for number in ids]
