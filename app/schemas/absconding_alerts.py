"""Absconding alerts on the wire."""

from typing import Annotated

from pydantic import Field

from app.rules.absconding import AlertFlag, AlertRole, AlertState, Channel, NotificationState
from app.rules.placement_contacts import PlacementContactRole
from app.schemas.wire import Body, Count, Id, Instant, LongText, Name, Phone, Read, ShortText, Tagged

LogNumber = Annotated[str, Field(min_length=1, max_length=60, examples=["GMP-20261124-0412"])]


class AlertRaise(Body):
    """A pupil has left without permission. Only the placement is needed; send what is known, at once.

    This is what we hope for. Whatever else comes is taken too, and `flags` says what was not understood.
    """

    placement_id: Id | None = Field(default=None, description="Here, or in the query.")
    last_seen_at: Instant | None = None
    last_seen_where: ShortText | None = Field(default=None, examples=["Main gate, walking towards the bus station"])
    description: LongText | None = Field(default=None, examples=["Grey coat, black rucksack"])


class AlertAcknowledge(Body):
    """`by` is the person who has taken the alert in hand."""

    by: Name = Field(examples=["R. Patel, designated safeguarding lead"])


class AlertLogCall(Body):
    """A call that somebody made. With a log number and no notification named, it is the call to the police."""

    called_by: Name = Field(examples=["S. Turner"])
    called_at: Instant
    log_number: LogNumber | None = None
    notification_id: Id | None = None
    note: ShortText | None = None


class AlertResolve(Body):
    """The pupil was found."""

    found_at: Instant
    found_by: Name = Field(examples=["Greater Manchester Police"])
    safe: bool = Field(examples=[True])
    note: LongText | None = None


class AlertClose(Body):
    note: LongText = Field(examples=["Met with the family; the risk assessment was reviewed."])


class NotificationRead(Read):
    """One that must be told. `organisation_id` is the organisation told; of the police, the provider that calls them,
    or null where they have an email address; null for a named service, which `contact_role` and `contact_name` name.
    `channel` `phone` is a task for a person of the provider, and so is one whose `call_needed_at` is set, until it is
    delivered. `attempts` counts them; each is in the alert's `attempts`. `escalations` are the steps taken so far.
    """

    id: Id
    roles: Annotated[list[AlertRole], Field(max_length=3)]
    organisation_id: Id | None
    contact_role: PlacementContactRole | None
    contact_name: Name | None
    channel: Channel
    phone: Phone | None
    state: NotificationState
    attempts: Count
    last_result: Annotated[str, Field(max_length=200)] | None
    created_at: Instant
    delivered_at: Instant | None
    call_needed_at: Instant | None
    acknowledged_at: Instant | None
    acknowledged_by: Name | None
    escalations: Count
    escalated_at: Instant | None


class AlertAttemptRead(Read):
    """One email to one address. `number` is the attempt of its notification, which may write to several addresses at
    once. `organisation_id` keeps the contact; `sent_to` shows the address in part. Without a `result` it is under way.
    """

    id: Id
    notification_id: Id
    number: Count
    organisation_id: Id
    contact_role: Annotated[str, Field(max_length=40, examples=["safeguarding_lead"])]
    sent_to: Annotated[str, Field(max_length=254, examples=["d…@hill.example.org"])]
    began_at: Instant
    ended_at: Instant | None
    result: Annotated[str, Field(max_length=40, examples=["sent"])] | None


class CallRead(Read):
    id: Id
    notification_id: Id | None
    called_by: Name
    called_at: Instant
    log_number: LogNumber | None
    note: ShortText | None


class TimelineEntry(Read):
    """One thing that happened: what and when; the organisation that did it or told of it, in which part, and the
    person, all null where it was the service itself; and who was told by which notification or call.
    """

    at: Instant
    what: Annotated[str, Field(max_length=40, examples=["notification_delivered"])]
    organisation_id: Id | None
    role: Annotated[str, Field(max_length=40, examples=["host_school"])] | None
    by: Annotated[str, Field(max_length=200)] | None
    told: Annotated[list[AlertRole], Field(max_length=3)]
    notification_id: Id | None
    call_id: Id | None


class AlertRead(Tagged):
    """An alert with those told, the calls made and its timeline. `as_received` is the body as it came,
    save that a UPN in it is not shown. `repeats_id` is an open alert that this one may tell of again.
    """

    id: Id
    placement_id: Id
    raised_by_id: Id
    raised_at: Instant
    repeats_id: Id | None
    state: AlertState
    last_seen_at: Instant | None
    last_seen_where: Annotated[str, Field(max_length=500)] | None
    description: Annotated[str, Field(max_length=8000)] | None
    as_received: Annotated[str, Field(max_length=65_536)]
    flags: Annotated[list[AlertFlag], Field(max_length=20)]
    found_at: Instant | None
    found_by: Name | None
    safe: bool | None
    found_note: LongText | None
    closed_at: Instant | None
    closing_note: LongText | None
    notifications: Annotated[list[NotificationRead], Field(max_length=70)]
    calls: Annotated[list[CallRead], Field(max_length=200)]
    timeline: Annotated[list[TimelineEntry], Field(max_length=1000)]
    changed_at: Instant
