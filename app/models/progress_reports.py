"""The forms that councils publish, and the termly progress reports written on them."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import UniqueConstraint
from sqlmodel import Field

from app.models.columns import INSTANT, JSON, Record, slug
from app.rules.calendars import Term
from app.rules.progress_reports import ReportState


class ReportForm(Record, table=True):
    """One version of a council's form: a JSON Schema (2020-12) document. A published version never changes."""

    __tablename__ = "report_forms"
    __table_args__ = (UniqueConstraint("council_id", "name", "edition"),)

    council_id: UUID = Field(foreign_key="organisations.id")
    name: str = Field(max_length=200)
    edition: int
    form: dict[str, Any] = Field(sa_type=JSON)


class ProgressReport(Record, table=True):
    """A provider's report on one placement for one term, on one version of a form.

    `answers` are as the provider last wrote them; the others read `submitted_answers`, as they were last submitted.
    `due_on` is the last open pupil day of the term that falls in the placement.
    """

    __tablename__ = "progress_reports"
    __table_args__ = (UniqueConstraint("placement_id", "school_year", "term"),)

    placement_id: UUID = Field(foreign_key="placements.id")
    form_id: UUID = Field(foreign_key="report_forms.id", index=True)
    school_year: str = Field(max_length=7)
    term: Term = Field(sa_type=slug(Term))
    state: ReportState = Field(sa_type=slug(ReportState))
    due_on: date
    answers: dict[str, Any] = Field(sa_type=JSON)
    submitted_answers: dict[str, Any] | None = Field(default=None, sa_type=JSON)
    submitted_at: datetime | None = Field(default=None, sa_type=INSTANT)
    settled_at: datetime | None = Field(default=None, sa_type=INSTANT)
    returned_because: str | None = Field(default=None, max_length=2000)
