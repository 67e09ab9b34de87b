"""Who may ask whom for a place, what is offered to whom, and what passing time does to it."""

from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest

from app.rules.referrals import (
    REFERRAL_OFFERS,
    REFERRALS,
    OfferState,
    ReferralRole,
    ReferralState,
    acting_role,
    as_its_provider_reads,
    may_be_wanted,
    may_offer,
    may_request_referral,
    offer_state,
    referral_state,
)
from app.rules.verdict import Refused, Verdict

SCHOOL, COUNCIL, OTHER, PROVIDER, COMPETITOR = (UUID(int=n) for n in range(1, 6))
NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)
FIRST, LAST = date(2026, 11, 30), date(2027, 2, 12)


def code(verdict: Verdict) -> str:
    return verdict.code if isinstance(verdict, Refused) else ""


@pytest.mark.parametrize(
    ("requester", "own_council", "commissioner", "refusal"),
    [
        pytest.param(SCHOOL, COUNCIL, SCHOOL, "", id="a school commissions itself"),
        pytest.param(SCHOOL, COUNCIL, COUNCIL, "", id="a school asks its council"),
        pytest.param(SCHOOL, COUNCIL, OTHER, "commissioner_not_open", id="a school asks another council"),
        pytest.param(COUNCIL, None, COUNCIL, "", id="a council commissions itself"),
        pytest.param(COUNCIL, None, SCHOOL, "commissioner_not_open", id="a council asks a school to pay"),
    ],
)
def test_who_commissions(requester: UUID, own_council: UUID | None, commissioner: UUID, refusal: str) -> None:
    verdict = may_request_referral(
        requester=requester,
        own_council=own_council,
        commissioner=commissioner,
        wanted_start_on=FIRST,
        wanted_end_on=LAST,
    )
    assert code(verdict) == refusal


@pytest.mark.parametrize(
    ("first", "last", "refusal"),
    [
        pytest.param(FIRST, LAST, "", id="a term"),
        pytest.param(FIRST, FIRST, "", id="one day"),
        pytest.param(LAST, FIRST, "referral_backwards", id="until before from"),
        pytest.param(FIRST, FIRST + timedelta(days=1098), "", id="three years"),
        pytest.param(FIRST, FIRST + timedelta(days=1099), "referral_too_long", id="more than three years"),
    ],
)
def test_for_when_a_place_is_wanted(first: date, last: date, refusal: str) -> None:
    assert code(may_be_wanted(first, last)) == refusal
    requested = may_request_referral(
        requester=SCHOOL, own_council=None, commissioner=SCHOOL, wanted_start_on=first, wanted_end_on=last
    )
    assert code(requested) == refusal


@pytest.mark.parametrize(
    ("provider", "standing_with", "answer_by", "refusal"),
    [
        pytest.param(PROVIDER, [], NOON + SECOND, "", id="a provider with time to answer"),
        pytest.param(PROVIDER, [COMPETITOR], NOON + SECOND, "", id="another offer stands"),
        pytest.param(PROVIDER, [PROVIDER], NOON + SECOND, "already_offered", id="an offer to the same one stands"),
        pytest.param(SCHOOL, [], NOON + SECOND, "provider_on_requesting_side", id="one that would see the others"),
        pytest.param(PROVIDER, [], NOON, "answer_by_passed", id="no time to answer"),
        pytest.param(
            PROVIDER, [], datetime(2027, 2, 12, 23, 59, tzinfo=UTC), "", id="until the last minute of the last day"
        ),
        pytest.param(
            PROVIDER, [], datetime(2027, 2, 13, tzinfo=UTC), "answer_by_after_end", id="until after the last day"
        ),
    ],
)
def test_what_may_be_offered(provider: UUID, standing_with: list[UUID], answer_by: datetime, refusal: str) -> None:
    verdict = may_offer(
        provider=provider,
        requesting_side={SCHOOL, COUNCIL},
        standing_with=standing_with,
        answer_by=answer_by,
        planned_end_on=LAST,
        now=NOON,
    )
    assert code(verdict) == refusal


@pytest.mark.parametrize(
    ("state", "now", "reads"),
    [
        pytest.param("offered", NOON - SECOND, "offered", id="an offer stands before the instant"),
        pytest.param("offered", NOON, "lapsed", id="an offer lapses at the instant"),
        pytest.param("accepted", NOON, "accepted", id="what was accepted does not lapse"),
        pytest.param("withdrawn", NOON, "withdrawn", id="what was withdrawn stays so"),
    ],
)
def test_an_offer_that_nobody_answers_lapses(state: str, now: datetime, reads: str) -> None:
    assert offer_state(OfferState(state), NOON, now) == reads


@pytest.mark.parametrize(
    ("state", "until", "now", "reads"),
    [
        pytest.param("offered", NOON, NOON - SECOND, "offered", id="while one stands"),
        pytest.param("offered", NOON, NOON, "taken_up", id="when the last has lapsed"),
        pytest.param("offered", None, NOON, "offered", id="without an instant"),
        pytest.param("placed", None, NOON, "placed", id="what is placed stays so"),
        pytest.param("requested", None, NOON, "requested", id="what waits for the commissioner waits"),
    ],
)
def test_a_referral_comes_back_when_its_last_offer_lapses(
    state: str, until: datetime | None, now: datetime, reads: str
) -> None:
    assert referral_state(ReferralState(state), until, now) == reads


@pytest.mark.parametrize("state", OfferState)
def test_a_provider_is_not_told_that_another_accepted(state: OfferState) -> None:
    assert as_its_provider_reads(state) == ("withdrawn" if state is OfferState.CLOSED else state)


REQUESTER, COMMISSIONER, HOST_SCHOOL = ReferralRole.REQUESTER, ReferralRole.COMMISSIONER, ReferralRole.HOST_SCHOOL


@pytest.mark.parametrize(
    ("verb", "roles", "role"),
    [
        pytest.param("offer", [REQUESTER, COMMISSIONER], COMMISSIONER, id="one in two roles offers as commissioner"),
        pytest.param("withdraw", [REQUESTER, COMMISSIONER], REQUESTER, id="and withdraws as requester"),
        pytest.param("withdraw", [COMMISSIONER], COMMISSIONER, id="one that may not is judged in its role"),
        pytest.param("change", [HOST_SCHOOL, REQUESTER], REQUESTER, id="a role that may comes before one that may not"),
    ],
)
def test_in_which_role_an_organisation_acts(verb: str, roles: list[ReferralRole], role: ReferralRole) -> None:
    assert acting_role(ReferralState.TAKEN_UP, verb, roles) is role


@pytest.mark.parametrize(
    ("state", "verb", "by", "refusal"),
    [
        pytest.param("requested", "take_up", "commissioner", "", id="the council that was asked takes it up"),
        pytest.param("requested", "take_up", "requester", "wrong_party", id="whoever asked cannot"),
        pytest.param("requested", "offer", "commissioner", "wrong_state", id="nothing is offered before"),
        pytest.param("offered", "change", "requester", "wrong_state", id="what is offered does not change"),
        pytest.param("offered", "conclude", "commissioner", "wrong_state", id="nor is it given up"),
        pytest.param("offered", "withdraw", "commissioner", "wrong_party", id="the commissioner cannot withdraw it"),
        pytest.param("requested", "withdraw", "council", "wrong_party", id="nor one who watches"),
        pytest.param("placed", "withdraw", "requester", "wrong_state", id="what is placed is not withdrawn"),
    ],
)
def test_who_moves_a_referral(state: str, verb: str, by: str, refusal: str) -> None:
    assert code(REFERRALS.may(ReferralState(state), verb, by)) == refusal


@pytest.mark.parametrize(
    ("state", "verb", "by", "refusal"),
    [
        pytest.param("offered", "accept", "provider", "", id="the provider accepts"),
        pytest.param("offered", "accept", "commissioner", "wrong_party", id="nobody accepts for it"),
        pytest.param("offered", "withdraw", "provider", "wrong_party", id="it declines rather than withdraws"),
        pytest.param("withdrawn", "accept", "provider", "wrong_state", id="what was withdrawn is not accepted"),
        pytest.param("lapsed", "decline", "provider", "wrong_state", id="what has lapsed is not declined"),
    ],
)
def test_who_moves_an_offer(state: str, verb: str, by: str, refusal: str) -> None:
    assert code(REFERRAL_OFFERS.may(OfferState(state), verb, by)) == refusal


def test_a_refusal_to_a_provider_names_no_verb_and_no_other_offer() -> None:
    refused = REFERRAL_OFFERS.move(as_its_provider_reads(OfferState.CLOSED), "accept", "provider")
    assert isinstance(refused, Refused)
    assert refused.next_steps == {"state": "withdrawn", "possible_verbs": []}
