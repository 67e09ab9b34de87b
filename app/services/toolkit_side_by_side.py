"""Assessments of one organisation beside each other. Nothing is compared, counted or put in an order but time's."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from app.access.caller import Caller
from app.models.toolkit import ToolkitAssessment
from app.queries.toolkit_assessments import visible_entries
from app.rules.toolkit_areas import AREAS, SubArea, ToolkitArea
from app.services.toolkit_shown import said_in


async def areas_side_by_side(
    caller: Caller, session: AsyncSession, assessments: Sequence[ToolkitAssessment]
) -> list[dict[str, Any]]:
    """All thirteen areas, each with what every one of the assessments says of it, in their order."""
    entries = await visible_entries(caller, session, [each.id for each in assessments])
    known = {(each.assessment_id, each.area): each for each in entries}

    def sides(area: ToolkitArea | SubArea) -> dict[str, Any]:
        said = [{"assessment_id": each.id, **said_in(known.get((each.id, area.slug)))} for each in assessments]
        return {"area": area.slug, "name": area.name, "said": said}

    return [
        {**sides(area), "category": area.category, "sub_areas": [sides(each) for each in area.sub_areas]}
        for area in AREAS
    ]
