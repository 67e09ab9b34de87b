"""Annual returns of providers on the wire."""

from typing import Annotated, Any

from pydantic import Field

from app.rules.qa_returns import ReturnState, ReturnTimeliness
from app.schemas.progress_reports import SchoolYear
from app.schemas.qa_return_types import ReturnTypeSlug
from app.schemas.wire import Body, Day, Id, Instant, Name, Read, ShortText, Tagged

ReturnAnswers = Annotated[
    dict[str, Any], Field(max_length=500, examples=[{"arrangements": "Concerns go to the lead on the same day."}])
]
Statement = Annotated[
    str, Field(min_length=1, max_length=20_000, pattern=r"\S", examples=["Nothing has changed since last year."])
]
Reason = Annotated[
    str, Field(min_length=1, max_length=2000, pattern=r"\S", examples=["Please say who trains new staff."])
]
SubmittedBy = Annotated[Name, Field(examples=["S. Turner, head of centre"])]


class QaReturnWrite(Body):
    """All that the return says so far, replacing what was there; it need not be complete.

    `answers` fill in the type's form, where it has one; `statement` is in words, and all there is where it has none.
    """

    answers: ReturnAnswers = {}
    statement: Statement | None = None


class QaReturnBegin(QaReturnWrite):
    """A return that nobody asked for, on the latest edition of a type of a council that watches over the provider."""

    type_id: Id
    school_year: SchoolYear


class QaReturnRequest(Body):
    """A return that the council wants of a provider, on the latest edition of one of its own types."""

    provider_id: Id
    type_id: Id
    school_year: SchoolYear
    due_on: Day = Field(examples=["2026-12-18"])


class QaReturnReschedule(Body):
    due_on: Day = Field(examples=["2027-01-15"])


class QaReturnSubmit(Body):
    """The person who answers for what the return says."""

    submitted_by: SubmittedBy


class QaReturnReturn(Body):
    """What is to be changed, and by when where that is another day than before."""

    reason: Reason
    due_on: Day | None = Field(default=None, examples=["2027-01-15"])


class QaReturnWithdraw(Body):
    reason: ShortText = Field(examples=["The provider closed"])


class QaReturnSummary(Read):
    """A return in a list.

    `timeliness` is null where no day was named and of what was withdrawn. `late` is of the first submission, for ever;
    null while there is none.
    """

    id: Id
    council_id: Id
    provider_id: Id
    type_id: Id
    type_slug: ReturnTypeSlug
    school_year: SchoolYear
    state: ReturnState
    requested_at: Instant | None
    due_on: Day | None
    timeliness: ReturnTimeliness | None
    late: bool | None
    first_submitted_at: Instant | None
    submitted_at: Instant | None
    settled_at: Instant | None
    created_at: Instant
    changed_at: Instant


class QaReturnRead(QaReturnSummary, Tagged):
    """A return. The council reads what was last submitted; the provider, while it is writing, what it has written."""

    answers: ReturnAnswers
    statement: Statement | None
    submitted_by: SubmittedBy | None
    returned_because: Reason | None
    withdrawn_because: ShortText | None
