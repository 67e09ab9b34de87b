"""What the commissioner states about a placed child, because clocks depend on it."""

from datetime import date
from uuid import UUID

from sqlalchemy import CheckConstraint
from sqlmodel import Field

from app.models.columns import Record, slug
from app.rules.day_six import ExclusionKind


class PlacementFacts(Record, table=True):
    """Null where nobody has said. `excluded_on` is the first day of the exclusion, with its kind and length.

    `required_after_16` says whether the pupil has to attend the timetabled sessions once past compulsory school age.
    """

    __tablename__ = "placement_facts"
    __table_args__ = (
        CheckConstraint("(excluded_on is null) = (exclusion is null)", name="exclusion_whole"),
        CheckConstraint("(exclusion_days is not null) = coalesce(exclusion = 'suspension', false)", name="length"),
    )

    placement_id: UUID = Field(foreign_key="placements.id", unique=True)
    looked_after: bool | None = None
    ehcp: bool | None = None
    required_after_16: bool | None = None
    exclusion: ExclusionKind | None = Field(default=None, sa_type=slug(ExclusionKind))
    excluded_on: date | None = None
    exclusion_days: int | None = None
