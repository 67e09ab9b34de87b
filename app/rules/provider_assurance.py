"""Insurance certificates and safeguarding confirmations of a provider: what they are today, and what they stop.

Source: Salford QA areas (insurance, safeguarding), read in the primary source. That a provider confirms its
safeguarding checks in writing, renews that, and again when staff change, is KCSIE from memory: which framework requires
it is the council's data, and a change of staff marks the confirmation but refuses nothing.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from app.rules.sources import OUR_OWN, SALFORD
from app.rules.state_tables import StateTable, Transition
from app.rules.verdict import Allowed, Refused, Verdict

DAYS_AHEAD = 30
"""So many days before something of a provider's lapses, it and the councils are told. Waymark's own number."""


class InsuranceKind(StrEnum):
    PUBLIC_LIABILITY = "public_liability"
    EMPLOYERS_LIABILITY = "employers_liability"
    PROFESSIONAL_INDEMNITY = "professional_indemnity"
    OTHER = "other"


class AssuranceState(StrEnum):
    """What a certificate or confirmation is on a day; it follows from its days and from later ones."""

    UPCOMING = "upcoming"
    CURRENT = "current"
    EXPIRING = "expiring"
    LAPSED = "lapsed"
    SUPERSEDED = "superseded"
    WITHDRAWN = "withdrawn"


INSURANCE_CERTIFICATES = StateTable(
    "insurance certificate",
    OUR_OWN,
    (
        Transition(AssuranceState.UPCOMING, "begin", AssuranceState.CURRENT, ("clock",)),
        Transition(AssuranceState.UPCOMING, "withdraw", AssuranceState.WITHDRAWN, ("provider",)),
        Transition(AssuranceState.CURRENT, "come_near", AssuranceState.EXPIRING, ("clock",)),
        Transition(AssuranceState.CURRENT, "withdraw", AssuranceState.WITHDRAWN, ("provider",)),
        Transition(AssuranceState.EXPIRING, "lapse", AssuranceState.LAPSED, ("clock",)),
        Transition(AssuranceState.EXPIRING, "withdraw", AssuranceState.WITHDRAWN, ("provider",)),
    ),
)
"""One that runs longer supersedes another of its kind from its first day on."""


@dataclass(frozen=True, slots=True)
class Cover:
    """The days, first and last included, that a certificate of a kind or a confirmation (no kind) is good for."""

    kind: InsuranceKind | None
    first_day: date
    last_day: date


def assurance_state(
    first_day: date, last_day: date, today: date, *, superseded: bool = False, withdrawn: bool = False
) -> AssuranceState:
    """What a certificate or confirmation is today; expiring in its last `DAYS_AHEAD` days. Source: Waymark's own."""
    if withdrawn:
        return AssuranceState.WITHDRAWN
    if superseded:
        return AssuranceState.SUPERSEDED
    if today < first_day:
        return AssuranceState.UPCOMING
    if today > last_day:
        return AssuranceState.LAPSED
    return AssuranceState.EXPIRING if today >= last_day - timedelta(days=DAYS_AHEAD) else AssuranceState.CURRENT


def may_give_insurance(expires_on: date, today: date) -> Verdict:
    """Whether a certificate may be given still. Source: Waymark's own, so that nothing is insured afterwards."""
    if expires_on < today:
        return Refused("insurance_already_over", f"The insurance ran out on {expires_on}.", OUR_OWN)
    return Allowed()


def may_confirm_safeguarding(confirmed_on: date, valid_until: date, today: date) -> Verdict:
    """Whether a confirmation may be given: of checks that have been made, and that is still good.

    Source: Waymark's own; that it is given in writing, KCSIE from memory.
    """
    if confirmed_on > today:
        return Refused("confirmation_in_future", "Checks are confirmed once they have been made.", OUR_OWN)
    if valid_until < today:
        return Refused("confirmation_already_over", f"The confirmation was good until {valid_until}.", OUR_OWN)
    return Allowed()


def may_report_staff_change(state: AssuranceState, confirmed_on: date, changed_on: date, today: date) -> Verdict:
    """Whether a change of staff marks this confirmation: the newest, and a change since that has taken place.

    Source: Waymark's own; that staff changes call for another confirmation, KCSIE from memory.
    """
    if state is AssuranceState.SUPERSEDED:
        return Refused("confirmation_superseded", "A later confirmation stands in its place.", OUR_OWN)
    if not confirmed_on <= changed_on <= today:
        return Refused(
            "staff_change_outside_confirmation",
            f"The change lies between {confirmed_on}, when the checks were confirmed, and today.",
            OUR_OWN,
        )
    return Allowed()


def is_assured(
    covers: Sequence[Cover], days: Iterable[date], *, insurance_required: bool, confirmation_required: bool
) -> Verdict:
    """Whether nothing of the provider's has lapsed, and nothing that the framework requires is missing, on `days`.

    A provider that has given a certificate of a named kind keeps insured in that kind, whoever asks and under whatever
    framework; `other` kinds come and go. Of confirmations `covers` holds the newest. Source: Salford QA areas
    (insurance, safeguarding), read in the primary source; what is required is the council's data.
    """
    for day in sorted(set(days)):
        for kind in InsuranceKind:
            verdict = _insured(kind, [each for each in covers if each.kind is kind], day)
            if not verdict:
                return verdict
        named = [each for each in covers if each.kind not in (None, InsuranceKind.OTHER) and each.first_day <= day]
        if insurance_required and not named:
            return Refused(
                "insurance_missing",
                f"The framework requires insurance, and the provider has given no certificate for {day}.",
                SALFORD,
                {"would_be_lawful": ["propose it once the provider has given an insurance certificate"]},
            )
        verdict = _confirmed([each for each in covers if each.kind is None], day, required=confirmation_required)
        if not verdict:
            return verdict
    return Allowed()


def _insured(kind: InsuranceKind, covers: Sequence[Cover], day: date) -> Verdict:
    begun = [each.last_day for each in covers if each.first_day <= day]
    if kind is InsuranceKind.OTHER or not begun or max(begun) >= day:
        return Allowed()
    return Refused(
        "insurance_lapsed",
        f"The provider's {kind.value.replace('_', ' ')} insurance holds until {max(begun)} only.",
        SALFORD,
        {"would_be_lawful": ["propose it once the provider has given a certificate that covers the first day"]},
    )


def _confirmed(covers: Sequence[Cover], day: date, *, required: bool) -> Verdict:
    if not covers:
        return (
            Refused(
                "safeguarding_confirmation_missing",
                "The framework requires a safeguarding confirmation, and the provider has given none.",
                SALFORD,
                {"would_be_lawful": ["propose it once the provider has confirmed its safeguarding checks"]},
            )
            if required
            else Allowed()
        )
    last_day = max(each.last_day for each in covers)
    if last_day >= day:
        return Allowed()
    return Refused(
        "safeguarding_confirmation_lapsed",
        f"The provider's safeguarding confirmation holds until {last_day} only.",
        SALFORD,
        {"would_be_lawful": ["propose it once the provider has renewed its safeguarding confirmation"]},
    )
