"""Part-time timetable plans on the wire."""

from typing import Annotated, Literal

from pydantic import Field

from app.rules.part_time_plans import ParentsAgreedHow, PlanReason, PlanState, PlanWarning, ReviewDecision
from app.schemas.agreements import Asked
from app.schemas.placements import WeeklySessionRead, WeeklySessionWrite
from app.schemas.wire import Body, Day, Id, Instant, Name, Read, ShortText

Weeks = Literal[6, 12]
MOST_REVIEWS = 12


class TargetWrite(Body):
    """A target that says how one will know, and by when."""

    target: ShortText = Field(examples=["Stay for both morning lessons on four days of five"])
    measured_by: ShortText = Field(examples=["The attendance register"])
    by: Day = Field(examples=["2027-01-08"])


class TargetRead(Read):
    target: ShortText
    measured_by: ShortText
    by: Day


class RiskAssessmentWrite(Body):
    done_on: Day = Field(examples=["2026-11-20"])
    done_by: Name = Field(examples=["C. Lead, designated safeguarding lead"])


class RiskAssessmentRead(Read):
    done_on: Day
    done_by: Name


class ParentsAgreementWrite(Body):
    """The parents' agreement as evidence: who gave it, how and when."""

    given_by: Name = Field(examples=["Mother"])
    how: ParentsAgreedHow = Field(strict=False)
    given_on: Day = Field(examples=["2026-11-20"])


class ParentsAgreementRead(Read):
    given_by: Name
    how: ParentsAgreedHow
    given_on: Day


class PlanExtend(Body):
    """What a plan is to be. It lasts for the weeks chosen, or to the placement's end, unless `ends_on` says less.

    `proposed_by` is the person who speaks for the calling organisation: proposing is its agreement.
    """

    reason: PlanReason = Field(strict=False)
    explanation: ShortText = Field(examples=["Back after four months in hospital; full days are too long as yet"])
    starts_on: Day = Field(examples=["2026-11-30"])
    weeks: Weeks = Field(examples=[6])
    ends_on: Day | None = Field(default=None, examples=["2026-12-18"])
    sessions_not_attended: Annotated[list[WeeklySessionWrite], Field(min_length=1, max_length=10)]
    targets: Annotated[list[TargetWrite], Field(min_length=1, max_length=10)]
    review_dates: Annotated[list[Day], Field(min_length=1, max_length=MOST_REVIEWS, examples=[["2026-12-11"]])]
    risk_assessment: RiskAssessmentWrite
    parents_agreement: ParentsAgreementWrite
    proposed_by: Name = Field(examples=["A. Head, headteacher"])


class PlanPropose(PlanExtend):
    placement_id: Id


class PlanEnd(Body):
    """`because`: how it went, and what follows."""

    because: ShortText = Field(examples=["Attends full time again from Monday"])


class PlanReviewWrite(Body):
    """A review that was held. `end` ends the plan formally at once."""

    held_on: Day = Field(examples=["2026-11-24"])
    led_by: Name = Field(examples=["A. Head, headteacher"])
    note: ShortText = Field(examples=["Both targets met; parents were there"])
    decision: ReviewDecision = Field(strict=False)


class PlanReviewRead(Read):
    held_on: Day
    led_by: Name
    note: ShortText
    decision: ReviewDecision
    recorded_by_id: Id
    recorded_at: Instant


class PlanRead(Asked):
    """A part-time plan.

    Agreed before it begins, it waives the sessions not attended from its first day to its last; afterwards they are
    expected again, whether or not it was ended. One past its last day, neither ended nor extended, is `overdue`. It
    ends with its placement. `warnings` refuse nothing.
    """

    id: Id
    placement_id: Id
    extends_id: Id | None
    extended_by_id: Id | None
    state: PlanState
    proposed_by_id: Id
    reason: PlanReason
    explanation: ShortText
    starts_on: Day
    weeks: Weeks
    ends_on: Day
    sessions_not_attended: Annotated[list[WeeklySessionRead], Field(max_length=10)]
    targets: Annotated[list[TargetRead], Field(max_length=10)]
    review_dates: Annotated[list[Day], Field(max_length=MOST_REVIEWS)]
    reviews: Annotated[list[PlanReviewRead], Field(max_length=100)]
    risk_assessment: RiskAssessmentRead
    parents_agreement: ParentsAgreementRead
    warnings: Annotated[list[PlanWarning], Field(max_length=10)]
    settled_at: Instant | None
    ended_at: Instant | None
    ended_because: ShortText | None
    created_at: Instant
    changed_at: Instant
