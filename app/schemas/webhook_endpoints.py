"""Webhook endpoints on the wire. A secret is shown once, in the answer that made it."""

from typing import Annotated

from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError

from app.outbox.catalogue import EventType
from app.rules.webhook_endpoints import LONGEST_OVERLAP_HOURS, USUAL_OVERLAP_HOURS, DisabledBecause, EndpointState
from app.schemas.wire import Body, Id, Instant, Name, Read, Tagged, left_out


def _each_once(types: list[EventType]) -> list[EventType]:
    if len(set(types)) < len(types):
        raise PydanticCustomError("repeated", "must not name a type twice")
    return types


Url = Annotated[
    str,
    Field(
        min_length=1,
        max_length=2000,
        description="https, with a full domain name; port 443, or 1024 and above; without user, password and fragment.",
        examples=["https://mis.example.org/waymark"],
    ),
]
Types = Annotated[
    list[Annotated[EventType, Field(strict=False)]],
    Field(min_length=1, max_length=300, examples=[["attendance.missing", "placement.started"]]),
    AfterValidator(_each_once),
]
TYPES_HINT = "Only events of these types; null is every type, those added later included."
DESCRIBED = "For people: what the endpoint is for."


class WebhookEndpointCreate(Body):
    """Where the organisation wants to be told. Ask for the proof next: until it is answered nothing else is sent."""

    url: Url
    description: Name | None = Field(None, description=DESCRIBED, examples=["Attendance office"])
    event_types: Types | None = Field(None, description=TYPES_HINT)


class WebhookEndpointChange(Body):
    """Members left out stay. Another url must be proved anew."""

    url: Url = Field(default_factory=left_out)
    description: Name | None = Field(default_factory=left_out, description=DESCRIBED)
    event_types: Types | None = Field(default_factory=left_out, description=TYPES_HINT)


class SecretRotate(Body):
    """How long the secrets before the new one go on signing beside it; 0 ends them at once, as after a leak."""

    overlap_hours: Annotated[int, Field(ge=0, le=LONGEST_OVERLAP_HOURS)] = USUAL_OVERLAP_HOURS


class SecretRead(Read):
    """A secret that signs, without its text; `expires_at` is null for the one that is in force."""

    id: Id
    created_at: Instant
    expires_at: Instant | None


class WebhookEndpointRead(Tagged):
    """An endpoint. Its times are the machine's, never a sandbox's.

    `failing_since` is the first failure since something last arrived: after five days it is disabled. Until
    `held_until` the receiver asked, by `Retry-After`, to be left alone.
    """

    id: Id
    url: Annotated[str, Field(max_length=2000, examples=["https://mis.example.org/waymark"])]
    description: Name | None
    event_types: Annotated[list[EventType], Field(max_length=300)] | None
    state: EndpointState
    disabled_because: DisabledBecause | None
    proven_at: Instant | None
    failing_since: Instant | None
    held_until: Instant | None
    created_at: Instant
    changed_at: Instant
    secrets: Annotated[list[SecretRead], Field(max_length=10)]


class WebhookEndpointIssued(WebhookEndpointRead):
    """An endpoint with its new secret, shown in this one answer; a replay of the request shows null."""

    secret: Annotated[str, Field(max_length=100)] | None = Field(examples=["whsec_<the secret, shown once>"])
