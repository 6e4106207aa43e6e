"""记录: what storage reads and every room above passes on. The field names are those of the columns."""

from collections import namedtuple
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple, Self, TypeVar

RecordT = TypeVar("RecordT", bound="Record")


class Record:
    """One row, or as much of it as was asked for: what was not read is no attribute, so that a gap is never taken for
    a missing value. `record_class` makes the classes that hold values: tuples of those fields that were read.
    """

    __slots__ = ()

    if TYPE_CHECKING:
        _fields: ClassVar[tuple[str, ...]]
        _kind: ClassVar[type["Record"]]

        @classmethod
        def _make(cls, values: Iterable[Any]) -> Self: ...

        def _replace(self, **values: Any) -> Self: ...

        def __iter__(self) -> Iterator[Any]: ...

    def __reduce__(self) -> tuple[Any, ...]:
        """The classes are made at run time, where pickle would not find them."""
        return _record, (self._kind, self._fields, tuple(self))


class OrganizationRecord(Record):
    """党组织."""

    __slots__ = ()

    id: int
    parent_id: int | None
    path: str
    name: str
    kind: str
    division_code: str | None
    can_approve_membership: bool
    can_file_real_names: bool

    parent: "OrganizationRecord | None"
    """Beside the columns: the organisation above, if that is within the caller's scope."""


class MemberRecord(Record):
    """党员. A field that the caller may see only masked holds its mask."""

    __slots__ = ()

    id: int
    branch_id: int
    org_path: str
    name: str
    name_pinyin: str
    identity_number: str
    gender: str
    ethnicity: str | None
    birth_date: date | None
    education: str | None
    category: str
    joined_on: date | None
    formal_on: date | None
    work_position: str
    phone: str | None
    home_address: str | None
    status: str
    lost_contact: bool
    lost_contact_since: date | None
    floating: bool
    floating_direction: str | None
    real_name_status: str
    transfer_in_progress: bool
    photo: str | None
    version: int
    created_at: datetime
    updated_at: datetime

    branch: OrganizationRecord
    """Beside the columns: the organisation that the member hangs on."""


class AccountRecord(Record):
    """账号. A field that the caller may see only masked holds its mask."""

    __slots__ = ()

    id: int
    subject: str
    org_path: str
    name: str
    identity_number: str
    phone: str
    role: str
    organization_id: int
    state: str
    activated_at: datetime | None
    signed_in_at: datetime | None
    locked_until: datetime | None
    version: int
    created_at: datetime
    updated_at: datetime

    organization: OrganizationRecord
    """Beside the columns: the organisation that the account manages."""


ABOVE: Mapping[type[Record], str] = {
    MemberRecord: "branch",
    OrganizationRecord: "parent",
    AccountRecord: "organization",
}
"""The field of a record that holds the organisation above it."""

_COLUMNS = {kind: tuple(name for name in kind.__annotations__ if name != above) for kind, above in ABOVE.items()}
_classes: dict[tuple[type[Record], tuple[str, ...]], Any] = {}


def columns_of(kind: type[Record]) -> tuple[str, ...]:
    """All columns of such a record, in their order."""
    return _COLUMNS[kind]


def record_class(kind: type[RecordT], fields: tuple[str, ...]) -> type[RecordT]:
    """Records of that kind with these fields and no others."""
    found: type[RecordT] | None = _classes.get((kind, fields))
    if found is None:
        values = namedtuple(kind.__name__, fields)  # type: ignore[misc] # known at run time alone
        found = _classes[kind, fields] = type(kind.__name__, (values, kind), {"__slots__": (), "_kind": kind})
    return found


_new: Any = tuple.__new__


def maker_of(kind: type[RecordT], fields: tuple[str, ...]) -> Callable[[Iterable[Any]], RecordT]:
    """As `record_class(kind, fields)._make`, for values that are as many as the fields: it does not count them."""
    make: Callable[[Iterable[Any]], RecordT] = partial(_new, record_class(kind, fields))
    return make


def _record(kind: type[RecordT], fields: tuple[str, ...], values: tuple[Any, ...]) -> RecordT:
    return record_class(kind, fields)._make(values)


def whole_organization(*values: Any) -> OrganizationRecord:
    """With a value for each column, and as its own scope's top: without a parent."""
    kind = OrganizationRecord
    return record_class(kind, (*columns_of(kind), ABOVE[kind]))._make((*values, None))


class AttachmentRecord(NamedTuple):
    """相关资料 of a member."""

    id: int
    member_id: int
    name: str
    content_type: str
    size: int
    uploaded_at: datetime


class MemberAccountRecord(NamedTuple):
    """个人专区账号 of a member, current or not. A field that the caller may see only masked holds its mask."""

    member_id: int
    phone: str
    registered_at: datetime
    state: str
    cancelled_by: str | None
    cancelled_at: datetime | None
    cancelled_because: str | None


class PhoneHolderRecord(NamedTuple):
    """注册手机号检索结果: someone who holds a phone, and how: one of the last two is true at least."""

    member_id: int
    has_left: bool
    is_registered: bool
    """It is the phone of the own account."""

    is_contact: bool
    """It is the phone in the record of a current member."""


@dataclass(frozen=True, slots=True)
class Selection:
    """读取范围: which columns of a record are wanted, and what of the organisation above it."""

    columns: frozenset[str]
    above: "Selection | None" = None

    @property
    def levels(self) -> int:
        """How many organisations above one another are wanted, this one included."""
        return 1 if self.above is None else 1 + self.above.levels

    def columns_of_all_levels(self) -> frozenset[str]:
        return self.columns if self.above is None else self.columns | self.above.columns_of_all_levels()


def everything_of(kind: type[Record]) -> Selection:
    return Selection(frozenset(columns_of(kind)))
