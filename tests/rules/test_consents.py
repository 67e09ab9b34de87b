"""Whose word is missing, the parents' included, and what a parent must have said for it to count."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from app.rules.agreements import AgreementKind, parties_to_agree
from app.rules.consents import ConsentAnswer, consents_missing, may_record_consent, parents_have_consented
from app.rules.verdict import Refused

COUNCIL, SCHOOL, PROVIDER = UUID(int=1), UUID(int=2), UUID(int=3)
HOME, AWAY = AgreementKind.SENDING_HOME, AgreementKind.SUSPENSION
ASKED = datetime(2026, 6, 9, 9, tzinfo=UTC)
LEAVING = datetime(2026, 6, 9, 10, 40, tzinfo=UTC)
SECOND = timedelta(seconds=1)


@pytest.mark.parametrize(
    ("kind", "school", "agreed", "parents", "missing"),
    [
        pytest.param(HOME, SCHOOL, (), False, ["host_school", "parent"], id="nobody has agreed to a sending-home"),
        pytest.param(HOME, SCHOOL, (SCHOOL,), False, ["parent"], id="the school alone"),
        pytest.param(HOME, SCHOOL, (), True, ["host_school"], id="the parents alone"),
        pytest.param(HOME, SCHOOL, (SCHOOL,), True, [], id="school and parents"),
        pytest.param(HOME, SCHOOL, (COUNCIL,), True, ["host_school"], id="the commissioner for the school"),
        pytest.param(HOME, None, (), False, ["commissioner", "parent"], id="a child on no roll"),
        pytest.param(HOME, PROVIDER, (), True, ["commissioner"], id="a provider that is the host school"),
        pytest.param(AWAY, SCHOOL, (), False, ["commissioner", "host_school"], id="parents are not asked to suspend"),
    ],
)
def test_whose_word_is_missing(
    kind: AgreementKind, school: UUID | None, agreed: tuple[UUID, ...], parents: bool, missing: list[str]
) -> None:
    parties = parties_to_agree(kind, commissioner=COUNCIL, host_school=school, provider=PROVIDER)
    assert consents_missing(kind, parties, agreed, parents_consent=parents) == missing


@pytest.mark.parametrize(
    ("answers", "consented"),
    [
        pytest.param([], False, id="nobody was asked"),
        pytest.param(["given"], True, id="one gave it"),
        pytest.param(["given", "given"], True, id="two gave it"),
        pytest.param(["given", "refused"], False, id="one gave it and one refused"),
        pytest.param(["refused"], False, id="one refused"),
    ],
)
def test_when_the_parents_have_consented(answers: list[str], consented: bool) -> None:
    assert parents_have_consented([ConsentAnswer(each) for each in answers]) is consented


@pytest.mark.parametrize(
    ("given_at", "recorded_at", "code"),
    [
        pytest.param(ASKED, ASKED, "", id="at the request"),
        pytest.param(ASKED - timedelta(minutes=20), ASKED, "", id="by phone before the request was written"),
        pytest.param(LEAVING - SECOND, LEAVING - SECOND, "", id="a second before the pupil leaves"),
        pytest.param(LEAVING, LEAVING - SECOND, "consent_too_late", id="given when the pupil leaves"),
        pytest.param(ASKED, LEAVING, "consent_too_late", id="recorded when the pupil leaves"),
        pytest.param(ASKED, LEAVING + SECOND, "consent_too_late", id="recorded afterwards"),
        pytest.param(datetime(2026, 6, 8, 23, tzinfo=UTC), ASKED, "", id="at London's midnight, in summer"),
        pytest.param(
            datetime(2026, 6, 8, 22, 59, tzinfo=UTC), ASKED, "consent_not_for_this", id="on the day before the request"
        ),
    ],
)
def test_which_consent_counts(given_at: datetime, recorded_at: datetime, code: str) -> None:
    verdict = may_record_consent(given_at=given_at, requested_at=ASKED, leaving_at=LEAVING, recorded_at=recorded_at)
    assert (verdict.code if isinstance(verdict, Refused) else "") == code
    if code == "consent_too_late" and isinstance(verdict, Refused):
        assert verdict.next_steps["report_as"] == "report_unagreed_absence"
