"""Who must agree, and who may answer."""

from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest

from app.rules.agreements import (
    NEEDS,
    AgreementAnswer,
    AgreementKind,
    AskedState,
    PartyRole,
    all_have_agreed,
    asked_state,
    end_of_day,
    life_of_what_both_sides_agree,
    may_agree,
    parties_to_agree,
    roles_still_to_agree,
    still_to_agree,
)
from app.rules.sources import SALFORD
from app.rules.verdict import Refused

COUNCIL, SCHOOL, PROVIDER, STRANGER = (UUID(int=number) for number in range(1, 5))
COMMISSIONER, HOST, TEACHES = PartyRole.COMMISSIONER, PartyRole.HOST_SCHOOL, PartyRole.PROVIDER


@pytest.mark.parametrize(
    ("kind", "commissioner", "host_school", "expected"),
    [
        pytest.param(
            "suspension", COUNCIL, SCHOOL, {COUNCIL: {COMMISSIONER}, SCHOOL: {HOST}}, id="a suspension needs both"
        ),
        pytest.param(
            "suspension",
            SCHOOL,
            SCHOOL,
            {SCHOOL: {COMMISSIONER, HOST}},
            id="a school that commissions agrees once, in both roles",
        ),
        pytest.param(
            "suspension", COUNCIL, None, {COUNCIL: {COMMISSIONER}}, id="of a child on no roll, the commissioner alone"
        ),
        pytest.param(
            "suspension",
            COUNCIL,
            PROVIDER,
            {COUNCIL: {COMMISSIONER}},
            id="by a provider that is the host school, the commissioner",
        ),
        pytest.param(
            "suspension",
            PROVIDER,
            SCHOOL,
            {SCHOOL: {HOST}},
            id="by a provider that is the commissioner, the host school",
        ),
        pytest.param("suspension", PROVIDER, PROVIDER, {}, id="by a provider that is all, nobody can agree"),
        pytest.param("sending_home", COUNCIL, SCHOOL, {SCHOOL: {HOST}}, id="sending home needs the school"),
        pytest.param(
            "sending_home",
            COUNCIL,
            PROVIDER,
            {COUNCIL: {COMMISSIONER}},
            id="sending home by the host school itself needs the commissioner",
        ),
        pytest.param(
            "sending_home", COUNCIL, None, {COUNCIL: {COMMISSIONER}}, id="sending home a child on no roll likewise"
        ),
        pytest.param(
            "immediate_termination",
            COUNCIL,
            SCHOOL,
            {COUNCIL: {COMMISSIONER}, SCHOOL: {HOST}, PROVIDER: {TEACHES}},
            id="immediate termination needs both sides",
        ),
        pytest.param(
            "immediate_termination",
            COUNCIL,
            PROVIDER,
            {COUNCIL: {COMMISSIONER}, PROVIDER: {TEACHES}},
            id="immediate termination where the provider is the host school",
        ),
        pytest.param(
            "extension",
            SCHOOL,
            SCHOOL,
            {SCHOOL: {COMMISSIONER, HOST}, PROVIDER: {TEACHES}},
            id="an extension needs both sides",
        ),
        pytest.param(
            "extension",
            COUNCIL,
            None,
            {COUNCIL: {COMMISSIONER}, PROVIDER: {TEACHES}},
            id="an extension for a child on no roll",
        ),
        pytest.param(
            "immediate_termination",
            STRANGER,
            STRANGER,
            {STRANGER: {COMMISSIONER, HOST}, PROVIDER: {TEACHES}},
            id="of a placement by another provider that is the host school, that one agrees once",
        ),
        pytest.param(
            "suspension",
            STRANGER,
            SCHOOL,
            {STRANGER: {COMMISSIONER}, SCHOOL: {HOST}},
            id="a suspension of a child placed by another provider needs that one and the school",
        ),
        pytest.param(
            "extension", PROVIDER, None, {PROVIDER: {TEACHES}}, id="a provider alone speaks for its own side only"
        ),
    ],
)
def test_who_must_agree(
    kind: str, commissioner: UUID, host_school: UUID | None, expected: dict[UUID, set[PartyRole]]
) -> None:
    parties = parties_to_agree(
        AgreementKind(kind), commissioner=commissioner, host_school=host_school, provider=PROVIDER
    )
    assert parties == expected


def test_sending_home_and_part_time_plans_need_a_parent() -> None:
    needing = {kind for kind, needs in NEEDS.items() if needs.parents}
    assert needing == {AgreementKind.SENDING_HOME, AgreementKind.PART_TIME_PLAN}


BOTH = parties_to_agree(AgreementKind.SUSPENSION, commissioner=COUNCIL, host_school=SCHOOL, provider=PROVIDER)
ONE = parties_to_agree(AgreementKind.SUSPENSION, commissioner=SCHOOL, host_school=SCHOOL, provider=PROVIDER)


def test_what_is_still_missing_is_named_by_role() -> None:
    assert still_to_agree(BOTH, {COUNCIL}) == {SCHOOL: {HOST}}
    assert roles_still_to_agree(BOTH, ()) == ["commissioner", "host_school"]
    assert roles_still_to_agree(ONE, {SCHOOL}) == []
    verdict = all_have_agreed(BOTH, {SCHOOL})
    assert isinstance(verdict, Refused)
    assert verdict.next_steps == {"still_to_agree": ["commissioner"]}
    assert all_have_agreed(BOTH, {SCHOOL, COUNCIL})
    nobody = all_have_agreed({}, ())
    assert isinstance(nobody, Refused)
    assert nobody.code == "nobody_to_agree"


NOON = datetime(2025, 11, 10, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)


@pytest.mark.parametrize(
    ("organisation", "answered", "now", "takes_effect_at", "code"),
    [
        pytest.param(COUNCIL, {}, NOON - SECOND, NOON, "", id="a party agrees before it takes effect"),
        pytest.param(COUNCIL, {}, NOON, None, "", id="a party agrees at any time where it need not come first"),
        pytest.param(
            COUNCIL, {SCHOOL: AgreementAnswer.AGREED}, NOON - SECOND, NOON, "", id="the second party agrees too"
        ),
        pytest.param(COUNCIL, {}, NOON, NOON, "agreement_too_late", id="at the instant of effect it is too late"),
        pytest.param(PROVIDER, {}, NOON - SECOND, NOON, "not_a_party_to_agree", id="the provider cannot agree"),
        pytest.param(STRANGER, {}, NOON - SECOND, NOON, "not_a_party_to_agree", id="a stranger cannot agree"),
        pytest.param(
            COUNCIL,
            {COUNCIL: AgreementAnswer.REFUSED},
            NOON - SECOND,
            NOON,
            "already_answered",
            id="an answer is given once",
        ),
    ],
)
def test_who_may_answer_when(
    organisation: UUID,
    answered: dict[UUID, AgreementAnswer],
    now: datetime,
    takes_effect_at: datetime | None,
    code: str,
) -> None:
    verdict = may_agree(BOTH, organisation, answered=answered, now=now, takes_effect_at=takes_effect_at)
    assert (verdict.code if isinstance(verdict, Refused) else "") == code


def test_an_answer_that_comes_too_late_is_told_since_when_and_who_never_agreed() -> None:
    answered = {SCHOOL: AgreementAnswer.AGREED}
    verdict = may_agree(BOTH, COUNCIL, answered=answered, now=NOON, takes_effect_at=NOON)
    assert isinstance(verdict, Refused)
    assert verdict.next_steps == {"takes_effect_at": "2025-11-10T12:00:00Z", "still_to_agree": ["commissioner"]}


@pytest.mark.parametrize(
    ("state", "now", "after"),
    [
        pytest.param("requested", NOON - SECOND, "requested", id="a question waits until it can be answered no more"),
        pytest.param("requested", NOON, "lapsed", id="and lapses at that instant"),
        pytest.param("agreed", NOON, "agreed", id="what was agreed does not lapse"),
    ],
)
def test_a_question_lapses(state: str, now: datetime, after: str) -> None:
    assert asked_state(AskedState(state), NOON, now) == after


@pytest.mark.parametrize(
    ("day", "instant"),
    [
        pytest.param(date(2025, 11, 10), datetime(2025, 11, 11, tzinfo=UTC), id="in winter"),
        pytest.param(date(2026, 6, 10), datetime(2026, 6, 10, 23, tzinfo=UTC), id="in summer"),
        pytest.param(date(2026, 10, 25), datetime(2026, 10, 26, tzinfo=UTC), id="the day on which the clocks go back"),
    ],
)
def test_a_day_is_over_by_the_clock_in_london(day: date, instant: datetime) -> None:
    assert end_of_day(day) == instant


@pytest.mark.parametrize(
    ("verb", "by", "after"),
    [
        pytest.param("agree", "provider", "agreed", id="the provider may be the last to agree"),
        pytest.param("agree", "host_school", "agreed", id="or the school"),
        pytest.param("refuse", "commissioner", "refused", id="any party refuses"),
        pytest.param("withdraw", "party_that_asked", "withdrawn", id="whoever asked withdraws"),
        pytest.param("withdraw", "other_party", "wrong_party", id="and nobody else"),
    ],
)
def test_what_both_sides_agree_to(verb: str, by: str, after: str) -> None:
    table = life_of_what_both_sides_agree("question", SALFORD)
    moved = table.move(AskedState.REQUESTED, verb, by)
    assert (moved.code if isinstance(moved, Refused) else moved) == after
