"""Every attempt to tell somebody of an alert, named services, escalation in steps, and a timeline in its true order.

Revision ID: 0019
Revises: 0018

What was noted on alerts, notifications and calls before becomes the steps of their timelines.
"""

from typing import Any

import sqlalchemy as sa
from alembic import op

from migrations.row_security import ME, party, provided, resecure, secure

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

_CHANGEABLE = "channel"
_ROLES = (
    "social_worker",
    "sen_officer",
    "youth_justice",
    "mental_health",
    "ap_lead",
    "provider_lead",
    "attendance_officer",
    "other",
)
_CONTACT = sa.Enum(*_ROLES, name="placementcontactrole", native_enum=False, create_constraint=True, length=40)

_AS_IT_STANDS = """
update alert_notifications set
    escalations = case when escalated_at is null then 0 else 1 end,
    call_needed_at = case when channel = 'phone' then created_at end,
    next_attempt_at = case when channel = 'email' and state in ('pending', 'failed') then next_attempt_at end
"""
_AS_IT_STOOD = "update alert_notifications set next_attempt_at = created_at where next_attempt_at is null"

_STEPS = """
insert into alert_steps (id, alert_id, placement_id, what, at, recorded_at, by_id, by_name, notification_id, call_id)
select gen_random_uuid(), told.alert_id, told.placement_id, told.what, told.at, told.at, told.by_id, told.by_name,
       told.notification_id, told.call_id
from (
    select n.alert_id, n.placement_id, 1 as place, 'notification_delivered' as what, n.delivered_at as at,
           null::uuid as by_id, null as by_name, n.id as notification_id, null::uuid as call_id
    from alert_notifications n where n.delivered_at is not null
    union all
    select n.alert_id, n.placement_id, 2, 'notification_escalated', n.escalated_at, null, null, n.id, null
    from alert_notifications n where n.escalated_at is not null
    union all
    select n.alert_id, n.placement_id, 3, 'notification_acknowledged', n.acknowledged_at, n.organisation_id,
           n.acknowledged_by, n.id, null
    from alert_notifications n where n.acknowledged_at is not null
    union all
    select c.alert_id, c.placement_id, 4, 'called', c.called_at, a.raised_by_id, c.called_by, c.notification_id, c.id
    from alert_calls c join absconding_alerts a on a.id = c.alert_id
    union all
    select a.id, a.placement_id, 5, 'found', a.found_at, null, a.found_by, null, null
    from absconding_alerts a where a.found_at is not null
    union all
    select a.id, a.placement_id, 6, 'closed', a.closed_at, null, null, null, null
    from absconding_alerts a where a.closed_at is not null
) as told
order by told.at, told.place
"""


def viewer_at(table: str, instant: str) -> str:
    """The caller may see the row's placement, and could on the London day of an instant of the row's."""
    day = f"({table}.{instant} at time zone 'Europe/London')::date"
    return (
        f"exists (select 1 from placement_viewers v where v.placement_id = {table}.placement_id"
        f" and v.organisation_id = {ME}"
        f" and coalesce(v.from_on <= {day}, true) and coalesce({day} <= v.until_on, true))"
    )


def upgrade() -> None:
    op.add_column("absconding_alerts", sa.Column("repeats_id", sa.Uuid(), nullable=True))
    op.create_foreign_key(
        "fk_absconding_alerts_repeats_id_placement_id",
        "absconding_alerts",
        "absconding_alerts",
        ["repeats_id", "placement_id"],
        ["id", "placement_id"],
    )
    _notifications()
    _attempts()
    _steps()


def downgrade() -> None:
    op.drop_table("alert_steps")
    op.drop_table("alert_attempts")
    _notifications_as_before()
    op.drop_constraint("fk_absconding_alerts_repeats_id_placement_id", "absconding_alerts")
    op.drop_column("absconding_alerts", "repeats_id")


def _added() -> list[sa.Column[Any]]:
    return [
        sa.Column("contact_role", _CONTACT, nullable=True),
        sa.Column("contact_name", sa.String(length=200), nullable=True),
        sa.Column("contact_email", sa.String(length=254), nullable=True),
        sa.Column("contact_of_id", sa.Uuid(), nullable=True),
        sa.Column("phone", sa.String(length=30), nullable=True),
        sa.Column("claimed_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("call_needed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("escalations", sa.Integer(), nullable=False, server_default="0"),
    ]


def _notifications() -> None:
    for column in _added():
        op.add_column("alert_notifications", column)
    op.alter_column("alert_notifications", "escalations", server_default=None)
    op.alter_column("alert_notifications", "next_attempt_at", nullable=True)
    op.create_foreign_key(
        "fk_alert_notifications_contact_of_id", "alert_notifications", "organisations", ["contact_of_id"], ["id"]
    )
    op.create_unique_constraint("uq_alert_notifications_id_alert_id", "alert_notifications", ["id", "alert_id"])
    op.execute(_AS_IT_STANDS)
    op.drop_index("ix_alert_notifications_undelivered", "alert_notifications")
    op.drop_index("ix_alert_notifications_unescalated", "alert_notifications")
    op.create_index(
        "ix_alert_notifications_due",
        "alert_notifications",
        ["next_attempt_at"],
        postgresql_where=sa.text("next_attempt_at is not null"),
    )
    op.create_index(
        "ix_alert_notifications_unsettled",
        "alert_notifications",
        ["created_at"],
        postgresql_where=sa.text("escalations < 2 and state <> 'acknowledged'"),
    )
    op.execute(f"grant update ({_CHANGEABLE}) on alert_notifications to waymark_app")
    resecure("alert_notifications", "app_changes", f"organisation_id = {ME} or {provided('alert_notifications')}")


def _notifications_as_before() -> None:
    resecure("alert_notifications", "app_changes", party("alert_notifications"))
    op.execute(f"revoke update ({_CHANGEABLE}) on alert_notifications from waymark_app")
    op.drop_index("ix_alert_notifications_unsettled", "alert_notifications")
    op.drop_index("ix_alert_notifications_due", "alert_notifications")
    op.execute(_AS_IT_STOOD)
    op.execute(
        "delete from alert_calls where notification_id in (select id from alert_notifications"
        " where roles @> array['named_service'])"
    )
    op.execute("delete from alert_notifications where roles @> array['named_service']")
    op.create_index(
        "ix_alert_notifications_undelivered",
        "alert_notifications",
        ["next_attempt_at"],
        postgresql_where=sa.text("channel = 'email' and state in ('pending', 'failed')"),
    )
    op.create_index(
        "ix_alert_notifications_unescalated",
        "alert_notifications",
        ["created_at"],
        postgresql_where=sa.text("escalated_at is null"),
    )
    op.drop_constraint("uq_alert_notifications_id_alert_id", "alert_notifications")
    op.drop_constraint("fk_alert_notifications_contact_of_id", "alert_notifications")
    op.alter_column("alert_notifications", "next_attempt_at", nullable=False)
    for column in reversed(_added()):
        op.drop_column("alert_notifications", column.name)


def _attempts() -> None:
    op.create_table(
        "alert_attempts",
        *_of_alert("alert_attempts"),
        sa.Column("notification_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("contact_role", sa.String(length=40), nullable=False),
        sa.Column("sent_to", sa.String(length=254), nullable=False),
        sa.Column("began_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("result", sa.String(length=40), nullable=True),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_alert_attempts_organisation_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alert_attempts")),
    )
    for column in ("alert_id", "notification_id", "placement_id"):
        op.create_index(op.f(f"ix_alert_attempts_{column}"), "alert_attempts", [column])
    secure("alert_attempts", viewer_at("alert_attempts", "began_at"))


def _steps() -> None:
    op.create_table(
        "alert_steps",
        *_of_alert("alert_steps"),
        sa.Column("number", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("what", sa.String(length=40), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by_id", sa.Uuid(), nullable=True),
        sa.Column("by_role", sa.String(length=40), nullable=True),
        sa.Column("by_name", sa.String(length=200), nullable=True),
        sa.Column("notification_id", sa.Uuid(), nullable=True),
        sa.Column("call_id", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(["by_id"], ["organisations.id"], name=op.f("fk_alert_steps_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alert_steps")),
    )
    for column in ("alert_id", "placement_id"):
        op.create_index(op.f(f"ix_alert_steps_{column}"), "alert_steps", [column])
    op.execute(_STEPS)
    secure(
        "alert_steps",
        viewer_at("alert_steps", "recorded_at"),
        adds=f"by_id = {ME} and {party('alert_steps')}",
    )


def _of_alert(table: str) -> list[sa.Column[Any] | sa.ForeignKeyConstraint]:
    return [
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("alert_id", sa.Uuid(), nullable=False),
        sa.Column("placement_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["alert_id", "placement_id"],
            ["absconding_alerts.id", "absconding_alerts.placement_id"],
            name=op.f(f"fk_{table}_alert_id_placement_id"),
        ),
        sa.ForeignKeyConstraint(
            ["notification_id", "alert_id"],
            ["alert_notifications.id", "alert_notifications.alert_id"],
            name=op.f(f"fk_{table}_notification_id_alert_id"),
        ),
        sa.ForeignKeyConstraint(["placement_id"], ["placements.id"], name=op.f(f"fk_{table}_placement_id")),
    ]
