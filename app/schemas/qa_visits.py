"""QA visits on the wire."""

from typing import Annotated

from pydantic import Field

from app.rules.qa import VisitState
from app.schemas.qa_frameworks import ActivitySlug, Slug
from app.schemas.wire import Body, Day, Id, Instant, LongText, Name, Read, Tagged

Officers = Annotated[list[Name], Field(max_length=10, examples=[["A. Officer"]])]
ReportText = Annotated[str, Field(min_length=1, max_length=50_000, pattern=r"\S")]


class QaVisitCreate(Body):
    """A visit that a council plans, on one of its frameworks. `activity_type` is one of that framework's."""

    provider_id: Id
    framework_id: Id
    activity_type: ActivitySlug
    planned_on: Day
    officers: Officers = []


class FindingWrite(Body):
    """Whether evidence of a criterion was seen, with notes. There is no grade."""

    criterion: Slug
    evidence_seen: bool
    notes: LongText | None = None


class FindingsWrite(Body):
    """Everything the visit found so far; what was recorded before and is not here is gone."""

    findings: Annotated[list[FindingWrite], Field(max_length=500)]


class QaVisitCarryOut(Body):
    carried_out_on: Day


class QaVisitReport(Body):
    text: ReportText


class ProviderResponseWrite(Body):
    text: LongText


class FindingRead(Read):
    criterion: Slug
    evidence_seen: bool
    notes: LongText | None


class QaVisitSummary(Read):
    """A visit in a list: its plan and how far it is."""

    id: Id
    council_id: Id
    provider_id: Id
    framework_id: Id
    activity_type: ActivitySlug
    state: VisitState
    planned_on: Day
    carried_out_on: Day | None
    officers: Officers
    published_at: Instant | None
    changed_at: Instant


class QaVisitRead(QaVisitSummary, Tagged):
    """A visit. The provider reads `findings` and `report` once the visit is reported; before, they are empty."""

    findings: Annotated[list[FindingRead], Field(max_length=500)]
    report: ReportText | None
    provider_response: LongText | None
