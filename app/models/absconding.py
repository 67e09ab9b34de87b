"""Absconding alerts, the notifications each one must cause, and the calls and acknowledgements that follow."""

from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import ForeignKeyConstraint, Index, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from app.models.columns import INSTANT, TEXTS, Record, slug
from app.rules.absconding import AlertState, Channel, NotificationState


class AbscondingAlert(Record, table=True):
    """A pupil left without permission. `as_received` keeps the body as it came; `flags` name what was wrong with it.

    `told_at` is empty as long as the event that tells of the alert could not be recorded: a duty then records it.
    """

    __tablename__ = "absconding_alerts"
    __table_args__ = (
        UniqueConstraint("id", "placement_id"),
        Index("ix_absconding_alerts_untold", "raised_at", postgresql_where=text("told_at is null")),
    )

    placement_id: UUID = Field(foreign_key="placements.id", index=True)
    raised_by_id: UUID = Field(foreign_key="organisations.id")
    raised_at: datetime = Field(sa_type=INSTANT)
    told_at: datetime | None = Field(default=None, sa_type=INSTANT)
    state: AlertState = Field(sa_type=slug(AlertState))
    last_seen_at: datetime | None = Field(default=None, sa_type=INSTANT)
    last_seen_where: str | None = Field(default=None, max_length=500)
    description: str | None = Field(default=None, max_length=8000)
    as_received: bytes
    flags: list[str] = Field(sa_type=TEXTS)
    found_at: datetime | None = Field(default=None, sa_type=INSTANT)
    found_by: str | None = Field(default=None, max_length=200)
    safe: bool | None = None
    found_note: str | None = Field(default=None, max_length=8000)
    closed_at: datetime | None = Field(default=None, sa_type=INSTANT)
    closing_note: str | None = Field(default=None, max_length=8000)


class AlertNotification(SQLModel, table=True):
    """One recipient that must be told: school, commissioner or police. Delivered and retried on its own.

    `next_attempt_at` is the machine's time, after which any worker may try: a sandbox clock never delays an attempt.
    """

    __tablename__ = "alert_notifications"
    __table_args__ = (
        ForeignKeyConstraint(["alert_id", "placement_id"], ["absconding_alerts.id", "absconding_alerts.placement_id"]),
        UniqueConstraint("id", "placement_id"),
        Index(
            "ix_alert_notifications_undelivered",
            "next_attempt_at",
            postgresql_where=text("channel = 'email' and state in ('pending', 'failed')"),
        ),
        Index("ix_alert_notifications_unescalated", "created_at", postgresql_where=text("escalated_at is null")),
    )

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    alert_id: UUID = Field(index=True)
    placement_id: UUID = Field(foreign_key="placements.id", index=True)
    roles: list[str] = Field(sa_type=TEXTS)
    organisation_id: UUID | None = Field(default=None, foreign_key="organisations.id")
    channel: Channel = Field(sa_type=slug(Channel))
    state: NotificationState = Field(sa_type=slug(NotificationState))
    attempts: int = Field(default=0)
    last_result: str | None = Field(default=None, max_length=200)
    created_at: datetime = Field(sa_type=INSTANT)
    next_attempt_at: datetime = Field(sa_type=INSTANT)
    delivered_at: datetime | None = Field(default=None, sa_type=INSTANT)
    acknowledged_at: datetime | None = Field(default=None, sa_type=INSTANT)
    acknowledged_by: str | None = Field(default=None, max_length=200)
    escalated_at: datetime | None = Field(default=None, sa_type=INSTANT)


class AlertCall(SQLModel, table=True):
    """A phone call about an alert, such as the one to the police, with the log number they gave."""

    __tablename__ = "alert_calls"
    __table_args__ = (
        ForeignKeyConstraint(["alert_id", "placement_id"], ["absconding_alerts.id", "absconding_alerts.placement_id"]),
        ForeignKeyConstraint(
            ["notification_id", "placement_id"], ["alert_notifications.id", "alert_notifications.placement_id"]
        ),
    )

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    alert_id: UUID = Field(index=True)
    placement_id: UUID = Field(foreign_key="placements.id", index=True)
    notification_id: UUID | None = None
    called_by: str = Field(max_length=200)
    called_at: datetime = Field(sa_type=INSTANT)
    log_number: str | None = Field(default=None, max_length=60)
    note: str | None = Field(default=None, max_length=500)


class Mail(SQLModel, table=True):
    """An email of a sandbox, kept instead of sent so that an integrator can read it. Live mail is never stored."""

    __tablename__ = "mails"

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    organisation_id: UUID = Field(foreign_key="organisations.id", index=True)
    recipient: str = Field(max_length=254)
    subject: str = Field(max_length=200)
    body: str
    at: datetime = Field(sa_type=INSTANT)
