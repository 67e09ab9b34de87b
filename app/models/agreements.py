"""The parties' own words on what needs their agreement."""

from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, UniqueConstraint
from sqlmodel import Field, SQLModel

from app.models.columns import INSTANT, TEXTS, slug
from app.rules.agreements import AgreementAnswer


class Agreement(SQLModel, table=True):
    """One organisation's own word on what it was asked, in every role it holds there. Given once; never by another.

    Exactly one of the columns that name what was asked is filled.
    """

    __tablename__ = "agreements"
    __table_args__ = (
        ForeignKeyConstraint(["suspension_id", "placement_id"], ["suspensions.id", "suspensions.placement_id"]),
        ForeignKeyConstraint(
            ["part_time_plan_id", "placement_id"], ["part_time_plans.id", "part_time_plans.placement_id"]
        ),
        UniqueConstraint("suspension_id", "organisation_id"),
        UniqueConstraint("part_time_plan_id", "organisation_id"),
        CheckConstraint("num_nonnulls(suspension_id, part_time_plan_id) = 1", name="one_subject"),
    )

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    placement_id: UUID = Field(foreign_key="placements.id", index=True)
    suspension_id: UUID | None = None
    part_time_plan_id: UUID | None = None
    organisation_id: UUID = Field(foreign_key="organisations.id")
    roles: list[str] = Field(sa_type=TEXTS)
    answer: AgreementAnswer = Field(sa_type=slug(AgreementAnswer))
    given_by: str = Field(max_length=200)
    note: str | None = Field(default=None, max_length=500)
    given_at: datetime = Field(sa_type=INSTANT)
