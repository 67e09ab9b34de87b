"""Sharing a complete assessment with one more organisation, and taking that back.

Source: AP Quality Toolkit (IntegratED, 2022), read in the primary source: an assessment serves the one assessed, and is
no public measure. Who shares it with whom is Waymark's own.
"""

from enum import StrEnum
from uuid import UUID

from app.rules.sources import OUR_OWN
from app.rules.state_tables import StateTable, Transition
from app.rules.toolkit import AssessmentState
from app.rules.verdict import Allowed, Refused, Verdict


class ShareState(StrEnum):
    STANDING = "standing"
    RETRACTED = "retracted"


SHARES = StateTable(
    "share of an assessment",
    OUR_OWN,
    (Transition(ShareState.STANDING, "retract", ShareState.RETRACTED, ("assessed",)),),
)
"""The organisation that it was shared with reads the assessment while the share stands, and not a moment longer."""


def may_share(*, by: UUID, assessed: UUID, state: AssessmentState, standing: bool) -> Verdict:
    """Whether an assessment may be shared: one that is complete, by the one assessed, once with each.

    Source: Waymark's own.
    """
    if by != assessed:
        return Refused(
            "share_by_the_one_assessed",
            "Only the organisation that an assessment is about shares it with others.",
            OUR_OWN,
            {"may_be_done_by": ["assessed"]},
        )
    if state is not AssessmentState.COMPLETE:
        return Refused("share_when_complete", "An assessment is shared once it is complete.", OUR_OWN)
    if standing:
        return Refused("share_stands", "The assessment is shared with this organisation already.", OUR_OWN)
    return Allowed()
