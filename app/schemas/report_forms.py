"""Report forms on the wire."""

from typing import Annotated, Any

from pydantic import Field

from app.rules.calendars import Term
from app.rules.report_forms_choice import FormOrigin, FormState
from app.rules.report_statements import ReportMember
from app.schemas.wire import Body, Count, Id, Instant, Name, SchoolYear, Tagged

_FORM_EXAMPLE = {
    "type": "object",
    "required": ["attendance"],
    "properties": {"attendance": {"title": "Attendance and punctuality", "type": "string", "maxLength": 4000}},
    "examples": [{"attendance": "Came on 38 of 40 mornings."}],
}
Form = Annotated[dict[str, Any], Field(max_length=100, examples=[_FORM_EXAMPLE])]
EVERY_TERM = list(Term)


class ReportFormPublish(Body):
    """A new edition of a council's form: a JSON Schema (2020-12) document of an object, at most 64 KiB.

    `$ref` leads to the form's own `$defs`; `pattern`, `unevaluatedProperties` and the like are not used in forms. Its
    `examples`, of the form and of its fields, are tried: each must be as the form asks. A form asks neither for the
    pupil's own words nor for targets and readiness to return: every report has those beside its answers. `terms` and
    `school_year` say for when the form is meant; left out, for all.
    """

    name: Name = Field(examples=["Termly progress report"])
    form: Form
    terms: Annotated[list[Annotated[Term, Field(strict=False)]], Field(min_length=1, max_length=3)] = EVERY_TERM
    school_year: SchoolYear | None = None


class ReportFormAdopt(Body):
    """The name under which the council publishes the form as its own; left out, the name that it has."""

    name: Name | None = Field(default=None, examples=["Termly progress report"])


class ReportFormRead(Tagged):
    """A published edition. What it says never changes; the next one gets the next number.

    `council_id` is `00000000-0000-0000-0000-000000000000` for the form that comes with the service (`origin` is
    `shipped`): it is nobody's own, and used where a placement's council has published none. `current` is the last
    edition under its name that was not withdrawn. `asks_for` names what a report on it holds besides its answers.
    """

    id: Id
    council_id: Id
    origin: FormOrigin
    name: Name
    edition: Count
    state: FormState
    current: bool
    form: Form
    asks_for: Annotated[list[ReportMember], Field(max_length=3)]
    terms: Annotated[list[Term], Field(max_length=3)]
    school_year: SchoolYear | None
    adopted_from_id: Id | None
    withdrawn_at: Instant | None
    created_at: Instant
