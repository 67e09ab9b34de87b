"""Observations of a provider's teaching on the wire."""

from typing import Annotated

from pydantic import AfterValidator, Field

from app.rules.calendars import Term
from app.rules.teaching_observations import ObservationState, ObserverRole, TermStanding
from app.schemas.wire import Body, Day, Id, Instant, LongText, Name, Read, SchoolYear, ShortText, Tagged


def _each_once(names: list[str]) -> list[str]:
    return list(dict.fromkeys(names))


Point = Annotated[str, Field(min_length=1, max_length=1000, pattern=r"\S")]
Observers = Annotated[
    list[Name], Field(min_length=1, max_length=5, examples=[["R. Lead, AP lead"]]), AfterValidator(_each_once)
]
Strengths = Annotated[list[Point], Field(max_length=20, examples=[["Tasks were broken into small steps"]])]
ToDevelop = Annotated[list[Point], Field(max_length=20, examples=[["Say at the start what the lesson is for"]])]
Activity = Annotated[ShortText, Field(examples=["Motor vehicle workshop, five pupils, morning"])]


class ObservationWrite(Body):
    """What was seen of the teaching on one day, in words. There is no grade."""

    observed_on: Day = Field(examples=["2026-11-23"])
    observed_by: Observers
    activity: Activity
    seen: LongText = Field(examples=["Pupils worked in pairs; two needed each step shown twice."])
    strengths: Strengths = []
    to_develop: ToDevelop = []


class ObservationRecord(ObservationWrite):
    placement_id: Id


class ObservationComment(Body):
    text: LongText = Field(examples=["Agreed: the aim of each lesson now stands on the board."])


class ObservationWithdraw(Body):
    reason: ShortText = Field(examples=["Written of another placement"])


class ObservationRead(Tagged):
    """An observation. Until it is shared its observer alone reads it; then all who see the placement do.

    `school_year` and `term` are those of the day in the calendar that governs the placement.
    """

    id: Id
    placement_id: Id
    observer_id: Id
    observer_role: ObserverRole
    state: ObservationState
    school_year: SchoolYear
    term: Term
    observed_on: Day
    observed_by: Annotated[list[Name], Field(max_length=5)]
    activity: Activity
    seen: LongText
    strengths: Strengths
    to_develop: ToDevelop
    shared_at: Instant | None
    provider_comment: LongText | None
    commented_at: Instant | None
    withdrawn_because: ShortText | None
    created_at: Instant
    changed_at: Instant


class ObservationDueRead(Read):
    """A term that has begun in a placement, and who has shared an observation in it, on which day last.

    Each term is to be observed once, by the host school, the commissioner or both, by `due_on`, the last open pupil
    day that the placement has in it.
    """

    placement_id: Id
    provider_id: Id
    school_year: SchoolYear
    term: Term
    due_on: Day
    state: TermStanding
    host_school_observed_on: Day | None
    commissioner_observed_on: Day | None
    council_observed_on: Day | None
