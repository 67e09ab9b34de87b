"""Toolkit assessments in depth: named assessors, their role, sources of evidence, actions with an owner and a day.

Revision ID: 0029
Revises: 0024

The application changes of a draft what the service does, and no other column.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0029"
down_revision = "0024"
branch_labels = None
depends_on = None

_JSON = postgresql.JSONB(none_as_null=True, astext_type=sa.Text())
_ROLES = ("itself", "council", "school", "peer_provider", "school_itself")

FILL_ROLES = """
update toolkit_assessments a set assessor_role = case
    when a.assessor_id <> a.provider_id then case o.kind when 'provider' then 'peer_provider' else o.kind end
    when o.kind = 'school' then 'school_itself' else 'itself' end
from organisations o where o.id = a.assessor_id
"""


def _one_of(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=40)


def upgrade() -> None:
    _widen_assessments()


def _widen_assessments() -> None:
    for table, column in (
        ("toolkit_assessments", "named_assessors"),
        ("toolkit_entries", "sources"),
        ("toolkit_entries", "planned_actions"),
    ):
        op.add_column(table, sa.Column(column, _JSON, nullable=False, server_default=sa.text("'[]'::jsonb")))
        op.alter_column(table, column, server_default=None)
    op.add_column("toolkit_assessments", sa.Column("assessor_role", sa.String(40), nullable=True))
    op.execute("alter table toolkit_assessments disable trigger toolkit_assessments_keep")
    op.execute(FILL_ROLES)
    op.execute("alter table toolkit_assessments enable trigger toolkit_assessments_keep")
    op.alter_column("toolkit_assessments", "assessor_role", type_=_one_of("assessorrole", *_ROLES), nullable=False)
    op.create_check_constraint(
        op.f("ck_toolkit_assessments_role_is_its_own"),
        "toolkit_assessments",
        "(assessor_role in ('itself', 'school_itself')) = (assessor_id = provider_id)",
    )
    op.execute("revoke update on toolkit_assessments, toolkit_entries from waymark_app")
    op.execute(
        "grant update (state, assessors, named_assessors, completed_at, changed_at, version)"
        " on toolkit_assessments to waymark_app"
    )
    op.execute(
        "grant update (strengths, development_areas, evidence, sources, actions, planned_actions,"
        " not_applicable_because) on toolkit_entries to waymark_app"
    )


def downgrade() -> None:
    _narrow_assessments()


def _narrow_assessments() -> None:
    op.execute(
        "revoke update (state, assessors, named_assessors, completed_at, changed_at, version)"
        " on toolkit_assessments from waymark_app"
    )
    op.execute(
        "revoke update (strengths, development_areas, evidence, sources, actions, planned_actions,"
        " not_applicable_because) on toolkit_entries from waymark_app"
    )
    op.execute("grant update on toolkit_assessments, toolkit_entries to waymark_app")
    op.drop_constraint(op.f("ck_toolkit_assessments_role_is_its_own"), "toolkit_assessments", type_="check")
    op.drop_column("toolkit_assessments", "assessor_role")
    op.drop_column("toolkit_assessments", "named_assessors")
    op.drop_column("toolkit_entries", "sources")
    op.drop_column("toolkit_entries", "planned_actions")
