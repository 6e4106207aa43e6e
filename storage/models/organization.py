from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Identity, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from domain.codes import OrganizationKind
from storage.models.base import Base, code_column, text_column


class Organization(Base):
    """党组织: a node of the tree.

    `path` is the ids from the root down to the node itself, each followed by a slash (`1/18/162/`), so that a
    subtree is the range of paths from `path` to `path` with its last slash replaced by `0`, the next character.
    """

    __tablename__ = "organizations"

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("organizations.id"), index=True)
    path: Mapped[str] = mapped_column(text_column(), unique=True)
    name: Mapped[str] = mapped_column(text_column())
    kind: Mapped[str] = mapped_column(code_column(OrganizationKind, "organization_kind"))
    division_code: Mapped[str | None] = mapped_column(text_column())
    can_approve_membership: Mapped[bool] = mapped_column(default=False)
    can_file_real_names: Mapped[bool] = mapped_column(server_default=text("false"))

    __table_args__ = (
        CheckConstraint("path LIKE '%/' COLLATE \"C\"", name="path_ends_with_slash"),
        CheckConstraint("NOT can_approve_membership OR kind = 'GRASSROOTS_COMMITTEE'", name="only_committees_approve"),
        CheckConstraint(
            "NOT can_file_real_names OR kind IN ('PROVINCE', 'CITY', 'COUNTY')", name="only_counties_and_above_file"
        ),
        Index(None, "name", "id"),
        Index(None, "kind", "id"),
        Index(None, "division_code", "id"),
        Index("ix_organizations_can_approve", "can_approve_membership", "id"),
        Index("ix_organizations_can_file", "can_file_real_names", "id"),
        Index("ix_organizations_name_grams", text("text_grams(name)"), postgresql_using="gin"),
    )
