"""Applications for lots on the wire."""

from typing import Annotated

from pydantic import Field

from app.rules.lot_applications import ApplicationState
from app.schemas.frameworks import DeliveryOptions
from app.schemas.lot_awards import Places
from app.schemas.wire import Body, Day, Id, Instant, LongText, Name, Read, ShortText, Tagged


class LotApply(Body):
    """The calling provider applies, in the window that is open today. No `delivery_options`: all that the lot has."""

    lot_id: Id
    delivery_options: DeliveryOptions = []
    capacity: Places | None = None
    statement: LongText = Field(examples=["We teach vehicle maintenance to level 1 in groups of four."])


class CriterionNoteWrite(Body):
    """What was found on one of the council's criteria, in words."""

    criterion: ShortText = Field(examples=["Safeguarding"])
    note: LongText = Field(examples=["Policies seen; two references were missing and have been sent since."])


Evaluators = Annotated[list[Name], Field(min_length=1, max_length=20, examples=[["A. Officer", "B. Head"]])]
CriterionNotes = Annotated[list[CriterionNoteWrite], Field(max_length=100)]


class EvaluationWrite(Body):
    """The evaluation as it stands; what was recorded before and is not here is gone. There are no scores."""

    evaluators: Evaluators
    summary: LongText
    notes: CriterionNotes = []


class ApplicationAward(Body):
    """The period of the award. Delivery and capacity are those of the application."""

    starts_on: Day
    ends_on: Day
    reason: LongText | None = None


class ApplicationReject(Body):
    """Why the provider is not awarded the lot. It reads this, and the evaluation."""

    reason: LongText = Field(examples=["The site has no fire risk assessment; apply again in the next window."])


class CriterionNoteRead(Read):
    criterion: ShortText
    note: LongText


class EvaluationRead(Read):
    evaluators: Evaluators
    summary: LongText
    notes: Annotated[list[CriterionNoteRead], Field(max_length=100)]
    recorded_at: Instant


class ApplicationSummary(Read):
    """An application in a list: what is offered, and how far it is."""

    id: Id
    lot_id: Id
    framework_id: Id
    window_id: Id
    council_id: Id
    provider_id: Id
    state: ApplicationState
    delivery_options: DeliveryOptions
    capacity: Places | None
    lot_award_id: Id | None
    decided_at: Instant | None
    created_at: Instant
    changed_at: Instant


class ApplicationRead(ApplicationSummary, Tagged):
    """An application. The applicant reads `evaluation` once it is decided; before, it is null.

    `readiness_assessments` are the toolkit assessments made for it that the caller reads, the earliest first.
    """

    statement: LongText
    evaluation: EvaluationRead | None
    decided_because: LongText | None
    readiness_assessments: Annotated[list[Id], Field(max_length=50)]
