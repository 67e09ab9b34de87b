"""The AP Quality Toolkit: when an assessment is complete. It judges nothing.

Source: AP Quality Toolkit (IntegratED, 2022), read in the primary source. Its authors rejected performance
measures and league tables: there is no number, average or ranking here, and no area stands alone as a
judgement.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from app.rules.sources import AP_TOOLKIT, OUR_OWN
from app.rules.state_tables import StateTable, Transition
from app.rules.toolkit_areas import AREAS, MAY_NOT_APPLY
from app.rules.verdict import Allowed, Refused, Verdict

_AREAS_BY_SLUG = {area.slug: area for area in AREAS}
_SUB_AREAS = {sub_area.slug for area in AREAS for sub_area in area.sub_areas}
ASSESSED = (*_AREAS_BY_SLUG, *(sub_area.slug for area in AREAS for sub_area in area.sub_areas))
"""The slugs of every area and sub-area."""


class AssessmentState(StrEnum):
    DRAFT = "draft"
    COMPLETE = "complete"


class ToolkitUse(StrEnum):
    """The seven uses of the toolkit."""

    SELF_EVALUATION = "self_evaluation"
    COUNCIL_QUALITY_ASSURANCE = "council_quality_assurance"
    SUITABILITY_AT_COMMISSIONING = "suitability_at_commissioning"
    PRACTICE_ACROSS_LOCALITY = "practice_across_locality"
    READINESS_OF_PROSPECTIVE_PROVIDER = "readiness_of_prospective_provider"
    PEER_REVIEW = "peer_review"
    IN_SCHOOL_PROVISION = "in_school_provision"


ASSESSMENTS = StateTable(
    "toolkit assessment",
    AP_TOOLKIT,
    (
        Transition(AssessmentState.DRAFT, "change", AssessmentState.DRAFT, ("assessor",)),
        Transition(AssessmentState.DRAFT, "address_area", AssessmentState.DRAFT, ("assessor",)),
        Transition(AssessmentState.DRAFT, "complete", AssessmentState.COMPLETE, ("assessor",)),
    ),
)
"""An assessment that is complete stays as it was; a later view is a later assessment, side by side with it."""


@dataclass(frozen=True, slots=True)
class AreaEntry:
    """What an assessment records under an area or sub-area, named by its slug."""

    area: str
    strengths: Sequence[str] = ()
    development_areas: Sequence[str] = ()
    evidence: Sequence[str] = ()
    actions: Sequence[str] = ()
    not_applicable_because: str | None = None

    @property
    def is_addressed(self) -> bool:
        """Something is said: a strength, something to develop, or why the area does not apply."""
        return _says_something(*self.strengths, *self.development_areas, self.not_applicable_because or "")


def check_entry(entry: AreaEntry) -> Verdict:
    """Whether an entry may stand: a known area, and not applicable only where the toolkit foresees it.

    Source: AP Quality Toolkit (area 13 may not apply to settings without year 11), read in the primary
    source; that it needs a reason and then says nothing else is Waymark's own.
    """
    if entry.area not in _AREAS_BY_SLUG and entry.area not in _SUB_AREAS:
        return Refused("unknown_area", "The toolkit has no such area.", AP_TOOLKIT, {"areas": list(_AREAS_BY_SLUG)})
    if entry.not_applicable_because is None:
        return Allowed()
    if entry.area != MAY_NOT_APPLY:
        return Refused(
            "area_always_applies",
            "Every setting addresses this area; only post-16 destinations may not apply.",
            AP_TOOLKIT,
            {"may_not_apply": [MAY_NOT_APPLY]},
        )
    if not _says_something(entry.not_applicable_because):
        return Refused("not_applicable_without_reason", "Say why the area does not apply.", OUR_OWN)
    if _says_something(*entry.strengths, *entry.development_areas):
        return Refused("not_applicable_yet_assessed", "An area that does not apply is not assessed.", OUR_OWN)
    return Allowed()


def still_to_address(entries: Iterable[AreaEntry]) -> list[str]:
    """The slugs of the areas, of all thirteen, that are not addressed yet, in the toolkit's order.

    An area with sub-areas is addressed when each of them is; what is said of it as a whole comes beside that.
    Source: AP Quality Toolkit, read in the primary source.
    """
    addressed = {entry.area for entry in entries if entry.is_addressed}
    return [area.slug for area in AREAS if not area.is_covered_by(addressed)]


def sub_areas_still_to_address(entries: Iterable[AreaEntry]) -> list[str]:
    """The slugs of the sub-areas about which nothing is said yet, in the toolkit's order.

    Source: AP Quality Toolkit, read in the primary source.
    """
    addressed = {entry.area for entry in entries if entry.is_addressed}
    return [each.slug for area in AREAS for each in area.sub_areas if each.slug not in addressed]


def is_complete(entries: Iterable[AreaEntry]) -> Verdict:
    """Whether every area is addressed, by an entry of its own or one for each of its sub-areas where it has some.

    A refusal names the areas `still_to_address` and the `sub_areas_still_to_address`. Source: AP Quality Toolkit,
    read in the primary source.
    """
    entries = tuple(entries)
    for entry in entries:
        verdict = check_entry(entry)
        if not verdict:
            return verdict
    missing = still_to_address(entries)
    if missing:
        return Refused(
            "areas_still_to_address",
            "An assessment is complete only when every area is addressed, each with all of its sub-areas.",
            AP_TOOLKIT,
            {"still_to_address": missing, "sub_areas_still_to_address": sub_areas_still_to_address(entries)},
        )
    return Allowed()


def _says_something(*texts: str) -> bool:
    return any(text.strip() for text in texts)
