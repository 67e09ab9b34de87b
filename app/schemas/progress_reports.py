"""Report forms and progress reports on the wire."""

from typing import Annotated, Any

from pydantic import Field

from app.rules.calendars import Term
from app.rules.progress_reports import ReportState
from app.schemas.wire import Body, Count, Day, Id, Instant, LongText, Name, Tagged

SchoolYear = Annotated[
    str,
    Field(pattern=r"^20[0-9]{2}-[0-9]{2}$", json_schema_extra={"minLength": 7, "maxLength": 7}, examples=["2026-27"]),
]
_FORM_EXAMPLE = {
    "type": "object",
    "required": ["pupil_voice"],
    "properties": {"pupil_voice": {"title": "What the pupil says", "type": "string", "maxLength": 4000}},
}
Form = Annotated[dict[str, Any], Field(max_length=100, examples=[_FORM_EXAMPLE])]
Answers = Annotated[dict[str, Any], Field(max_length=500, examples=[{"pupil_voice": "I like the workshop best."}])]


class ReportFormPublish(Body):
    """A new edition of a council's form: a JSON Schema (2020-12) document of an object, at most 64 KiB.

    `$ref` leads to the form's own `$defs`; `pattern`, `unevaluatedProperties` and the like are not used in forms.
    """

    name: Name = Field(examples=["Termly progress report"])
    form: Form


class ReportFormRead(Tagged):
    """A published edition. It never changes; the next one gets the next number."""

    id: Id
    council_id: Id
    name: Name
    edition: Count
    form: Form
    created_at: Instant


class ProgressReportCreate(Body):
    """A draft, complete or not, for one term of a placement."""

    placement_id: Id
    form_id: Id
    school_year: SchoolYear
    term: Term = Field(strict=False)
    answers: Answers = {}


class AnswersWrite(Body):
    """All answers, replacing those before."""

    answers: Answers


class ProgressReportReturn(Body):
    reason: Annotated[str, Field(min_length=1, max_length=2000, examples=["Please say more about the second target."])]


class ProgressReportRead(Tagged):
    """A report. Until it is submitted again, a returned one shows others what was submitted before.

    `due_on` is the last open pupil day of the term in the placement; `overdue` says that it has passed and the
    commissioner does not have the report.
    """

    id: Id
    placement_id: Id
    form_id: Id
    school_year: SchoolYear
    term: Term
    state: ReportState
    due_on: Day
    overdue: bool
    answers: Answers
    submitted_at: Instant | None
    settled_at: Instant | None
    returned_because: LongText | None
    changed_at: Instant
