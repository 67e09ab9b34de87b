"""Emails about attendance: what each organisation wants, and what became of each email.

The text of an email is never kept. It is written from what stands at the moment of sending.
"""

from datetime import date, datetime, time
from typing import Any
from uuid import UUID

from sqlalchemy import Index, text
from sqlmodel import Field, SQLModel

from app.models.columns import IDS, INSTANT, JSON, TEXTS, Record, slug
from app.rules.emails import ChildNaming, EmailKind, EmailPart, EmailState


class NotificationSettings(Record, table=True):
    """What an organisation wants by email. One that has said nothing has no row, and what `rules.emails` says holds.

    Times are by the clock in London. Without addresses an email goes to the organisation's first contact that has one.
    `child_named_as` is a council's, for the placements that it commissions.
    """

    __tablename__ = "notification_settings"

    organisation_id: UUID = Field(foreign_key="organisations.id", unique=True)
    daily_on: bool
    daily_addresses: list[str] = Field(sa_type=TEXTS)
    morning_at: time
    afternoon_at: time
    list_on: bool
    list_addresses: list[str] = Field(sa_type=TEXTS)
    list_at: time
    child_named_as: ChildNaming | None = Field(default=None, sa_type=slug(ChildNaming))


class EmailDelivery(Record, table=True):
    """One email to one address, due at `due_at`. Its key lets nothing be sent twice to the same address.

    `organisation_id` is the organisation told or, where `placement_id` is set, the one that listed the named service
    (`placement_contact_id`, which may be gone by now). `placement_ids` are those that the email told of when it was
    sent. `next_attempt_at` and `useful_until` are the machine's time: a sandbox clock neither delays nor hurries
    an attempt. `attempts` holds for each when it began and, once that is known, its result.
    """

    __tablename__ = "email_deliveries"
    __table_args__ = (
        Index(
            "uq_email_deliveries_to_organisation",
            "organisation_id",
            "on_date",
            "kind",
            "part",
            "address",
            unique=True,
            postgresql_where=text("placement_id is null"),
            postgresql_nulls_not_distinct=True,
        ),
        Index(
            "uq_email_deliveries_to_service",
            "placement_id",
            "on_date",
            "kind",
            "part",
            "address",
            unique=True,
            postgresql_where=text("placement_id is not null"),
        ),
        Index(
            "ix_email_deliveries_unsent",
            "next_attempt_at",
            postgresql_where=text("state in ('pending', 'failed')"),
        ),
        Index("ix_email_deliveries_on_date", "on_date", "kind"),
        Index("ix_email_deliveries_placement_ids", "placement_ids", postgresql_using="gin"),
    )

    kind: EmailKind = Field(sa_type=slug(EmailKind))
    part: EmailPart = Field(sa_type=slug(EmailPart))
    on_date: date
    organisation_id: UUID = Field(foreign_key="organisations.id")
    placement_id: UUID | None = Field(default=None, foreign_key="placements.id")
    placement_contact_id: UUID | None = None
    roles: list[str] = Field(sa_type=TEXTS)
    address: str | None = Field(default=None, max_length=254)
    state: EmailState = Field(sa_type=slug(EmailState))
    due_at: datetime = Field(sa_type=INSTANT)
    useful_until: datetime = Field(sa_type=INSTANT)
    next_attempt_at: datetime = Field(sa_type=INSTANT)
    attempts: list[dict[str, Any]] = Field(sa_type=JSON)
    sent_at: datetime | None = Field(default=None, sa_type=INSTANT)
    placement_ids: list[UUID] = Field(sa_type=IDS)


class EmailSweep(SQLModel, table=True):
    """The instant up to which the emails of one world (`live`, or a sandbox's id) have been found. The worker's."""

    __tablename__ = "email_sweeps"

    world: str = Field(max_length=40, primary_key=True)
    swept_until: datetime = Field(sa_type=INSTANT)
