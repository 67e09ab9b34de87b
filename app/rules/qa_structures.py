"""Structures of quality assurance that any council may adopt as a framework of its own, and then change.

Each has the areas of the council that it is named for; the criteria are in our own words.
"""

from dataclasses import dataclass
from enum import StrEnum

from app.rules.qa_areas import Area
from app.rules.qa_areas_salford import SALFORD_AREAS
from app.rules.qa_areas_westmorland import WESTMORLAND_SECTIONS
from app.rules.qa_frameworks import DoneBy, MinimumFrequency
from app.rules.sources import BOLTON, SALFORD, WESTMORLAND_AND_FURNESS_QA


class StructureSlug(StrEnum):
    SALFORD_SEVEN_AREAS = "salford_seven_areas"
    WESTMORLAND_AND_FURNESS_SIX_SECTIONS = "westmorland_and_furness_six_sections"


class ActivitySetSlug(StrEnum):
    BOLTON_FIVE = "bolton_five"
    SALFORD_FIVE = "salford_five"


@dataclass(frozen=True, slots=True)
class Structure:
    """Areas, or sections, with their criteria."""

    slug: StructureSlug
    name: str
    source: str
    areas: tuple[Area, ...]


@dataclass(frozen=True, slots=True)
class Activity:
    """A type of activity and how often it is done at least; `slug` is the `activity_type` of a visit."""

    slug: str
    name: str
    minimum_frequency: MinimumFrequency
    done_by: DoneBy


@dataclass(frozen=True, slots=True)
class ActivitySet:
    slug: ActivitySetSlug
    name: str
    source: str
    activity_types: tuple[Activity, ...]


STRUCTURES: tuple[Structure, ...] = (
    Structure(StructureSlug.SALFORD_SEVEN_AREAS, "Salford's seven areas", SALFORD, SALFORD_AREAS),
    Structure(
        StructureSlug.WESTMORLAND_AND_FURNESS_SIX_SECTIONS,
        "Westmorland & Furness' six sections",
        WESTMORLAND_AND_FURNESS_QA,
        WESTMORLAND_SECTIONS,
    ),
)

ACTIVITY_SETS: tuple[ActivitySet, ...] = (
    ActivitySet(
        ActivitySetSlug.BOLTON_FIVE,
        "Bolton's five types of activity",
        BOLTON,
        (
            Activity(
                "contract-monitoring-meeting",
                "QMC-1 contract monitoring meeting",
                MinimumFrequency.ANNUAL,
                DoneBy.VISIT,
            ),
            Activity(
                "quality-and-safety-visit",
                "QMC-2 quality and safety visit",
                MinimumFrequency.AD_HOC,
                DoneBy.VISIT,
            ),
            Activity("self-evaluation", "QMC-4 annual self-evaluation", MinimumFrequency.ANNUAL, DoneBy.RETURN),
            Activity("dashboard-return", "QMC-5 dashboard return", MinimumFrequency.MONTHLY, DoneBy.RETURN),
            Activity("validation-visit", "QMC-9B validation visit", MinimumFrequency.ANNUAL, DoneBy.VISIT),
        ),
    ),
    ActivitySet(
        ActivitySetSlug.SALFORD_FIVE,
        "Salford's types of activity",
        SALFORD,
        (
            Activity("self-assessment", "Annual self-assessment", MinimumFrequency.ANNUAL, DoneBy.RETURN),
            Activity("section-157-return", "Section 157 safeguarding return", MinimumFrequency.ANNUAL, DoneBy.RETURN),
            Activity("health-and-safety-visit", "Health and safety site visit", MinimumFrequency.ANNUAL, DoneBy.VISIT),
            Activity("site-visit", "Site visit that checks the self-assessment", MinimumFrequency.ANNUAL, DoneBy.VISIT),
            Activity("pupil-review", "Termly pupil review", MinimumFrequency.TERMLY, DoneBy.PLACEMENT_REVIEW),
        ),
    ),
)


def structure(slug: StructureSlug) -> Structure:
    """The structure of that name. Source: Waymark's own list, each with the council that it is named for."""
    return next(each for each in STRUCTURES if each.slug is slug)


def activity_set(slug: ActivitySetSlug) -> ActivitySet:
    """The set of activities of that name. Source: Waymark's own list, each with the council that it is named for."""
    return next(each for each in ACTIVITY_SETS if each.slug is slug)
