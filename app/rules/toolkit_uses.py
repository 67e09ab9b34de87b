"""Who may assess whom, for each of the toolkit's seven uses.

Source: AP Quality Toolkit (IntegratED, 2022), read in the primary source, for the uses; who begins each is Waymark's
own reading of them.
"""

from enum import StrEnum

from app.rules.oversight import Oversight, may_oversee
from app.rules.sources import OUR_OWN
from app.rules.toolkit import ToolkitUse
from app.rules.verdict import Allowed, Refused, Verdict


class AssessorRole(StrEnum):
    """What the organisation that assesses is to the one assessed."""

    ITSELF = "itself"
    COUNCIL = "council"
    SCHOOL = "school"
    PEER_PROVIDER = "peer_provider"
    SCHOOL_ITSELF = "school_itself"


BEGUN_BY: dict[ToolkitUse, frozenset[AssessorRole]] = {
    ToolkitUse.SELF_EVALUATION: frozenset({AssessorRole.ITSELF}),
    ToolkitUse.COUNCIL_QUALITY_ASSURANCE: frozenset({AssessorRole.COUNCIL}),
    ToolkitUse.SUITABILITY_AT_COMMISSIONING: frozenset({AssessorRole.COUNCIL, AssessorRole.SCHOOL}),
    ToolkitUse.PRACTICE_ACROSS_LOCALITY: frozenset({AssessorRole.COUNCIL}),
    ToolkitUse.READINESS_OF_PROSPECTIVE_PROVIDER: frozenset({AssessorRole.COUNCIL, AssessorRole.ITSELF}),
    ToolkitUse.PEER_REVIEW: frozenset({AssessorRole.PEER_PROVIDER}),
    ToolkitUse.IN_SCHOOL_PROVISION: frozenset({AssessorRole.SCHOOL_ITSELF}),
}

BETWEEN_THE_TWO = frozenset({ToolkitUse.PEER_REVIEW, ToolkitUse.IN_SCHOOL_PROVISION})
"""Uses whose assessments only the assessor and the assessed ever read."""


def may_begin(use: ToolkitUse, role: AssessorRole, oversight: Oversight) -> Verdict:
    """Whether an assessor in this role may begin an assessment for this use.

    A council assesses the providers it oversees. Source: Waymark's own reading of the toolkit's uses.
    """
    if role not in BEGUN_BY[use]:
        return Refused(
            "use_not_for_assessor",
            f"An assessment for {use.replace('_', ' ')} is begun by others.",
            OUR_OWN,
            {
                "may_be_begun_by": sorted(BEGUN_BY[use]),
                "your_uses": [each.value for each, roles in BEGUN_BY.items() if role in roles],
            },
        )
    return may_oversee(oversight) if role is AssessorRole.COUNCIL else Allowed()
