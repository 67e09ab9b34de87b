"""The lists that every integrator needs: codes, scopes, types."""

from typing import Annotated, Generic, TypeVar

from pydantic import Field

from app.access.scopes import Scope
from app.outbox.catalogue import EventType
from app.rules.attendance_codes import CodeClass
from app.rules.attendance_facts import AbsenceReason
from app.rules.calendars import SchoolSession
from app.rules.placements import PrimaryReason
from app.schemas.wire import Day, Read, ShortText, Tagged

R = TypeVar("R", bound=Read)
Slug = Annotated[str, Field(max_length=80)]


class WholeList(Read, Generic[R]):
    """A list that comes whole, never in pages."""

    items: Annotated[list[R], Field(max_length=1000)]


class TaggedList(Tagged, Generic[R]):
    """A list that comes whole, with an ETag by which a client knows whether it has changed."""

    items: Annotated[list[R], Field(max_length=1000)]


class AttendanceCodeRead(Read):
    """A national attendance code (SI 2024/208). Submissions take `code` or `slug`; only the slug is safe in URLs."""

    code: Annotated[str, Field(min_length=1, max_length=2, examples=["/"])]
    slug: Slug = Field(examples=["present-am"])
    code_class: CodeClass
    counts_as_attending: bool
    meaning: ShortText = Field(examples=["Present in the morning."])
    sessions: Annotated[list[SchoolSession], Field(max_length=2)]
    valid_from: Day | None = Field(description="First day of use; null where it was never otherwise.")
    valid_until: Day | None = Field(description="Last day of use; null while it is current.")
    replaced_by: Annotated[list[Annotated[str, Field(max_length=2)]], Field(max_length=10)] = Field(examples=[[]])


class AttendanceSuggestionRead(Read):
    """A rule by which a code is suggested to the host school. Rank 1 is asked first; the first that applies decides.

    `rule` is what `suggested_by` of a mark names. `code` is null where the reason of the absence decides.
    """

    rank: Annotated[int, Field(ge=1, le=100, examples=[1])]
    rule: Annotated[str, Field(max_length=60, examples=["scheduled_at_other_registered_school"])]
    code: Annotated[str, Field(max_length=2, examples=["D"])] | None
    meaning: ShortText = Field(examples=["Absent, and the reason is known."])
    source: ShortText = Field(examples=["SI 2024/208, table of attendance codes, read in the primary source"])


class AbsenceReasonRead(Read):
    """A reason that a provider may state for an absence, and the code that follows from it."""

    reason: AbsenceReason
    code: Annotated[str, Field(max_length=2, examples=["I"])]


class ScopeRead(Read):
    scope: Scope
    meaning: ShortText = Field(examples=["Read councils, schools, providers, their sites and identifiers."])


class EventTypeRead(Read):
    type: EventType
    meaning: ShortText = Field(examples=["A council registered a provider."])


class ProblemTypeRead(Read):
    """A kind of problem document; `type` is also the address of a page about it."""

    type: Annotated[str, Field(max_length=200, examples=["/problems/not-found"])]
    status: Annotated[int, Field(ge=400, le=599, examples=[404])]
    title: ShortText = Field(examples=["There is nothing here that you may see"])
    advice: ShortText = Field(examples=["Check the id."])


class FieldErrorCodeRead(Read):
    """A code in `errors` of a problem, or of a rejected row: what is wrong with how something is written."""

    code: Annotated[str, Field(max_length=100, examples=["required"])]
    meaning: ShortText = Field(examples=["The member, parameter or body is missing."])


class PrimaryReasonRead(Read):
    """Rank 1 outranks all others."""

    reason: PrimaryReason
    rank: Annotated[int, Field(ge=1, le=100, examples=[1])]
    census_code: Annotated[str | None, Field(max_length=10, examples=[None])]
