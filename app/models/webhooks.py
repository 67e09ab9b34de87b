"""Webhooks: where an organisation wants to be told, what it was told there, and each attempt.

All times are the machine's, never a sandbox's: receivers judge signatures by their own clock. Messages hold ids only.
"""

from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import BigInteger, Column, ForeignKeyConstraint, Identity, Index, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from app.models.columns import INSTANT, TEXTS, Record, slug
from app.rules.webhook_deliveries import AbandonedBecause, AttemptResult, DeliveryState
from app.rules.webhook_endpoints import DisabledBecause, EndpointState


class WebhookEndpoint(Record, table=True):
    """`position_txid` and `position_seq` are the place in the organisation's feed up to which it has deliveries.

    `failing_since` is the first failure after the last success; until `held_until` the receiver asked to be left alone.
    """

    __tablename__ = "webhook_endpoints"
    __table_args__ = (
        UniqueConstraint("id", "organisation_id"),
        Index("ix_webhook_endpoints_enabled", "organisation_id", postgresql_where=text("state = 'enabled'")),
    )

    organisation_id: UUID = Field(foreign_key="organisations.id", index=True)
    url: str = Field(max_length=2000)
    description: str | None = Field(default=None, max_length=200)
    event_types: list[str] | None = Field(default=None, sa_type=TEXTS)
    state: EndpointState = Field(sa_type=slug(EndpointState))
    disabled_because: DisabledBecause | None = Field(default=None, sa_type=slug(DisabledBecause))
    proven_at: datetime | None = Field(default=None, sa_type=INSTANT)
    failing_since: datetime | None = Field(default=None, sa_type=INSTANT)
    held_until: datetime | None = Field(default=None, sa_type=INSTANT)
    position_txid: int = Field(default=0, sa_type=BigInteger)
    position_seq: int = Field(default=0, sa_type=BigInteger)


class WebhookSecret(SQLModel, table=True):
    """A secret that signs until it expires. It is encrypted under a key of the settings; the API cannot read it."""

    __tablename__ = "webhook_secrets"
    __table_args__ = (
        ForeignKeyConstraint(
            ["endpoint_id", "organisation_id"],
            ["webhook_endpoints.id", "webhook_endpoints.organisation_id"],
            ondelete="CASCADE",
        ),
    )

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    endpoint_id: UUID = Field(index=True)
    organisation_id: UUID
    key_id: str = Field(max_length=64)
    sealed: bytes
    created_at: datetime = Field(sa_type=INSTANT)
    expires_at: datetime | None = Field(default=None, sa_type=INSTANT)


class WebhookDelivery(Record, table=True):
    """One message for one endpoint: an event of the feed, or a proof, which has a challenge.

    Whoever sends it holds it until `leased_until`; if that passes, whoever held it was killed. `failures` are those
    since it last became pending.
    """

    __tablename__ = "webhook_deliveries"
    __table_args__ = (
        UniqueConstraint("endpoint_id", "event_id"),
        UniqueConstraint("id", "organisation_id"),
        ForeignKeyConstraint(
            ["endpoint_id", "organisation_id"],
            ["webhook_endpoints.id", "webhook_endpoints.organisation_id"],
            ondelete="CASCADE",
        ),
        Index(
            "ix_webhook_deliveries_due",
            "endpoint_id",
            "next_attempt_at",
            postgresql_where=text("state = 'pending'"),
        ),
        Index("ix_webhook_deliveries_leased", "endpoint_id", postgresql_where=text("leased_until is not null")),
        Index("ix_webhook_deliveries_listed", "organisation_id", "created_at", "id"),
        Index("ix_webhook_deliveries_settled", "changed_at", postgresql_where=text("state <> 'pending'")),
    )

    endpoint_id: UUID
    organisation_id: UUID
    event_id: UUID | None = Field(default=None, foreign_key="events.id")
    type: str = Field(max_length=80)
    occurred_at: datetime = Field(sa_type=INSTANT)
    recorded_at: datetime = Field(sa_type=INSTANT)
    resource: str = Field(max_length=300)
    challenge: str | None = Field(default=None, max_length=64)
    state: DeliveryState = Field(sa_type=slug(DeliveryState))
    abandoned_because: AbandonedBecause | None = Field(default=None, sa_type=slug(AbandonedBecause))
    failures: int = Field(default=0)
    next_attempt_at: datetime | None = Field(default=None, sa_type=INSTANT)
    leased_until: datetime | None = Field(default=None, sa_type=INSTANT)


class WebhookAttempt(SQLModel, table=True):
    """One attempt: when, what became of it, and how long it took. What was answered is never kept."""

    __tablename__ = "webhook_attempts"
    __table_args__ = (
        ForeignKeyConstraint(
            ["delivery_id", "organisation_id"],
            ["webhook_deliveries.id", "webhook_deliveries.organisation_id"],
            ondelete="CASCADE",
        ),
        Index("ix_webhook_attempts_delivery_id_id", "delivery_id", "id"),
    )

    id: int | None = Field(default=None, sa_column=Column(BigInteger, Identity(always=True), primary_key=True))
    delivery_id: UUID
    organisation_id: UUID
    at: datetime = Field(sa_type=INSTANT)
    result: AttemptResult = Field(sa_type=slug(AttemptResult))
    status: int | None = None
    milliseconds: int
