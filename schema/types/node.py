from typing import Any

import strawberry

from domain.records import MemberRecord
from schema.traits import open_field


@strawberry.interface(description="可全局查找的对象。Whatever can be found again by its global id.")
class Node:
    global_id: strawberry.ID = open_field("全局标识", "Opaque global id.", name="id")

    @classmethod
    def resolve_type(cls, record: Any, _info: Any, _abstract_type: Any) -> str:
        return "Member" if isinstance(record, MemberRecord) else "Organization"
