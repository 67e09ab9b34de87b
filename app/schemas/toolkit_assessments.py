"""Toolkit assessments on the wire: words about all thirteen areas, and no number, grade or order anywhere."""

from typing import Annotated

from pydantic import Field

from app.rules.toolkit import AssessmentState, ToolkitUse
from app.rules.toolkit_areas import ToolkitCategory
from app.schemas.wire import Body, Id, Instant, Name, Read, ShortText, Tagged

Statement = Annotated[str, Field(min_length=1, max_length=2000, pattern=r"\S")]
Statements = Annotated[list[Statement], Field(max_length=20)]
AreaSlug = Annotated[
    str, Field(min_length=1, max_length=60, pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", examples=["pupil-induction"])
]
AreaSlugs = Annotated[list[AreaSlug], Field(max_length=13)]


class ToolkitAssessmentCreate(Body):
    """An assessment of a provider, or of the caller itself. `assessors` are the people who carry it out, in words."""

    provider_id: Id
    use: ToolkitUse = Field(strict=False)
    assessors: ShortText


class AreaWrite(Body):
    """What is said of one area or sub-area; it takes the place of what was said before."""

    strengths: Statements = []
    development_areas: Statements = []
    evidence: Statements = []
    actions: Statements = []
    not_applicable_because: Statement | None = None


class StatedRead(Read):
    """What is said; empty lists where nothing is said yet."""

    area: AreaSlug
    name: Name
    addressed: bool
    strengths: Statements
    development_areas: Statements
    evidence: Statements
    actions: Statements
    not_applicable_because: Statement | None


class AreaAssessedRead(StatedRead):
    """One of the thirteen. It is addressed by what is said of it, or of each of its sub-areas."""

    category: ToolkitCategory
    sub_areas: Annotated[list[StatedRead], Field(max_length=4)]


class ToolkitAssessmentSummary(Read):
    """An assessment in a list: whose, of whom, what for; nothing of what it says."""

    id: Id
    provider_id: Id
    assessor_id: Id
    use: ToolkitUse
    state: AssessmentState
    assessors: ShortText
    completed_at: Instant | None
    changed_at: Instant


class ToolkitAssessmentRead(ToolkitAssessmentSummary, Tagged):
    """An assessment, always with all thirteen areas: none stands alone as a judgement."""

    areas: Annotated[list[AreaAssessedRead], Field(min_length=13, max_length=13)]
    still_to_address: AreaSlugs
