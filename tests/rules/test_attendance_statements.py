"""What a fact and a code say together, and why a session is not expected."""

from datetime import date

import pytest

from app.rules.attendance_facts import AbsenceReason, Fact
from app.rules.attendance_statements import Setting, Stated, stated, why_not_expected
from app.rules.calendars import Closure, HalfTerm, SchoolCalendar, SchoolSession, Term
from app.rules.verdict import Refused

DAY = date(2026, 11, 24)
AM, PM = SchoolSession.AM, SchoolSession.PM
PRESENT, LATE, ABSENT = Fact.PRESENT, Fact.LATE, Fact.ABSENT


@pytest.mark.parametrize(
    ("fact", "code", "session", "holds", "means"),
    [
        pytest.param(PRESENT, None, AM, Setting.ANY, PRESENT, id="a fact alone holds anywhere"),
        pytest.param(None, "/", AM, Setting.ANY, PRESENT, id="/ alone is present"),
        pytest.param(None, "\\", PM, Setting.ANY, PRESENT, id="the afternoon's stroke alone is present"),
        pytest.param(None, "L", AM, Setting.ANY, LATE, id="L alone is late"),
        pytest.param(None, "U", AM, Setting.ANY, LATE, id="U alone is late: the pupil came"),
        pytest.param(None, "V", AM, Setting.ANY, PRESENT, id="a visit alone is present"),
        pytest.param(None, "B", AM, Setting.IN_PERSON, PRESENT, id="B holds in person"),
        pytest.param(LATE, "K", AM, Setting.IN_PERSON, LATE, id="K holds in person, late too"),
        pytest.param(None, "I", AM, Setting.ANY, ABSENT, id="illness alone is absent"),
        pytest.param(None, "Y4", AM, Setting.ANY, ABSENT, id="a closed site alone is absent"),
        pytest.param(ABSENT, "N", AM, Setting.ANY, ABSENT, id="absent with an absence code holds anywhere"),
        pytest.param(PRESENT, "I", AM, Setting.ONLINE, PRESENT, id="present with an absence code holds online"),
        pytest.param(LATE, "X", AM, Setting.ONLINE, LATE, id="late with X holds online"),
        pytest.param(PRESENT, "D", AM, Setting.ANY, PRESENT, id="D whatever the pupil did: present"),
        pytest.param(ABSENT, "D", AM, Setting.ANY, ABSENT, id="D whatever the pupil did: absent"),
    ],
)
def test_what_holds_together(
    fact: Fact | None, code: str | None, session: SchoolSession, holds: Setting, means: Fact
) -> None:
    said = stated(fact, code, DAY, session)
    assert isinstance(said, Stated)
    assert (said.fact, said.code, said.holds) == (means, code, holds)


@pytest.mark.parametrize(
    ("fact", "code", "rule"),
    [
        pytest.param(None, None, "fact_or_code_missing", id="nothing at all"),
        pytest.param(None, "H", "code_withdrawn", id="a withdrawn code"),
        pytest.param(None, "\\", "code_of_other_session", id="the other session's code"),
        pytest.param(None, "?", "unknown_code", id="a code that is none"),
        pytest.param(LATE, "/", "code_contradicts_fact", id="late with /"),
        pytest.param(PRESENT, "L", "code_contradicts_fact", id="present with L"),
        pytest.param(ABSENT, "U", "code_contradicts_fact", id="absent with U"),
        pytest.param(ABSENT, "B", "code_contradicts_fact", id="absent with B"),
        pytest.param(PRESENT, "#", "code_not_of_a_pupil", id="present on a planned closure"),
        pytest.param(None, "#", "code_not_of_a_pupil", id="a planned closure alone"),
        pytest.param(ABSENT, "Z", "code_not_of_a_pupil", id="absent, not yet on roll"),
    ],
)
def test_what_does_not_hold_together(fact: Fact | None, code: str | None, rule: str) -> None:
    said = stated(fact, code, DAY, AM)
    assert isinstance(said, Refused)
    assert said.code == rule


@pytest.mark.parametrize(("code", "instead"), [("H", "use C instead"), ("Y", "use Y1 or Y2 or"), ("J", "use J1")])
def test_a_withdrawn_code_is_refused_with_those_that_replaced_it(code: str, instead: str) -> None:
    said = stated(None, code, DAY, AM)
    assert isinstance(said, Refused)
    assert instead in said.reason


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        pytest.param("I", AbsenceReason.ILL, id="illness"),
        pytest.param("illness", AbsenceReason.ILL, id="illness by its slug"),
        pytest.param("M", AbsenceReason.MEDICAL, id="an appointment"),
        pytest.param("E", None, id="a suspension is no reason of the pupil's"),
    ],
)
def test_a_code_explains_its_absence(code: str, reason: AbsenceReason | None) -> None:
    said = stated(None, code, DAY, AM)
    assert isinstance(said, Stated)
    assert said.known_reason is reason


CALENDAR = SchoolCalendar(
    (HalfTerm(Term.AUTUMN, 2, date(2026, 11, 2), date(2026, 12, 18)),), (Closure(date(2026, 11, 27), "INSET"),)
)


@pytest.mark.parametrize(
    ("day", "accepted", "rule"),
    [
        pytest.param(DAY, False, "placement_not_accepted", id="nobody accepted"),
        pytest.param(date(2026, 10, 1), True, "outside_placement", id="before it began"),
        pytest.param(date(2027, 2, 15), True, "outside_placement", id="after it ended"),
        pytest.param(date(2026, 12, 21), True, "day_in_holidays", id="in the holidays"),
        pytest.param(date(2026, 11, 27), True, "day_closed", id="on a closure"),
        pytest.param(date(2026, 11, 28), True, "session_not_timetabled", id="at a weekend"),
        pytest.param(DAY, True, "session_not_timetabled", id="on a day without that session"),
    ],
)
def test_why_a_session_is_not_expected(day: date, accepted: bool, rule: str) -> None:
    first, last = date(2026, 11, 2), date(2027, 2, 12)
    refused = why_not_expected(day, AM, accepted=accepted, first=first, last=last, calendar=CALENDAR)
    assert refused.code == rule
