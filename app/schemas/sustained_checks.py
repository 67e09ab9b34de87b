"""Checks whether a move was sustained, on the wire."""

from typing import Annotated

from pydantic import Field

from app.rules.sustained_checks import CheckState, Finding, SustainedCheckKind
from app.schemas.outcomes import StatementNumber
from app.schemas.wire import Body, Day, Id, Instant, Name, Read, ShortText, Tagged


class SustainedFindingRecord(Body):
    """What was found, and by what it is known. `correction_reason` says why it takes another finding's place."""

    finding: Finding = Field(strict=False)
    evidence: ShortText = Field(examples=["Attendance register of Hill School, 94 % in both terms"])
    recorded_by: Name = Field(examples=["J. Okafor, AP officer"])
    correction_reason: ShortText | None = Field(default=None, examples=["The register was read again"])


class SustainedFindingRead(Read):
    number: StatementNumber
    finding: Finding
    evidence: ShortText
    correction_reason: ShortText | None
    recorded_by_id: Id
    recorded_by: Name
    recorded_at: Instant


class SustainedCheckRead(Tagged):
    """Asked once for each destination: did the pupil stay for two full terms?

    `due_on` is the last open pupil day of the second full term after `moved_on` in the placement's calendar; null
    until that term is published. The last of `findings` counts.
    """

    id: Id
    placement_id: Id
    kind: SustainedCheckKind
    outcome_id: Id | None
    leaver_destination_id: Id | None
    state: CheckState
    moved_on: Day
    due_on: Day | None
    finding: Finding | None
    findings: Annotated[list[SustainedFindingRead], Field(max_length=1000)]
    changed_at: Instant
