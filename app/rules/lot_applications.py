"""A provider applies for a lot while a window is open; the council evaluates, and awards it or says why not.

Source: Salford and Bolton AP procurement documents, read in the primary source. There are no scores.
"""

from collections.abc import Iterable, Sequence
from datetime import date
from enum import StrEnum

from app.rules.lot_awards import Period
from app.rules.procurement import DeliveryOption
from app.rules.sources import OUR_OWN, SALFORD_AND_BOLTON
from app.rules.state_tables import StateTable, Transition
from app.rules.verdict import Allowed, Refused, Verdict


class ApplicationState(StrEnum):
    SUBMITTED = "submitted"
    UNDER_EVALUATION = "under_evaluation"
    AWARDED = "awarded"
    NOT_AWARDED = "not_awarded"
    WITHDRAWN = "withdrawn"


DECIDED = (ApplicationState.AWARDED, ApplicationState.NOT_AWARDED)
"""From here on the applicant reads its evaluation."""

APPLICATIONS = StateTable(
    "lot application",
    SALFORD_AND_BOLTON,
    (
        Transition(ApplicationState.SUBMITTED, "evaluate", ApplicationState.UNDER_EVALUATION, ("council",)),
        Transition(ApplicationState.UNDER_EVALUATION, "evaluate", ApplicationState.UNDER_EVALUATION, ("council",)),
        Transition(ApplicationState.UNDER_EVALUATION, "award", ApplicationState.AWARDED, ("council",)),
        Transition(ApplicationState.UNDER_EVALUATION, "reject", ApplicationState.NOT_AWARDED, ("council",)),
        Transition(ApplicationState.SUBMITTED, "withdraw", ApplicationState.WITHDRAWN, ("provider",)),
        Transition(ApplicationState.UNDER_EVALUATION, "withdraw", ApplicationState.WITHDRAWN, ("provider",)),
    ),
)


def may_apply(
    windows: Iterable[Period],
    today: date,
    lot_options: Sequence[DeliveryOption],
    offered: Sequence[DeliveryOption],
    *,
    applied: bool,
) -> Verdict:
    """Whether a provider may apply for a lot today; `applied` says that it has, in the window that is open.

    A refusal names the day on which the next window opens. Source: Salford AP procurement documents (refreshed:
    providers join while a window is open), read in the primary source.
    """
    known = sorted(windows, key=lambda each: each.first_day)
    if not any(each.covers(today) for each in known):
        coming = [each.first_day.isoformat() for each in known if each.first_day > today]
        return Refused(
            "no_window_open",
            "The framework takes no applications today.",
            SALFORD_AND_BOLTON,
            {"next_lawful_dates": coming[:1]},
        )
    if lot_options and not set(offered) <= set(lot_options):
        return Refused(
            "delivery_not_in_lot", "An application offers only ways of delivery that the lot has.", SALFORD_AND_BOLTON
        )
    if applied:
        return Refused(
            "already_applied", "The provider has applied for this lot in this window; withdraw that first.", OUR_OWN
        )
    return Allowed()
