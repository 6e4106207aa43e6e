"""采集表式样: which field of a record stands where on its page. What is not listed here is not printed."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from domain.errors import Message
from domain.texts import camel_case


@dataclass(frozen=True, slots=True)
class PrintedField:
    """`uses`: the fields of the matrix that it is made of, the first of which gives its label.

    `path`: where its value stands in the record's answer.
    """

    uses: tuple[str, ...]
    path: tuple[str, ...]
    is_tall: bool = False

    @property
    def column(self) -> str:
        return self.uses[0].partition(".")[2]

    @property
    def selection(self) -> str:
        """As a document asks for it."""
        return " { ".join(self.path) + " }" * (len(self.path) - 1)


@dataclass(frozen=True, slots=True)
class Layout:
    """Of one type. `signatures`: by whom, and what each writes by hand."""

    title: Message
    beside_photo: Sequence[Sequence[PrintedField]]
    below: Sequence[Sequence[PrintedField]]
    to_correct: bool
    signatures: Sequence[tuple[Message, Sequence[Message]]]

    @property
    def fields(self) -> Iterator[PrintedField]:
        for rows in (self.beside_photo, self.below):
            for row in rows:
                yield from row


_SIGNED = Message("签名：　　　　　　　　", "Signature: ______________")
_SEALED = Message("（盖章）", "(seal)")
_DATED = Message("年　　月　　日", "Date: ______________")

_BY_MEMBER = (Message("本人确认以上信息属实", "I confirm what is said above"), (_SIGNED, _DATED))
_BY_CLERK = (Message("经办人", "Prepared by"), (_SIGNED, _DATED))
_BY_BRANCH = (Message("党支部审核意见", "Opinion of the branch"), (_SIGNED, _SEALED, _DATED))
_BY_COMMITTEE = (Message("上级党组织审核意见", "Opinion of the committee above"), (_SEALED, _DATED))


def _rows(type_name: str, *rows: str) -> list[list[PrintedField]]:
    return [[_field(type_name, name) for name in row.split()] for row in rows]


def _field(type_name: str, name: str) -> PrintedField:
    own = (f"{type_name}.{name}",)
    match name:
        case "branch":
            return PrintedField((*own, "Organization.name"), (name, "name"))
        case "parent":
            above = ("Organization.parent", f"{type_name}.branch", "Organization.name")
            return PrintedField(above, ("branch", name, "name"))
        case "attachments":
            return PrintedField((*own, "Attachment.id"), (name, "id"))
        case _:
            return PrintedField(own, (camel_case(name),), is_tall=name == "reason")


LAYOUTS: Mapping[str, Layout] = {
    "Member": Layout(
        Message("党员信息采集表", "Member Collection Form"),
        _rows(
            "Member",
            "name gender",
            "ethnicity birth_date",
            "identity_number age",
            "education work_position",
            "category status",
        ),
        _rows(
            "Member",
            "joined_on formal_on",
            "phone real_name_status",
            "home_address",
            "branch",
            "parent",
            "lost_contact lost_contact_since",
            "floating floating_direction",
            "transfer_in_progress attachments",
        ),
        to_correct=True,
        signatures=(_BY_MEMBER, _BY_BRANCH, _BY_COMMITTEE),
    ),
    "HistoryMember": Layout(
        Message("历史党员信息表", "Former Member: Record"),
        _rows(
            "HistoryMember",
            "name gender",
            "ethnicity birth_date",
            "identity_number education",
            "category status",
            "joined_on formal_on",
        ),
        _rows(
            "HistoryMember",
            "work_position phone",
            "home_address",
            "branch",
            "parent",
            "kind archived_at",
            "reason",
            "attachments",
        ),
        to_correct=False,
        signatures=(_BY_CLERK, _BY_BRANCH, _BY_COMMITTEE),
    ),
}
