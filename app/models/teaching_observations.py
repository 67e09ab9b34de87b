"""Observations of a provider's teaching, made by a school or council whose pupil is taught there."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint
from sqlmodel import Field

from app.models.columns import INSTANT, TEXTS, Record, slug
from app.rules.calendars import Term
from app.rules.teaching_observations import ObservationState, ObserverRole


class TeachingObservation(Record, table=True):
    """What was seen of the teaching on one day of a placement. Nobody but the observer reads it before it is shared.

    `school_year` and `term` are those of the day in the calendar that governed the placement. There is no grade.
    """

    __tablename__ = "teaching_observations"
    __table_args__ = (
        CheckConstraint("(state = 'shared') <= (shared_at is not null)", name="shared_at_an_instant"),
        CheckConstraint("(state = 'withdrawn') = (withdrawn_because is not null)", name="withdrawn_with_reason"),
        CheckConstraint("num_nulls(provider_comment, commented_at) in (0, 2)", name="commented_at_an_instant"),
    )

    placement_id: UUID = Field(foreign_key="placements.id", index=True)
    observer_id: UUID = Field(foreign_key="organisations.id", index=True)
    observer_role: ObserverRole = Field(sa_type=slug(ObserverRole))
    state: ObservationState = Field(sa_type=slug(ObservationState))
    school_year: str = Field(max_length=7)
    term: Term = Field(sa_type=slug(Term))
    observed_on: date
    observed_by: list[str] = Field(sa_type=TEXTS)
    activity: str = Field(max_length=500)
    seen: str = Field(max_length=8000)
    strengths: list[str] = Field(sa_type=TEXTS)
    to_develop: list[str] = Field(sa_type=TEXTS)
    shared_at: datetime | None = Field(default=None, sa_type=INSTANT)
    provider_comment: str | None = Field(default=None, max_length=8000)
    commented_at: datetime | None = Field(default=None, sa_type=INSTANT)
    withdrawn_because: str | None = Field(default=None, max_length=500)
