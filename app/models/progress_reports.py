"""The forms that councils publish, and the termly progress reports written on them."""

from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import ForeignKeyConstraint, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from app.models.columns import INSTANT, JSON, TEXTS, Record, slug
from app.rules.calendars import Term
from app.rules.progress_reports import ReportState
from app.rules.report_targets import TargetProgress

_EVERY_TERM = "'{autumn,spring,summer}'"


class ReportForm(Record, table=True):
    """One edition of a form: a JSON Schema (2020-12) document. What it says never changes once it is published.

    `council_id` is None for the one that comes with the service. `asks_for` names what a report on it holds besides its
    answers; nothing for editions from before there was more. `terms` and `school_year` say for when it is meant.
    """

    __tablename__ = "report_forms"
    __table_args__ = (UniqueConstraint("council_id", "name", "edition"),)

    council_id: UUID | None = Field(default=None, foreign_key="organisations.id")
    name: str = Field(max_length=200)
    edition: int
    form: dict[str, Any] = Field(sa_type=JSON)
    adopted_from_id: UUID | None = Field(default=None, foreign_key="report_forms.id")
    withdrawn_at: datetime | None = Field(default=None, sa_type=INSTANT)
    terms: list[str] = Field(sa_type=TEXTS, sa_column_kwargs={"server_default": text(_EVERY_TERM)})
    school_year: str | None = Field(default=None, max_length=7)
    asks_for: list[str] = Field(default_factory=list, sa_type=TEXTS, sa_column_kwargs={"server_default": text("'{}'")})


class ProgressReport(Record, table=True):
    """A provider's report on one placement for one term, on one edition of a form.

    `answers` and `statements` are as the provider last wrote them; the others read `submitted_answers` and
    `submitted_statements`, as they were last submitted. `due_on` is the last open pupil day of the term that falls in
    the placement; `owed` is false while no such day is left. `handed_in_late` says of the first submission, for ever,
    that it came after that day.
    """

    __tablename__ = "progress_reports"
    __table_args__ = (UniqueConstraint("placement_id", "school_year", "term"), UniqueConstraint("id", "placement_id"))

    placement_id: UUID = Field(foreign_key="placements.id")
    form_id: UUID = Field(foreign_key="report_forms.id", index=True)
    school_year: str = Field(max_length=7)
    term: Term = Field(sa_type=slug(Term))
    state: ReportState = Field(sa_type=slug(ReportState))
    due_on: date
    owed: bool = Field(default=True, sa_column_kwargs={"server_default": text("true")})
    answers: dict[str, Any] = Field(sa_type=JSON)
    statements: dict[str, Any] = Field(
        default_factory=dict, sa_type=JSON, sa_column_kwargs={"server_default": text("'{}'")}
    )
    submitted_answers: dict[str, Any] | None = Field(default=None, sa_type=JSON)
    submitted_statements: dict[str, Any] | None = Field(default=None, sa_type=JSON)
    submitted_at: datetime | None = Field(default=None, sa_type=INSTANT)
    first_submitted_at: datetime | None = Field(default=None, sa_type=INSTANT)
    handed_in_late: bool = Field(default=False, sa_column_kwargs={"server_default": text("false")})
    settled_at: datetime | None = Field(default=None, sa_type=INSTANT)
    returned_because: str | None = Field(default=None, max_length=2000)


class ReportTarget(SQLModel, table=True):
    """What one report says of one target. `target_id` is the same in every report that carries the target forward.

    Rows that are `submitted` are what others read; the database copies them from the provider's own at each submission.
    """

    __tablename__ = "report_targets"
    __table_args__ = (
        UniqueConstraint("report_id", "submitted", "target_id"),
        ForeignKeyConstraint(["report_id", "placement_id"], ["progress_reports.id", "progress_reports.placement_id"]),
    )

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    report_id: UUID
    placement_id: UUID = Field(foreign_key="placements.id", index=True)
    submitted: bool = False
    target_id: UUID
    position: int
    text: str = Field(max_length=500)
    success_criterion: str | None = Field(default=None, max_length=500)
    review_on: date | None = None
    progress: TargetProgress | None = Field(default=None, sa_type=slug(TargetProgress))
    comment: str | None = Field(default=None, max_length=2000)
    carried_forward: bool = False
