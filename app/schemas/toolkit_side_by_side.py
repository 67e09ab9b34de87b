"""Assessments of one organisation side by side: all thirteen areas of each, in the order of time and no other."""

from typing import Annotated

from pydantic import Field

from app.rules.toolkit_areas import ToolkitCategory
from app.schemas.toolkit_assessments import (
    AreaSlug,
    EvidenceSourceRead,
    PlannedActionRead,
    Statement,
    Statements,
    ToolkitAssessmentSummary,
)
from app.schemas.wire import Id, Name, Read

MOST = 10


class SaidSideRead(Read):
    """What one of the assessments says here; empty lists where it says nothing."""

    assessment_id: Id
    strengths: Statements
    development_areas: Statements
    evidence: Statements
    sources: Annotated[list[EvidenceSourceRead], Field(max_length=20)]
    actions: Statements
    planned_actions: Annotated[list[PlannedActionRead], Field(max_length=20)]
    not_applicable_because: Statement | None


Sides = Annotated[list[SaidSideRead], Field(max_length=MOST)]


class SubAreaSideBySideRead(Read):
    area: AreaSlug
    name: Name
    said: Sides


class AreaSideBySideRead(Read):
    """One of the thirteen, as each of the assessments saw it, in the order of `assessments`."""

    area: AreaSlug
    name: Name
    category: ToolkitCategory
    said: Sides
    sub_areas: Annotated[list[SubAreaSideBySideRead], Field(max_length=4)]


class ToolkitSideBySideRead(Read):
    """The complete assessments that the caller reads, the earliest first, and what each says of every area.

    `next_cursor` leads to later ones; null where there are none.
    """

    provider_id: Id
    assessments: Annotated[list[ToolkitAssessmentSummary], Field(max_length=MOST)]
    areas: Annotated[list[AreaSideBySideRead], Field(min_length=13, max_length=13)]
    next_cursor: Annotated[str | None, Field(max_length=600)]
