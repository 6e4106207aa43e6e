"""Organisations, members and their attachments."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0001"
down_revision: str | None = None
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

# The function as it was at this revision; see storage/text_search.py for what it is for.
TEXT_GRAMS = """
CREATE FUNCTION text_grams(content text) RETURNS text[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT
AS $$
    SELECT array_agg(DISTINCT substr(content, place, size))
    FROM generate_series(1, length(content)) AS place, (VALUES (1), (2)) AS sizes(size)
$$
"""

ENUMS = (
    "organization_kind",
    "gender",
    "ethnicity",
    "education",
    "member_category",
    "work_position",
    "membership_status",
    "floating_direction",
    "real_name_status",
)


def upgrade() -> None:
    op.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
    op.execute(TEXT_GRAMS)
    op.create_table(
        "organizations",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("parent_id", sa.BigInteger(), nullable=True),
        sa.Column("path", sa.Text(collation="C"), nullable=False),
        sa.Column("name", sa.Text(collation="C"), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "PROVINCE",
                "CITY",
                "COUNTY",
                "GRASSROOTS_COMMITTEE",
                "GENERAL_BRANCH",
                "BRANCH",
                name="organization_kind",
            ),
            nullable=False,
        ),
        sa.Column("division_code", sa.Text(collation="C"), nullable=True),
        sa.Column("can_approve_membership", sa.Boolean(), nullable=False),
        sa.CheckConstraint(
            "NOT can_approve_membership OR kind = 'GRASSROOTS_COMMITTEE'",
            name=op.f("ck_organizations_only_committees_approve"),
        ),
        sa.CheckConstraint("path LIKE '%/' COLLATE \"C\"", name=op.f("ck_organizations_path_ends_with_slash")),
        sa.ForeignKeyConstraint(["parent_id"], ["organizations.id"], name=op.f("fk_organizations_parent_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_organizations")),
        sa.UniqueConstraint("path", name=op.f("uq_organizations_path")),
    )
    op.create_index("ix_organizations_can_approve", "organizations", ["can_approve_membership", "id"], unique=False)
    op.create_index(op.f("ix_organizations_division_code_id"), "organizations", ["division_code", "id"], unique=False)
    op.create_index(op.f("ix_organizations_kind_id"), "organizations", ["kind", "id"], unique=False)
    op.create_index(
        "ix_organizations_name_grams",
        "organizations",
        [sa.literal_column("text_grams(name)")],
        unique=False,
        postgresql_using="gin",
    )
    op.create_index(op.f("ix_organizations_name_id"), "organizations", ["name", "id"], unique=False)
    op.create_index(op.f("ix_organizations_parent_id"), "organizations", ["parent_id"], unique=False)
    op.create_table(
        "members",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("branch_id", sa.BigInteger(), nullable=False),
        sa.Column("org_path", sa.Text(collation="C"), nullable=False),
        sa.Column("name", sa.Text(collation="C"), nullable=False),
        sa.Column("name_pinyin", sa.Text(collation="C"), nullable=False),
        sa.Column("name_initials", sa.Text(collation="C"), nullable=False),
        sa.Column("identity_number", sa.Text(collation="C"), nullable=False),
        sa.Column("gender", sa.Enum("MALE", "FEMALE", name="gender"), nullable=False),
        sa.Column(
            "ethnicity",
            sa.Enum(
                "HAN",
                "MONGOL",
                "HUI",
                "ZANG",
                "UYGUR",
                "MIAO",
                "YI",
                "ZHUANG",
                "BUYEI",
                "CHOSEN",
                "MAN",
                "DONG",
                "YAO",
                "BAI",
                "TUJIA",
                "HANI",
                "KAZAK",
                "DAI",
                "LI",
                "LISU",
                "VA",
                "SHE",
                "GAOSHAN",
                "LAHU",
                "SUI",
                "DONGXIANG",
                "NAXI",
                "JINGPO",
                "KIRGIZ",
                "TU",
                "DAUR",
                "MULAO",
                "QIANG",
                "BLANG",
                "SALAR",
                "MAONAN",
                "GELAO",
                "XIBE",
                "ACHANG",
                "PUMI",
                "TAJIK",
                "NU",
                "UZBEK",
                "RUSS",
                "EWENKI",
                "DEANG",
                "BONAN",
                "YUGUR",
                "GIN",
                "TATAR",
                "DERUNG",
                "OROQEN",
                "HEZHEN",
                "MONBA",
                "LHOBA",
                "JINO",
                "OTHER",
                "FOREIGN_DESCENT",
                name="ethnicity",
            ),
            nullable=True,
        ),
        sa.Column("birth_date", sa.Date(), nullable=True),
        sa.Column(
            "education",
            sa.Enum(
                "DOCTORATE",
                "MASTER",
                "BACHELOR",
                "JUNIOR_COLLEGE",
                "SECONDARY_SPECIALIZED",
                "VOCATIONAL_HIGH_SCHOOL",
                "SKILLED_WORKER_SCHOOL",
                "SENIOR_HIGH_SCHOOL",
                "JUNIOR_HIGH_SCHOOL",
                "PRIMARY_SCHOOL",
                "OTHER",
                name="education",
            ),
            nullable=True,
        ),
        sa.Column("category", sa.Enum("FORMAL", "PROBATIONARY", name="member_category"), nullable=False),
        sa.Column("joined_on", sa.Date(), nullable=True),
        sa.Column("formal_on", sa.Date(), nullable=True),
        sa.Column(
            "work_position",
            sa.Enum(
                "PARTY_AND_GOVERNMENT",
                "PUBLIC_INSTITUTION_MANAGEMENT",
                "PUBLIC_INSTITUTION_PROFESSIONAL",
                "STATE_ENTERPRISE_MANAGEMENT",
                "STATE_ENTERPRISE_PROFESSIONAL",
                "PRIVATE_ENTERPRISE_MANAGEMENT",
                "PRIVATE_ENTERPRISE_PROFESSIONAL",
                "SOCIAL_ORGANIZATION_STAFF",
                "WORKER",
                "FARMER",
                "VILLAGE_CADRE",
                "COMMUNITY_WORKER",
                "SELF_EMPLOYED",
                "FLEXIBLE_EMPLOYMENT",
                "STUDENT",
                "GRADUATE_YEAR_STUDENT",
                "MILITARY",
                "RETIRED",
                "UNEMPLOYED",
                "OTHER",
                name="work_position",
            ),
            nullable=False,
        ),
        sa.Column("phone", sa.Text(collation="C"), nullable=True),
        sa.Column("home_address", sa.Text(collation="C"), nullable=True),
        sa.Column(
            "status",
            sa.Enum("NORMAL", "PROBATION_EXTENDED", "UNDER_OBSERVATION", "RETAINED_ABROAD", name="membership_status"),
            nullable=False,
        ),
        sa.Column("lost_contact", sa.Boolean(), nullable=False),
        sa.Column("lost_contact_since", sa.Date(), nullable=True),
        sa.Column("floating", sa.Boolean(), nullable=False),
        sa.Column(
            "floating_direction",
            sa.Enum(
                "WITHIN_COUNTY", "WITHIN_CITY", "WITHIN_PROVINCE", "OTHER_PROVINCE", "ABROAD", name="floating_direction"
            ),
            nullable=True,
        ),
        sa.Column(
            "real_name_status", sa.Enum("VERIFIED", "UNVERIFIED", "FILED", name="real_name_status"), nullable=False
        ),
        sa.Column("transfer_in_progress", sa.Boolean(), nullable=False),
        sa.Column("photo_key", sa.Text(collation="C"), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["branch_id"], ["organizations.id"], name=op.f("fk_members_branch_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_members")),
    )
    op.create_index(
        "ix_members_age_order",
        "members",
        [sa.literal_column("birth_date DESC NULLS LAST"), sa.literal_column("id DESC")],
        unique=False,
    )
    op.create_index(op.f("ix_members_birth_date_id"), "members", ["birth_date", "id"], unique=False)
    op.create_index(op.f("ix_members_branch_id"), "members", ["branch_id"], unique=False)
    op.create_index(op.f("ix_members_category_id"), "members", ["category", "id"], unique=False)
    op.create_index(op.f("ix_members_created_at_id"), "members", ["created_at", "id"], unique=False)
    op.create_index(op.f("ix_members_education_id"), "members", ["education", "id"], unique=False)
    op.create_index(op.f("ix_members_ethnicity_id"), "members", ["ethnicity", "id"], unique=False)
    op.create_index(op.f("ix_members_floating_direction_id"), "members", ["floating_direction", "id"], unique=False)
    op.create_index(op.f("ix_members_floating_id"), "members", ["floating", "id"], unique=False)
    op.create_index(op.f("ix_members_formal_on_id"), "members", ["formal_on", "id"], unique=False)
    op.create_index(op.f("ix_members_gender_id"), "members", ["gender", "id"], unique=False)
    op.create_index(
        "ix_members_home_address_grams",
        "members",
        [sa.literal_column("text_grams(home_address)")],
        unique=False,
        postgresql_using="gin",
    )
    op.create_index(op.f("ix_members_home_address_id"), "members", ["home_address", "id"], unique=False)
    op.create_index(op.f("ix_members_identity_number_id"), "members", ["identity_number", "id"], unique=False)
    op.create_index(
        "ix_members_identity_number_reversed", "members", [sa.literal_column("reverse(identity_number)")], unique=False
    )
    op.create_index(
        "ix_members_identity_number_trigrams",
        "members",
        ["identity_number"],
        unique=False,
        postgresql_using="gin",
        postgresql_ops={"identity_number": "gin_trgm_ops"},
    )
    op.create_index(op.f("ix_members_joined_on_id"), "members", ["joined_on", "id"], unique=False)
    op.create_index(op.f("ix_members_lost_contact_id"), "members", ["lost_contact", "id"], unique=False)
    op.create_index(op.f("ix_members_lost_contact_since_id"), "members", ["lost_contact_since", "id"], unique=False)
    op.create_index(
        "ix_members_name_grams",
        "members",
        [sa.literal_column("text_grams(name)")],
        unique=False,
        postgresql_using="gin",
    )
    op.create_index(op.f("ix_members_name_id"), "members", ["name", "id"], unique=False)
    op.create_index(op.f("ix_members_name_initials"), "members", ["name_initials"], unique=False)
    op.create_index("ix_members_name_reversed", "members", [sa.literal_column("reverse(name)")], unique=False)
    op.create_index(op.f("ix_members_org_path_id"), "members", ["org_path", "id"], unique=False)
    op.create_index(op.f("ix_members_phone_id"), "members", ["phone", "id"], unique=False)
    op.create_index("ix_members_phone_reversed", "members", [sa.literal_column("reverse(phone)")], unique=False)
    op.create_index(
        "ix_members_phone_trigrams",
        "members",
        ["phone"],
        unique=False,
        postgresql_using="gin",
        postgresql_ops={"phone": "gin_trgm_ops"},
    )
    op.create_index("ix_members_pinyin_order", "members", ["name_pinyin", "name", "id"], unique=False)
    op.create_index(op.f("ix_members_real_name_status_id"), "members", ["real_name_status", "id"], unique=False)
    op.create_index(op.f("ix_members_status_id"), "members", ["status", "id"], unique=False)
    op.create_index(op.f("ix_members_transfer_in_progress_id"), "members", ["transfer_in_progress", "id"], unique=False)
    op.create_index(op.f("ix_members_updated_at_id"), "members", ["updated_at", "id"], unique=False)
    op.create_index(
        "ix_members_without_photo", "members", ["id"], unique=False, postgresql_where=sa.text("photo_key IS NULL")
    )
    op.create_index(op.f("ix_members_work_position_id"), "members", ["work_position", "id"], unique=False)
    op.create_table(
        "attachments",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("member_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.Text(collation="C"), nullable=False),
        sa.Column("content_type", sa.Text(collation="C"), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("object_key", sa.Text(collation="C"), nullable=False),
        sa.Column("uploaded_at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["member_id"], ["members.id"], name=op.f("fk_attachments_member_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attachments")),
        sa.UniqueConstraint("object_key", name=op.f("uq_attachments_object_key")),
    )
    op.create_index(op.f("ix_attachments_member_id"), "attachments", ["member_id"], unique=False)


def downgrade() -> None:
    op.drop_table("attachments")
    op.drop_table("members")
    op.drop_table("organizations")
    for enum in ENUMS:
        op.execute(f"DROP TYPE {enum}")
    op.execute("DROP FUNCTION text_grams(text)")
