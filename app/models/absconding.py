"""Absconding alerts, the notifications each one must cause, and the calls and acknowledgements that follow."""

from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import BigInteger, Column, ForeignKeyConstraint, Identity, Index, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from app.models.columns import INSTANT, TEXTS, Record, slug
from app.rules.absconding import AlertState, Channel, NotificationState
from app.rules.placement_contacts import PlacementContactRole


class AbscondingAlert(Record, table=True):
    """A pupil left without permission. `as_received` keeps the body as it came; `flags` name what was wrong with it.

    `told_at` is empty as long as the event that tells of the alert could not be recorded: a duty then records it.
    `repeats_id` is an open alert that this one may tell of again.
    """

    __tablename__ = "absconding_alerts"
    __table_args__ = (
        UniqueConstraint("id", "placement_id"),
        ForeignKeyConstraint(
            ["repeats_id", "placement_id"], ["absconding_alerts.id", "absconding_alerts.placement_id"]
        ),
        Index("ix_absconding_alerts_untold", "raised_at", postgresql_where=text("told_at is null")),
    )

    placement_id: UUID = Field(foreign_key="placements.id", index=True)
    raised_by_id: UUID = Field(foreign_key="organisations.id")
    raised_at: datetime = Field(sa_type=INSTANT)
    told_at: datetime | None = Field(default=None, sa_type=INSTANT)
    repeats_id: UUID | None = None
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
    """One that must be told: school, commissioner, police or a named service. Delivered and retried on its own.

    `next_attempt_at` and `claimed_until` are the machine's time, since a sandbox clock never delays an attempt: an
    email is to be tried once the first has come, unless somebody is at it until the second. `contact_*` are those of a
    named service as they were when the alert was raised, `contact_of_id` the party that had listed it. `phone` is the
    number of a call that has become necessary, `escalations` how many steps were taken.
    """

    __tablename__ = "alert_notifications"
    __table_args__ = (
        ForeignKeyConstraint(["alert_id", "placement_id"], ["absconding_alerts.id", "absconding_alerts.placement_id"]),
        UniqueConstraint("id", "placement_id"),
        UniqueConstraint("id", "alert_id"),
        Index("ix_alert_notifications_due", "next_attempt_at", postgresql_where=text("next_attempt_at is not null")),
        Index(
            "ix_alert_notifications_unsettled",
            "created_at",
            postgresql_where=text("escalations < 2 and state <> 'acknowledged'"),
        ),
    )

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    alert_id: UUID = Field(index=True)
    placement_id: UUID = Field(foreign_key="placements.id", index=True)
    roles: list[str] = Field(sa_type=TEXTS)
    organisation_id: UUID | None = Field(default=None, foreign_key="organisations.id")
    channel: Channel = Field(sa_type=slug(Channel))
    state: NotificationState = Field(sa_type=slug(NotificationState))
    contact_role: PlacementContactRole | None = Field(default=None, sa_type=slug(PlacementContactRole))
    contact_name: str | None = Field(default=None, max_length=200)
    contact_email: str | None = Field(default=None, max_length=254)
    contact_of_id: UUID | None = Field(default=None, foreign_key="organisations.id")
    phone: str | None = Field(default=None, max_length=30)
    attempts: int = Field(default=0)
    last_result: str | None = Field(default=None, max_length=200)
    created_at: datetime = Field(sa_type=INSTANT)
    next_attempt_at: datetime | None = Field(default=None, sa_type=INSTANT)
    claimed_until: datetime | None = Field(default=None, sa_type=INSTANT)
    delivered_at: datetime | None = Field(default=None, sa_type=INSTANT)
    call_needed_at: datetime | None = Field(default=None, sa_type=INSTANT)
    acknowledged_at: datetime | None = Field(default=None, sa_type=INSTANT)
    acknowledged_by: str | None = Field(default=None, max_length=200)
    escalations: int = Field(default=0)
    escalated_at: datetime | None = Field(default=None, sa_type=INSTANT)


class AlertAttempt(SQLModel, table=True):
    """One email that was tried, to one address: `number` is the notification's attempt, which may write to several.

    One that has no `result` is under way, or its worker was killed. `sent_to` shows the address in part.
    """

    __tablename__ = "alert_attempts"
    __table_args__ = (
        ForeignKeyConstraint(["alert_id", "placement_id"], ["absconding_alerts.id", "absconding_alerts.placement_id"]),
        ForeignKeyConstraint(
            ["notification_id", "alert_id"], ["alert_notifications.id", "alert_notifications.alert_id"]
        ),
    )

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    alert_id: UUID = Field(index=True)
    notification_id: UUID = Field(index=True)
    placement_id: UUID = Field(foreign_key="placements.id", index=True)
    number: int
    organisation_id: UUID = Field(foreign_key="organisations.id")
    contact_role: str = Field(max_length=40)
    sent_to: str = Field(max_length=254)
    began_at: datetime = Field(sa_type=INSTANT)
    ended_at: datetime | None = Field(default=None, sa_type=INSTANT)
    result: str | None = Field(default=None, max_length=40)


class AlertStep(SQLModel, table=True):
    """One thing that happened to an alert after it was raised, for its timeline. Added, never changed.

    `at` is when it happened, which whoever tells of it may state; `number` is the order in which it was told.
    """

    __tablename__ = "alert_steps"
    __table_args__ = (
        ForeignKeyConstraint(["alert_id", "placement_id"], ["absconding_alerts.id", "absconding_alerts.placement_id"]),
        ForeignKeyConstraint(
            ["notification_id", "alert_id"], ["alert_notifications.id", "alert_notifications.alert_id"]
        ),
    )

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    number: int = Field(default=None, sa_column=Column(BigInteger, Identity(always=True), nullable=False))
    alert_id: UUID = Field(index=True)
    placement_id: UUID = Field(foreign_key="placements.id", index=True)
    what: str = Field(max_length=40)
    at: datetime = Field(sa_type=INSTANT)
    recorded_at: datetime = Field(sa_type=INSTANT)
    by_id: UUID | None = Field(default=None, foreign_key="organisations.id")
    by_role: str | None = Field(default=None, max_length=40)
    by_name: str | None = Field(default=None, max_length=200)
    notification_id: UUID | None = None
    call_id: UUID | None = None


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
