"""QA visits on the wire."""

from typing import Annotated

from pydantic import Field

from app.rules.qa_visits import VisitState
from app.schemas.qa_frameworks import ActivitySlug, Slug
from app.schemas.wire import Body, Day, Id, Instant, LongText, Name, Read, Tagged

Officers = Annotated[list[Name], Field(max_length=10, examples=[["A. Officer"]])]
Reason = Annotated[str, Field(min_length=1, max_length=2000, pattern=r"\S", examples=["The site is closed"])]
ReportText = Annotated[str, Field(min_length=1, max_length=50_000, pattern=r"\S")]


class QaVisitCreate(Body):
    """A visit that a council plans, on one of its frameworks. `activity_type` is one of that framework's.

    The calling council leads it; `partner_ids` are councils that are invited to make it too.
    """

    provider_id: Id
    framework_id: Id
    activity_type: ActivitySlug
    planned_on: Day
    officers: Officers = []
    partner_ids: Annotated[list[Id], Field(max_length=10, examples=[[]])] = []


class QaVisitReschedule(Body):
    """The new day, and why the visit moves: the provider and every council that takes part read the reason."""

    planned_on: Day
    reason: Reason


class OfficersWrite(Body):
    """The calling council's officers who make the visit; those named before are replaced."""

    officers: Annotated[list[Name], Field(min_length=1, max_length=10, examples=[["A. Officer"]])]


class QaVisitCancel(Body):
    reason: Reason


class FindingWrite(Body):
    """Whether evidence of a criterion was seen, with notes. There is no grade."""

    criterion: Slug
    evidence_seen: bool
    notes: LongText | None = Field(default=None, examples=["Complete on the day."])


class FindingsWrite(Body):
    """Everything the visit found so far; what was recorded before and is not here is gone."""

    findings: Annotated[list[FindingWrite], Field(max_length=500)]


class QaVisitCarryOut(Body):
    carried_out_on: Day


class QaVisitReport(Body):
    text: ReportText = Field(
        examples=["A calm place; the new workshop needs its risk assessment before pupils use it."]
    )


class QaVisitDiscuss(Body):
    """The day on which the report was discussed with the provider, and with whom there."""

    discussed_on: Day
    discussed_with: Annotated[list[Name], Field(min_length=1, max_length=10, examples=[["The head"]])]
    note: LongText | None = Field(default=None, examples=["The manager will send the assessment by Friday."])


class QaVisitPublish(Body):
    """Why a report is published that was neither discussed with the provider nor answered by it."""

    without_discussion_because: Reason | None = Field(
        default=None, examples=["The provider closed before the report could be discussed"]
    )


class ProviderResponseWrite(Body):
    text: LongText = Field(examples=["The risk assessment was written the week after, and staff have read it."])


class FindingRead(Read):
    criterion: Slug
    evidence_seen: bool
    notes: LongText | None


class ReschedulingRead(Read):
    """A move of the visit from one day to another."""

    from_on: Day
    to_on: Day
    reason: Reason
    at: Instant


class VisitingCouncilRead(Read):
    """A council that takes part, with its officers. Its schools read the visit from `published_at` on."""

    council_id: Id
    leads: bool
    officers: Officers
    joined_at: Instant | None = Field(description="Null for the council that leads.")
    published_at: Instant | None


class QaVisitSummary(Read):
    """A visit in a list: its plan and how far it is.

    `council_id` leads it, with its `officers`. `overdue`: its day is over, and nobody has said that it took place.
    `published_at` is when schools could first read it.
    """

    id: Id
    council_id: Id
    provider_id: Id
    framework_id: Id
    activity_type: ActivitySlug
    state: VisitState
    planned_on: Day
    overdue: bool
    carried_out_on: Day | None
    officers: Officers
    published_at: Instant | None
    changed_at: Instant


class QaVisitRead(QaVisitSummary, Tagged):
    """A visit. The provider reads `findings` and `report` once the visit is reported; before, they are empty.

    `councils` are all that take part, the one that leads first; a school finds its own and the one that leads.
    """

    councils: Annotated[list[VisitingCouncilRead], Field(max_length=100)]
    rescheduled: Annotated[list[ReschedulingRead], Field(max_length=50)]
    cancelled_because: Reason | None
    findings: Annotated[list[FindingRead], Field(max_length=500)]
    report: ReportText | None
    discussed_on: Day | None
    discussed_with: Annotated[list[Name], Field(max_length=10)]
    discussion_note: LongText | None
    provider_response: LongText | None
    undiscussed_because: Reason | None = Field(
        description="Why it was published without having been discussed with the provider or answered by it."
    )
