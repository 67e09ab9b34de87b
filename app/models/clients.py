"""API clients of organisations and their credentials. Secrets are never stored, only their HMAC."""

from datetime import datetime
from uuid import UUID, uuid4

from sqlmodel import Field, SQLModel

from app.access.keys import CredentialKind
from app.models.columns import INSTANT, TEXTS, Record, slug


class ApiClient(Record, table=True):
    __tablename__ = "api_clients"

    organisation_id: UUID = Field(foreign_key="organisations.id", index=True)
    name: str = Field(max_length=200)
    scopes: list[str] = Field(sa_type=TEXTS)
    addresses: list[str] | None = Field(default=None, sa_type=TEXTS)
    revoked_at: datetime | None = Field(default=None, sa_type=INSTANT)


class Credential(SQLModel, table=True):
    """An API key or client secret. At most two of a kind are live per client, so that rotation has no gap.

    Its times are the machine's, never a sandbox's: moving a clock cannot revive a key.
    """

    __tablename__ = "credentials"

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    client_id: UUID = Field(foreign_key="api_clients.id", index=True)
    kind: CredentialKind = Field(sa_type=slug(CredentialKind))
    public_id: str = Field(max_length=32, unique=True)
    digest: bytes
    created_at: datetime = Field(sa_type=INSTANT)
    expires_at: datetime | None = Field(default=None, sa_type=INSTANT)
    revoked_at: datetime | None = Field(default=None, sa_type=INSTANT)
