"""The annual returns that providers make to a council, and the types of return that a council asks for."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from app.models.columns import INSTANT, JSON, Record, slug
from app.rules.qa_returns import ReturnState


class QaReturnType(Record, table=True):
    """One edition of a council's type of return, with the form that it is made on or none. It never changes."""

    __tablename__ = "qa_return_types"
    __table_args__ = (
        UniqueConstraint("council_id", "slug", "edition"),
        UniqueConstraint("id", "council_id", "slug"),
    )

    council_id: UUID = Field(foreign_key="organisations.id")
    slug: str = Field(max_length=60)
    edition: int
    name: str = Field(max_length=200)
    description: str = Field(max_length=2000)
    form: dict[str, Any] | None = Field(default=None, sa_type=JSON)


class QaReturn(Record, table=True):
    """A provider's return of one type for one school year; `answers` and `statement` are as last submitted.

    `late` says of the first submission, for ever, whether it came after the day that it was then due by; null while
    there is none, or where no day was named. `told` counts what the clock has told: 1 that the day comes near, 2 that
    it has passed.
    """

    __tablename__ = "qa_returns"
    __table_args__ = (
        ForeignKeyConstraint(
            ["type_id", "council_id", "type_slug"],
            ["qa_return_types.id", "qa_return_types.council_id", "qa_return_types.slug"],
        ),
        UniqueConstraint("id", "provider_id"),
        CheckConstraint("(state = 'withdrawn') = (withdrawn_because is not null)", name="withdrawn_with_reason"),
        Index(
            "uq_qa_returns_of_year",
            "council_id",
            "provider_id",
            "type_slug",
            "school_year",
            unique=True,
            postgresql_where=text("state <> 'withdrawn'"),
        ),
        Index(
            "ix_qa_returns_untold",
            "due_on",
            postgresql_where=text("told < 2 and state in ('requested', 'draft', 'returned')"),
        ),
    )

    council_id: UUID = Field(foreign_key="organisations.id", index=True)
    provider_id: UUID = Field(foreign_key="organisations.id", index=True)
    type_id: UUID
    type_slug: str = Field(max_length=60)
    school_year: str = Field(max_length=7)
    state: ReturnState = Field(sa_type=slug(ReturnState))
    requested_at: datetime | None = Field(default=None, sa_type=INSTANT)
    due_on: date | None = None
    answers: dict[str, Any] | None = Field(default=None, sa_type=JSON)
    statement: str | None = None
    submitted_by: str | None = Field(default=None, max_length=200)
    first_submitted_at: datetime | None = Field(default=None, sa_type=INSTANT)
    submitted_at: datetime | None = Field(default=None, sa_type=INSTANT)
    late: bool | None = None
    settled_at: datetime | None = Field(default=None, sa_type=INSTANT)
    returned_because: str | None = Field(default=None, max_length=2000)
    withdrawn_because: str | None = Field(default=None, max_length=500)
    told: int = Field(default=0)


class QaReturnDraft(SQLModel, table=True):
    """What the provider is writing, which nobody else reads."""

    __tablename__ = "qa_return_drafts"
    __table_args__ = (ForeignKeyConstraint(["return_id", "provider_id"], ["qa_returns.id", "qa_returns.provider_id"]),)

    return_id: UUID = Field(primary_key=True)
    provider_id: UUID
    answers: dict[str, Any] = Field(sa_type=JSON)
    statement: str | None = None
