"""Outcomes of placements on the wire."""

from typing import Annotated

from pydantic import Field

from app.rules.outcomes import Destination, MoveReason, ObjectiveResult, OutcomeState
from app.schemas.wire import Body, Day, Id, Instant, Name, Read, ShortText, Tagged

Urn = Annotated[
    str, Field(pattern=r"^[0-9]{6}$", json_schema_extra={"minLength": 6, "maxLength": 6}, examples=["105000"])
]
ObjectiveNumber = Annotated[int, Field(ge=1, le=20, examples=[1])]
StatementNumber = Annotated[int, Field(ge=1, le=1_000_000, examples=[1])]
Warnings = Annotated[
    list[ShortText],
    Field(max_length=10, description="What looks odd and was kept all the same.", examples=[[]]),
]


class ObjectiveOutcomeWrite(Body):
    """How one objective came out; `number` counts the placement's objectives from 1."""

    number: ObjectiveNumber
    result: ObjectiveResult = Field(strict=False)


class OutcomeStatement(Body):
    """Where the child went and why, and how each objective came out.

    Name the destination's organisation by `destination_id` where it is one of the directory, otherwise by name and
    URN; a return to the host school needs neither. `destination_from_on` is the first day there: null where nobody
    knows it, which then counts as the day after the placement's last. `successful` is null where it cannot be said,
    and `success_reason` says why it is what it is. `recorded_by` is the person who speaks for the organisation.
    """

    destination: Destination = Field(strict=False)
    destination_id: Id | None = None
    destination_name: Name | None = None
    destination_urn: Urn | None = None
    destination_from_on: Day | None = None
    reason: MoveReason = Field(strict=False)
    reason_note: ShortText | None = Field(default=None, examples=["Attended every morning for a whole half-term"])
    objectives: Annotated[list[ObjectiveOutcomeWrite], Field(min_length=1, max_length=20)]
    successful: bool | None
    success_reason: ShortText = Field(examples=["Both objectives were met and Hill School took the child back"])
    recorded_by: Name = Field(examples=["J. Okafor, AP officer"])


class OutcomeRecord(OutcomeStatement):
    placement_id: Id


class OutcomeCorrect(OutcomeStatement):
    """The whole statement anew, and why it takes the place of the one before."""

    correction_reason: ShortText = Field(examples=["The school told us of another first day"])


class ObjectiveOutcomeRead(Read):
    number: ObjectiveNumber
    objective: ShortText
    result: ObjectiveResult


class OutcomeRead(Tagged):
    """A statement about how a placement came out. It never changes; a correction supersedes it and keeps it."""

    id: Id
    placement_id: Id
    state: OutcomeState
    number: StatementNumber
    supersedes_id: Id | None
    superseded_by_id: Id | None
    correction_reason: ShortText | None
    destination: Destination
    destination_id: Id | None
    destination_name: Name | None
    destination_urn: Urn | None
    destination_from_on: Day | None
    moved_on: Day
    reason: MoveReason
    reason_note: ShortText | None
    objectives: Annotated[list[ObjectiveOutcomeRead], Field(max_length=20)]
    successful: bool | None
    success_reason: ShortText
    warnings: Warnings
    recorded_by_id: Id
    recorded_by: Name
    recorded_at: Instant
    changed_at: Instant
