"""Who may assess whom, for each of the toolkit's seven uses.

Source: AP Quality Toolkit (IntegratED, 2022), read in the primary source, for the uses; who begins each is Waymark's
own reading of them.
"""

from enum import StrEnum

from app.rules.lot_applications import ApplicationState
from app.rules.oversight import Oversight, may_oversee
from app.rules.sources import AP_TOOLKIT, OUR_OWN
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
"""Uses whose assessments only the assessor and the assessed read, and whom the one assessed shares them with."""

OPEN_APPLICATIONS = frozenset({ApplicationState.SUBMITTED, ApplicationState.UNDER_EVALUATION})
"""An assessment of readiness for an application is read by the applicant and the council that it applies to."""


def may_begin(use: ToolkitUse, role: AssessorRole, oversight: Oversight, *, applies: bool = False) -> Verdict:
    """Whether an assessor in this role may begin an assessment for this use.

    A council assesses the providers it oversees, and one that `applies` for a lot of it: for that application alone.
    Source: Waymark's own reading of the toolkit's uses.
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
    return may_oversee(oversight) if role is AssessorRole.COUNCIL and not applies else Allowed()


def may_assess_application(use: ToolkitUse, state: ApplicationState) -> Verdict:
    """Whether an assessment may be begun for an application for a lot: one of readiness, before the decision.

    Source: AP Quality Toolkit (readiness of a prospective provider), read in the primary source; the link to the
    application is Waymark's own.
    """
    if use is not ToolkitUse.READINESS_OF_PROSPECTIVE_PROVIDER:
        return Refused(
            "application_for_readiness_only",
            "An assessment for an application is one of the readiness of a prospective provider.",
            AP_TOOLKIT,
        )
    if state not in OPEN_APPLICATIONS:
        return Refused(
            "application_not_open",
            "The application is decided or withdrawn; readiness is assessed before.",
            OUR_OWN,
            {"state": state.value},
        )
    return Allowed()
