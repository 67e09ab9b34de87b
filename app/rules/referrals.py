"""The life of a referral and of the offers made in it.

Source: Gloucestershire AP referral process, read in the primary source: one process across the county, requested by
a school or the council, accepted or declined by the provider with a reason, its status visible to the school at every
step. That providers know nothing of one another is Waymark's own.
"""

from collections.abc import Collection, Sequence
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from app.rules.london import LONDON
from app.rules.placements import LONGEST_PLACEMENT_DAYS
from app.rules.sources import GLOUCESTERSHIRE, OUR_OWN
from app.rules.state_tables import StateTable, Transition
from app.rules.verdict import Allowed, Refused, Verdict


class ReferralState(StrEnum):
    """`requested` waits for the commissioner; `taken_up` is looked for a place with no offer standing."""

    REQUESTED = "requested"
    TAKEN_UP = "taken_up"
    OFFERED = "offered"
    PLACED = "placed"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    NOT_PLACED = "not_placed"


class OfferState(StrEnum):
    """`closed`: another offer of the referral was accepted. To its provider it reads `withdrawn`."""

    OFFERED = "offered"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    LAPSED = "lapsed"
    CLOSED = "closed"


class ReferralRole(StrEnum):
    """The requesting side of a referral. `council` is the host school's council, which sees every referral."""

    REQUESTER = "requester"
    COMMISSIONER = "commissioner"
    HOST_SCHOOL = "host_school"
    COUNCIL = "council"


class ReferralStep(StrEnum):
    """What the history of a referral is made of; what begins with `offer` is about one of its offers."""

    REQUESTED = "requested"
    CHANGED = "changed"
    TAKEN_UP = "taken_up"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    NOT_PLACED = "not_placed"
    PLACED = "placed"
    OFFER_MADE = "offer_made"
    OFFER_ACCEPTED = "offer_accepted"
    OFFER_DECLINED = "offer_declined"
    OFFER_WITHDRAWN = "offer_withdrawn"
    OFFER_LAPSED = "offer_lapsed"
    OFFER_CLOSED = "offer_closed"


class Urgency(StrEnum):
    ROUTINE = "routine"
    SOON = "soon"
    URGENT = "urgent"


class DeclineReason(StrEnum):
    """Why a provider declines, beside its own words."""

    NO_PLACES = "no_places"
    NEEDS_NOT_MET = "needs_not_met"
    AGE_RANGE = "age_range"
    DAYS_OR_TIMES = "days_or_times"
    STAFFING = "staffing"
    GROUP_NOT_SUITABLE = "group_not_suitable"
    TRANSPORT = "transport"
    TERMS = "terms"
    OTHER = "other"


_REQUESTER, _COMMISSIONER = ReferralRole.REQUESTER.value, ReferralRole.COMMISSIONER.value
_EITHER = (_REQUESTER, _COMMISSIONER)

REFERRALS = StateTable(
    "referral",
    GLOUCESTERSHIRE,
    (
        Transition(ReferralState.REQUESTED, "change", ReferralState.REQUESTED, _EITHER),
        Transition(ReferralState.REQUESTED, "take_up", ReferralState.TAKEN_UP, (_COMMISSIONER,)),
        Transition(ReferralState.REQUESTED, "decline", ReferralState.DECLINED, (_COMMISSIONER,)),
        Transition(ReferralState.REQUESTED, "withdraw", ReferralState.WITHDRAWN, (_REQUESTER,)),
        Transition(ReferralState.TAKEN_UP, "change", ReferralState.TAKEN_UP, _EITHER),
        Transition(ReferralState.TAKEN_UP, "offer", ReferralState.OFFERED, (_COMMISSIONER,)),
        Transition(ReferralState.TAKEN_UP, "conclude", ReferralState.NOT_PLACED, (_COMMISSIONER,)),
        Transition(ReferralState.TAKEN_UP, "withdraw", ReferralState.WITHDRAWN, (_REQUESTER,)),
        Transition(ReferralState.OFFERED, "offer", ReferralState.OFFERED, (_COMMISSIONER,)),
        Transition(ReferralState.OFFERED, "withdraw", ReferralState.WITHDRAWN, (_REQUESTER,)),
        Transition(ReferralState.OFFERED, "place", ReferralState.PLACED, ("offer",)),
        Transition(ReferralState.OFFERED, "run_out_of_offers", ReferralState.TAKEN_UP, ("offer",)),
    ),
)
"""A referral that its commissioner requests itself begins `taken_up`.

By `offer`: the acceptance of one places the child; the last one standing that ends otherwise gives the referral back.
"""

REFERRAL_OFFERS = StateTable(
    "referral offer",
    GLOUCESTERSHIRE,
    (
        Transition(OfferState.OFFERED, "accept", OfferState.ACCEPTED, ("provider",)),
        Transition(OfferState.OFFERED, "decline", OfferState.DECLINED, ("provider",)),
        Transition(OfferState.OFFERED, "withdraw", OfferState.WITHDRAWN, (_COMMISSIONER,)),
        Transition(OfferState.OFFERED, "lapse", OfferState.LAPSED, ("clock",)),
        Transition(OfferState.OFFERED, "end_with_referral", OfferState.WITHDRAWN, ("referral",)),
        Transition(OfferState.OFFERED, "close", OfferState.CLOSED, ("referral",)),
    ),
)
"""By `referral`: it was withdrawn, or another of its offers was accepted."""


def referral_state(state: ReferralState, offered_until: datetime | None, now: datetime) -> ReferralState:
    """The state at `now`: with its last standing offer lapsed, a referral is back with its commissioner.

    `offered_until` is the latest instant at which a standing offer lapses. Source: Waymark's own, so that the state
    does not wait for somebody to note it.
    """
    ran_out = state is ReferralState.OFFERED and offered_until is not None and now >= offered_until
    return ReferralState.TAKEN_UP if ran_out else state


def offer_state(state: OfferState, answer_by: datetime, now: datetime) -> OfferState:
    """The state at `now`: an offer not answered before `answer_by` has lapsed, whether or not anybody has noted it.

    Source: Waymark's own, so that a child does not wait on a desk.
    """
    return OfferState.LAPSED if state is OfferState.OFFERED and now >= answer_by else state


def as_its_provider_reads(state: OfferState) -> OfferState:
    """The state as the provider is told of it: that another provider accepted is none of its business.

    Source: Waymark's own, so that providers stay in confidence from one another.
    """
    return OfferState.WITHDRAWN if state is OfferState.CLOSED else state


def acting_role(state: ReferralState, verb: str, roles: Sequence[ReferralRole]) -> ReferralRole:
    """The one of an organisation's roles in which it does `verb`: one that may, where it has one, or else the first."""
    return next((role for role in roles if REFERRALS.may(state, verb, role.value)), roles[0])


def may_request_referral(
    *,
    requester: UUID,
    own_council: UUID | None,
    commissioner: UUID,
    wanted_start_on: date,
    wanted_end_on: date,
) -> Verdict:
    """Whether a referral may be requested: who would commission, and for when.

    `own_council` is the council of the requesting school, None for a council. Source: Gloucestershire AP referral
    process (requested by school or council), read in the primary source; the dates: Waymark's own.
    """
    if commissioner not in (requester, own_council):
        return Refused(
            "commissioner_not_open",
            "A referral is commissioned by whoever requests it, or by the requesting school's own council.",
            GLOUCESTERSHIRE,
        )
    return may_be_wanted(wanted_start_on, wanted_end_on)


def may_be_wanted(wanted_start_on: date, wanted_end_on: date) -> Verdict:
    """Whether the days wanted can be those of a placement. Source: Waymark's own."""
    if wanted_start_on > wanted_end_on:
        return Refused("referral_backwards", "The place is wanted until before it is wanted from.", OUR_OWN)
    if (wanted_end_on - wanted_start_on).days > LONGEST_PLACEMENT_DAYS:
        return Refused("referral_too_long", "A placement lasts three years at most; it is not a destination.", OUR_OWN)
    return Allowed()


def may_offer(
    *,
    provider: UUID,
    requesting_side: Collection[UUID],
    standing_with: Collection[UUID],
    answer_by: datetime,
    planned_end_on: date,
    now: datetime,
) -> Verdict:
    """Whether a provider may be offered the referral now.

    `standing_with` are the providers whose offers stand. Source: Waymark's own, so that no provider sees the other
    offers, answers twice, or is asked when it is too late.
    """
    if provider in requesting_side:
        return Refused(
            "provider_on_requesting_side",
            "This provider is on the referral's requesting side and would see the other offers; propose a placement.",
            OUR_OWN,
        )
    if provider in standing_with:
        return Refused("already_offered", "An offer to this provider stands; withdraw it to make another.", OUR_OWN)
    if answer_by <= now:
        return Refused("answer_by_passed", "The provider must have time to answer.", OUR_OWN)
    if answer_by.astimezone(LONDON).date() > planned_end_on:
        return Refused("answer_by_after_end", f"The placement would have ended on {planned_end_on}.", OUR_OWN)
    return Allowed()
