"""What a council's quality assurance framework is made of, and the life of its editions.

Source: Bolton and Salford AP quality assurance documents, read in the primary source: types of activity, how often
each is done at least, areas and criteria are a council's own.
"""

from enum import StrEnum

from app.rules.sources import OUR_OWN
from app.rules.state_tables import StateTable, Transition
from app.rules.verdict import Allowed, Refused, Verdict


class MinimumFrequency(StrEnum):
    """How often, at least, a council means to do an activity.

    Source: Bolton AP quality assurance documents, read in the primary source; `termly`: Salford AP contract slides.
    """

    MONTHLY = "monthly"
    TERMLY = "termly"
    ANNUAL = "annual"
    AD_HOC = "ad_hoc"


class DoneBy(StrEnum):
    """What fulfils an activity: a visit or meeting of the council's, a return that the provider files, or the reviews
    of its placements. Only a `visit` is planned and counted as one. Source: Waymark's own.
    """

    VISIT = "visit"
    RETURN = "return"
    PLACEMENT_REVIEW = "placement_review"


class FrameworkState(StrEnum):
    CURRENT = "current"
    SUPERSEDED = "superseded"
    RETIRED = "retired"


FRAMEWORKS = StateTable(
    "QA framework",
    OUR_OWN,
    (
        Transition(FrameworkState.CURRENT, "supersede", FrameworkState.SUPERSEDED, ("council",)),
        Transition(FrameworkState.CURRENT, "retire", FrameworkState.RETIRED, ("council",)),
    ),
)
"""An edition never changes, so that a visit is read for ever by what it was made with."""


def may_plan_by(state: FrameworkState) -> Verdict:
    """Whether a visit may still be planned by an edition: by the current one alone. Source: Waymark's own."""
    if state is FrameworkState.CURRENT:
        return Allowed()
    return Refused(
        "framework_not_current",
        f"This edition of the framework is {state.value}; visits that were planned by it keep it.",
        OUR_OWN,
        {"would_be_lawful": ["plan the visit by a framework whose `state` is `current`"]},
    )


def may_adopt(*, adopted: bool) -> Verdict:
    """Whether a council may adopt a structure: where no current framework of its own came of it.

    Source: Waymark's own.
    """
    if adopted:
        return Refused(
            "structure_already_adopted",
            "A current framework of this council came of that structure already.",
            OUR_OWN,
            {"would_be_lawful": ["supersede that framework by a new edition", "retire it first"]},
        )
    return Allowed()
