"""What an assessment shows: all thirteen areas in the toolkit's order, whatever was said of them."""

from collections.abc import Iterable, Mapping
from typing import Any

from app.models.toolkit import ToolkitAssessment, ToolkitEntry
from app.rules.toolkit import AssessmentState, still_to_address, sub_areas_still_to_address
from app.rules.toolkit_areas import AREAS, SubArea, ToolkitArea
from app.schemas.toolkit_assessments import AreaWrite
from app.services.toolkit_assessments import as_stated

_SAID = tuple(AreaWrite.model_fields)


def areas_shown(assessment: ToolkitAssessment, entries: Iterable[ToolkitEntry]) -> dict[str, Any]:
    """The areas, and what is still to address; nothing is in an assessment that is complete."""
    said = {entry.area: entry for entry in entries}
    rules_know = [as_stated(entry) for entry in said.values()]
    complete = assessment.state is AssessmentState.COMPLETE
    missing = [] if complete else still_to_address(rules_know)
    return {
        "areas": [
            {
                **stated(area, said),
                "addressed": area.slug not in missing,
                "category": area.category,
                "sub_areas": [stated(each, said) for each in area.sub_areas],
            }
            for area in AREAS
        ],
        "still_to_address": missing,
        "sub_areas_still_to_address": [] if complete else sub_areas_still_to_address(rules_know),
    }


def stated(area: ToolkitArea | SubArea, said: Mapping[str, ToolkitEntry]) -> dict[str, Any]:
    """What is said of one area or sub-area; empty lists where nothing is."""
    entry = said.get(area.slug)
    addressed = entry is not None and as_stated(entry).is_addressed
    return {"area": area.slug, "name": area.name, "addressed": addressed, **said_in(entry)}


def said_in(entry: ToolkitEntry | None) -> dict[str, Any]:
    """What an entry says; empty lists where there is none."""
    if entry is None:
        return {member: [] for member in _SAID} | {"not_applicable_because": None}
    return {member: getattr(entry, member) for member in _SAID}
