"""Dual registrations of placed pupils."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint
from sqlmodel import Field

from app.models.columns import INSTANT, TEXTS, Record, slug
from app.rules.dual_registrations import DualRegistrationReason, DualRegistrationState


class DualRegistrationRecord(Record, table=True):
    """A pupil on two rolls from a day on; open while `until_on` is null.

    An exclusion constraint keeps two standing periods of one pupil and pair from sharing a day. `sessions` are those
    scheduled at the other registered school, each as `monday am`.
    """

    __tablename__ = "dual_registrations"
    __table_args__ = (
        ForeignKeyConstraint(["placement_id", "pupil_id"], ["placements.id", "placements.pupil_id"]),
        CheckConstraint("main_school_id <> subsidiary_id", name="two_schools"),
        CheckConstraint("until_on is null or from_on <= until_on", name="in_order"),
        CheckConstraint("(state = 'withdrawn') = (withdrawn_because is not null)", name="withdrawn_with_reason"),
    )

    placement_id: UUID = Field(foreign_key="placements.id", index=True)
    pupil_id: UUID
    main_school_id: UUID = Field(foreign_key="organisations.id")
    subsidiary_id: UUID = Field(foreign_key="organisations.id")
    state: DualRegistrationState = Field(sa_type=slug(DualRegistrationState))
    from_on: date
    until_on: date | None = None
    reason: DualRegistrationReason = Field(sa_type=slug(DualRegistrationReason))
    note: str | None = Field(default=None, max_length=500)
    sessions: list[str] = Field(sa_type=TEXTS)
    recorded_by_id: UUID = Field(foreign_key="organisations.id")
    withdrawn_because: str | None = Field(default=None, max_length=500)
    withdrawn_at: datetime | None = Field(default=None, sa_type=INSTANT)
