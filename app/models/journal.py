"""What the service remembers of requests: events, who may see them, audit entries, idempotency records.

Events and audit hold ids only, never a name or UPN, so that severing an identity leaves no link here.
"""

from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import BigInteger, Column, Identity, Index, LargeBinary
from sqlalchemy.dialects.postgresql import UUID as PG_UUID
from sqlmodel import Field, SQLModel

from app.models.columns import IDS, INSTANT, JSON


class Event(SQLModel, table=True):
    """Something happened. `txid` is the writing transaction and orders the feed so that none can commit behind it."""

    __tablename__ = "events"
    __table_args__ = (Index("ix_events_recorded_at", "recorded_at", postgresql_using="brin"),)

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    type: str = Field(max_length=80)
    occurred_at: datetime = Field(sa_type=INSTANT)
    recorded_at: datetime = Field(sa_type=INSTANT)
    resource: str = Field(max_length=300)
    placement_id: UUID | None = Field(default=None, index=True)


class EventAudience(SQLModel, table=True):
    """One organisation that may see one event, in the order in which that organisation reads its feed."""

    __tablename__ = "event_audiences"

    organisation_id: UUID = Field(primary_key=True, foreign_key="organisations.id")
    txid: int = Field(sa_type=BigInteger, primary_key=True)
    seq: int = Field(sa_column=Column(BigInteger, Identity(always=True), primary_key=True))
    event_id: UUID = Field(foreign_key="events.id", index=True)


class AuditEntry(SQLModel, table=True):
    """Who did or saw what about which child, when, and for whom. Append-only by grant and trigger."""

    __tablename__ = "audit_entries"
    __table_args__ = (Index("ix_audit_entries_organisation_id_id", "organisation_id", "id"),)

    id: int = Field(sa_column=Column(BigInteger, Identity(always=True), primary_key=True))
    at: datetime = Field(sa_type=INSTANT)
    organisation_id: UUID
    client_id: UUID
    on_behalf_of: str | None = Field(default=None, max_length=200)
    operation: str = Field(max_length=80)
    request_id: str = Field(max_length=64)
    status: int
    placement_ids: list[UUID] = Field(sa_type=IDS)
    pupil_ids: list[UUID] = Field(sa_type=IDS)


class AuditSeal(SQLModel, table=True):
    """A batch of one organisation's audit entries bound into its hash chain. Append-only by grant and trigger.

    It covers every entry of the organisation from the one after the seal before up to `last_entry`. `leaves` holds,
    for each, its id in eight bytes and the SHA-256 of its content, so that a verifier can name the entry that is bad.
    """

    __tablename__ = "audit_seals"

    organisation_id: UUID = Field(primary_key=True)
    number: int = Field(primary_key=True)
    first_entry: int = Field(sa_type=BigInteger)
    last_entry: int = Field(sa_type=BigInteger)
    entries: int
    leaves: bytes
    previous: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    digest: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    sealed_at: datetime = Field(sa_type=INSTANT)


class IdempotencyRecord(SQLModel, table=True):
    """The first success of a keyed request, stored in the transaction of its write and replayed for repeats."""

    __tablename__ = "idempotency_records"

    client_id: UUID = Field(sa_column=Column(PG_UUID(as_uuid=True), primary_key=True))
    key: str = Field(max_length=128, primary_key=True)
    organisation_id: UUID
    fingerprint: bytes
    status: int
    headers: dict[str, str] = Field(sa_type=JSON)
    body: bytes
    created_at: datetime = Field(sa_type=INSTANT, index=True)
