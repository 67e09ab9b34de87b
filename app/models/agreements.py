"""What needs agreement, and the parties' own words on it."""

from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, UniqueConstraint
from sqlmodel import Field, SQLModel

from app.models.columns import INSTANT, TEXTS, Record, slug
from app.rules.agreements import AgreementAnswer, AskedState


class AskedOfBothSides(Record):
    """A request of any party's, which is nothing until both sides have agreed. It can be answered until `answer_by`."""

    placement_id: UUID = Field(foreign_key="placements.id", index=True)
    requested_by_id: UUID = Field(foreign_key="organisations.id")
    state: AskedState = Field(sa_type=slug(AskedState))
    answer_by: datetime = Field(sa_type=INSTANT)
    settled_at: datetime | None = Field(default=None, sa_type=INSTANT)


class Agreement(SQLModel, table=True):
    """One organisation's own word on what it was asked, in every role it holds there. Given once; never by another.

    Exactly one of the columns that name what was asked is filled. `on_behalf_of` is the person for whom the client
    said that it acted, beside the one whose word it is.
    """

    __tablename__ = "agreements"
    __table_args__ = (
        ForeignKeyConstraint(["suspension_id", "placement_id"], ["suspensions.id", "suspensions.placement_id"]),
        ForeignKeyConstraint(
            ["early_departure_id", "placement_id"], ["early_departures.id", "early_departures.placement_id"]
        ),
        ForeignKeyConstraint(
            ["immediate_termination_id", "placement_id"],
            ["immediate_terminations.id", "immediate_terminations.placement_id"],
        ),
        ForeignKeyConstraint(["extension_id", "placement_id"], ["extensions.id", "extensions.placement_id"]),
        ForeignKeyConstraint(
            ["part_time_plan_id", "placement_id"], ["part_time_plans.id", "part_time_plans.placement_id"]
        ),
        UniqueConstraint("suspension_id", "organisation_id"),
        UniqueConstraint("early_departure_id", "organisation_id"),
        UniqueConstraint("immediate_termination_id", "organisation_id"),
        UniqueConstraint("extension_id", "organisation_id"),
        UniqueConstraint("part_time_plan_id", "organisation_id"),
        CheckConstraint(
            "num_nonnulls(suspension_id, immediate_termination_id, extension_id, early_departure_id,"
            " part_time_plan_id) = 1",
            name="one_subject",
        ),
    )

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    placement_id: UUID = Field(foreign_key="placements.id", index=True)
    suspension_id: UUID | None = None
    early_departure_id: UUID | None = None
    immediate_termination_id: UUID | None = None
    extension_id: UUID | None = None
    part_time_plan_id: UUID | None = None
    organisation_id: UUID = Field(foreign_key="organisations.id")
    roles: list[str] = Field(sa_type=TEXTS)
    answer: AgreementAnswer = Field(sa_type=slug(AgreementAnswer))
    given_by: str = Field(max_length=200)
    on_behalf_of: str | None = Field(default=None, max_length=200)
    note: str | None = Field(default=None, max_length=500)
    given_at: datetime = Field(sa_type=INSTANT)
