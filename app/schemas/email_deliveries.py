"""What became of the emails about attendance, on the wire. No email's text is kept."""

from typing import Annotated

from pydantic import Field

from app.rules.emails import EmailKind, EmailPart, EmailState
from app.schemas.wire import Count, Day, Email, Id, Instant, Read, Tagged

Result = Annotated[str, Field(max_length=60, examples=["sent"])]


class EmailAttemptRead(Read):
    """When an attempt began, and its result: `sent`, or why not. Null while it lasts, or where it was broken off."""

    at: Instant
    result: Result | None


class EmailDeliveryRead(Tagged):
    """One email to one address.

    `organisation_id` is the organisation told. An email to a named service of a placement has `placement_id` and
    `placement_contact_id` instead, and `listed_by_id` says who listed it; its role is in `roles`. `address` is shown to
    whoever set it. `placements_told` counts the placements that the email told of. `next_attempt_at` is null once the
    email is sent or given up, and so is `sent_at` until it is sent.
    """

    id: Id
    kind: EmailKind
    part: EmailPart
    on_date: Day
    organisation_id: Id | None
    placement_id: Id | None
    placement_contact_id: Id | None
    listed_by_id: Id | None
    roles: Annotated[list[Annotated[str, Field(max_length=40)]], Field(max_length=10, examples=[["host_school"]])]
    address: Email | None
    state: EmailState
    due_at: Instant
    sent_at: Instant | None
    next_attempt_at: Instant | None
    attempts: Annotated[list[EmailAttemptRead], Field(max_length=200)]
    placements_told: Count
    changed_at: Instant
