"""What the host school did while the child was away."""

from datetime import date
from uuid import UUID

from sqlalchemy import ForeignKeyConstraint, Index, UniqueConstraint
from sqlmodel import Field

from app.models.columns import Record, slug
from app.rules.host_school_checks import CheckKind, CheckOutcome


class HostSchoolCheck(Record, table=True):
    """A check that was done, by whom and with what outcome. Never changed: a correction supersedes it."""

    __tablename__ = "host_school_checks"
    __table_args__ = (
        UniqueConstraint("id", "placement_id"),
        UniqueConstraint("corrects_id"),
        ForeignKeyConstraint(
            ["corrects_id", "placement_id"], ["host_school_checks.id", "host_school_checks.placement_id"]
        ),
        Index("ix_host_school_checks_placement_id", "placement_id", "done_on"),
    )

    placement_id: UUID = Field(foreign_key="placements.id")
    recorded_by_id: UUID = Field(foreign_key="organisations.id")
    kind: CheckKind = Field(sa_type=slug(CheckKind))
    outcome: CheckOutcome = Field(sa_type=slug(CheckOutcome))
    done_on: date
    done_by: str = Field(max_length=200)
    home_visit: bool
    note: str | None = Field(default=None, max_length=2000)
    corrects_id: UUID | None = None
