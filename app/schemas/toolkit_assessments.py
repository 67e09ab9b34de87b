"""Toolkit assessments on the wire: words about all thirteen areas, and no number, grade or order anywhere."""

from typing import Annotated

from pydantic import Field

from app.rules.toolkit import AssessmentState, ToolkitUse
from app.rules.toolkit_areas import ToolkitCategory
from app.rules.toolkit_evidence import EvidenceKind
from app.rules.toolkit_uses import AssessorRole
from app.schemas.wire import Body, Day, Id, Instant, Name, Read, ShortText, Tagged, left_out

Statement = Annotated[str, Field(min_length=1, max_length=2000, pattern=r"\S", examples=["Staff know every pupil."])]
Statements = Annotated[list[Statement], Field(max_length=20)]
AreaSlug = Annotated[
    str, Field(min_length=1, max_length=60, pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", examples=["pupil-induction"])
]
AreaSlugs = Annotated[list[AreaSlug], Field(max_length=13)]


class AssessorWrite(Body):
    """A person who carries the assessment out. `role` is what the person is, in words."""

    name: Name = Field(examples=["A. Officer"])
    role: ShortText = Field(examples=["Quality officer"])


class EvidenceSourceWrite(Body):
    """A source of evidence. `found_at` says where somebody else would find it; never a child's name."""

    kind: EvidenceKind = Field(strict=False)
    title: ShortText = Field(examples=["Induction plan of this autumn"])
    seen_on: Day | None = None
    found_at: ShortText | None = Field(default=None, examples=["Staff handbook, part 3"])
    note: Statement | None = None


class PlannedActionWrite(Body):
    """What is to be done, by whom and by which day. Completing the assessment hands it on to an action plan."""

    text: Statement = Field(examples=["Have every pupil choose a key worker in the first week."])
    owner: Name = Field(examples=["Head of centre"])
    due_on: Day


NamedAssessors = Annotated[list[AssessorWrite], Field(max_length=20)]
SourcesWrite = Annotated[list[EvidenceSourceWrite], Field(max_length=20)]
PlannedActionsWrite = Annotated[list[PlannedActionWrite], Field(max_length=20)]


class ToolkitAssessmentCreate(Body):
    """An assessment of a provider, or of the caller itself. `assessors` are the people who carry it out, in words.

    `question_set_id` says by which council's current questions it is written; without one, by Waymark's own prompts.
    `lot_application_id` links one of readiness to the provider's application: the applicant and the council whose lot
    it is read it, and no other council.
    """

    provider_id: Id
    use: ToolkitUse = Field(strict=False)
    assessors: ShortText = Field(examples=["The head of centre and a governor"])
    named_assessors: NamedAssessors = []
    question_set_id: Id | None = Field(default=None, examples=[None])
    lot_application_id: Id | None = Field(default=None, examples=[None])


class ToolkitAssessmentUpdate(Body):
    """Who carries the assessment out. A member left out stays as it is."""

    assessors: ShortText = Field(default_factory=left_out, examples=["The head of centre and a governor"])
    named_assessors: NamedAssessors = Field(default_factory=left_out)


class AreaWrite(Body):
    """What is said of one area or sub-area; it takes the place of what was said before.

    `evidence` and `actions` are words alone; `sources` and `planned_actions` say more of the same.
    """

    strengths: Statements = Field(default=[], examples=[["Every pupil has a key worker from the first day."]])
    development_areas: Statements = Field(default=[], examples=[["Families are met in the second week, not before."]])
    evidence: Statements = []
    sources: SourcesWrite = []
    actions: Statements = []
    planned_actions: PlannedActionsWrite = []
    not_applicable_because: Statement | None = Field(default=None, examples=[None])


class AssessorRead(Read):
    name: Name
    role: ShortText


class EvidenceSourceRead(Read):
    kind: EvidenceKind
    title: ShortText
    seen_on: Day | None
    found_at: ShortText | None
    note: Statement | None


class PlannedActionRead(Read):
    text: Statement
    owner: Name
    due_on: Day


class StatedRead(Read):
    """What is said; empty lists where nothing is said yet."""

    area: AreaSlug
    name: Name
    addressed: bool
    strengths: Statements
    development_areas: Statements
    evidence: Statements
    sources: Annotated[list[EvidenceSourceRead], Field(max_length=20)]
    actions: Statements
    planned_actions: Annotated[list[PlannedActionRead], Field(max_length=20)]
    not_applicable_because: Statement | None


class AreaAssessedRead(StatedRead):
    """One of the thirteen. It is addressed by what is said of it; where it has sub-areas, of each of them."""

    category: ToolkitCategory
    sub_areas: Annotated[list[StatedRead], Field(max_length=4)]


class ToolkitAssessmentSummary(Read):
    """An assessment in a list: whose, of whom, what for; nothing of what it says.

    `assessor_role` is what the assessor is to the one assessed.
    """

    id: Id
    provider_id: Id
    assessor_id: Id
    assessor_role: AssessorRole
    use: ToolkitUse
    state: AssessmentState
    assessors: ShortText = Field(examples=["The head of centre and a governor"])
    named_assessors: Annotated[list[AssessorRead], Field(max_length=20)]
    question_set_id: Id | None
    lot_application_id: Id | None
    completed_at: Instant | None
    changed_at: Instant


class ToolkitAssessmentRead(ToolkitAssessmentSummary, Tagged):
    """An assessment, always with all thirteen areas: none stands alone as a judgement."""

    areas: Annotated[list[AreaAssessedRead], Field(min_length=13, max_length=13)]
    still_to_address: AreaSlugs
    sub_areas_still_to_address: AreaSlugs
