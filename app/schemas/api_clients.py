"""API clients and their credentials, as their own organisation manages them."""

from ipaddress import ip_network
from typing import Annotated

from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError

from app.access.keys import CredentialKind
from app.access.scopes import Scope
from app.schemas.wire import Body, Id, Instant, Name, Read, Tagged


def _network(value: str) -> str:
    try:
        return str(ip_network(value))
    except ValueError:
        raise PydanticCustomError(
            "network_expected", "must be an address or a network in CIDR notation without host bits"
        ) from None


Network = Annotated[str, Field(min_length=2, max_length=49, examples=["203.0.113.0/24"]), AfterValidator(_network)]
Scopes = Annotated[list[Scope], Field(max_length=100, examples=[["attendance:write", "placements:read"]])]
Networks = Annotated[list[Network], Field(max_length=50, examples=[["203.0.113.0/24"]])]


class ApiClientCreate(Body):
    """A new client of the caller's own organisation. It cannot be granted a scope that the caller lacks."""

    name: Name = Field(examples=["Attendance export"])
    scopes: Annotated[list[Annotated[Scope, Field(strict=False)]], Field(min_length=1, max_length=100)] = Field(
        examples=[["attendance:write", "placements:read"]]
    )
    addresses: Networks | None = Field(None, min_length=1, description="Where it may call from; null is anywhere.")


class KeyCreate(Body):
    """A new credential beside the one in use: an API key, or a client secret for the token endpoint."""

    kind: CredentialKind = Field(strict=False)
    expires_at: Instant | None = Field(None, description="By the machine's clock, never a sandbox's.")


class KeyRead(Read):
    """A credential without its secret, which is stored nowhere."""

    id: Id
    kind: CredentialKind
    public_id: Annotated[str, Field(max_length=32, examples=["4fKq9ZbX2mN7sT1c"])]
    created_at: Instant
    expires_at: Instant | None
    revoked_at: Instant | None


class KeyIssued(KeyRead):
    """A new credential. `secret` is its whole text, shown in this one answer; a replay of the request shows null."""

    secret: Annotated[str, Field(max_length=100)] | None = Field(
        examples=["ap_test_4fKq9ZbX2mN7sT1c_<the secret, shown once>"]
    )


class ApiClientRead(Tagged):
    """A client with its credentials, revoked and expired ones included."""

    id: Id
    name: Name
    scopes: Scopes
    addresses: Networks | None
    created_at: Instant
    revoked_at: Instant | None
    keys: Annotated[list[KeyRead], Field(max_length=1000)]
