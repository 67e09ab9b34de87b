"""Facts that agree with themselves, and the code that each leads to, in the order of precedence."""

from datetime import time
from typing import Any

import pytest

from app.rules.attendance_codes import ATTENDANCE_CODES, FIRST_DAY_OF_NEW_CODES, LAST_DAY_OF_OLD_CODES
from app.rules.attendance_facts import (
    CODE_OF_REASON,
    CODE_RULES,
    AbsenceReason,
    Fact,
    MarkFact,
    SessionCircumstances,
    check_fact,
    suggest_code,
)
from app.rules.verdict import Refused

PRESENT, LATE, ABSENT = MarkFact(Fact.PRESENT), MarkFact(Fact.LATE), MarkFact(Fact.ABSENT)
ILL = MarkFact(Fact.ABSENT, reason=AbsenceReason.ILL)
NO_TRANSPORT = MarkFact(Fact.ABSENT, reason=AbsenceReason.TRANSPORT_NOT_AVAILABLE)
NINE, TEN = time(9), time(10)


@pytest.mark.parametrize(
    ("mark", "code"),
    [
        pytest.param(PRESENT, "", id="present is enough"),
        pytest.param(LATE, "", id="late is enough"),
        pytest.param(ABSENT, "", id="absent is enough"),
        pytest.param(ILL, "", id="absent with a reason"),
        pytest.param(MarkFact(Fact.PRESENT, NINE, TEN), "", id="arrived and left"),
        pytest.param(MarkFact(Fact.PRESENT, None, TEN, None, AbsenceReason.ILL), "", id="left early, with a reason"),
        pytest.param(MarkFact(Fact.LATE, NINE, None, 1), "", id="one minute late"),
        pytest.param(MarkFact(Fact.LATE, NINE, None, 600), "", id="ten hours late"),
        pytest.param(MarkFact(Fact.LATE, NINE, None, 0), "minutes_late_impossible", id="no minutes late"),
        pytest.param(MarkFact(Fact.LATE, NINE, None, 601), "minutes_late_impossible", id="too many minutes late"),
        pytest.param(MarkFact(Fact.PRESENT, NINE, None, 5), "present_but_late", id="present and minutes late"),
        pytest.param(MarkFact(Fact.PRESENT, TEN, NINE), "left_before_arriving", id="left before arriving"),
        pytest.param(MarkFact(Fact.PRESENT, TEN, TEN), "left_before_arriving", id="left on arriving"),
        pytest.param(MarkFact(Fact.ABSENT, NINE), "absent_but_came", id="absent and arrived"),
        pytest.param(MarkFact(Fact.ABSENT, None, NINE), "absent_but_came", id="absent and left"),
        pytest.param(MarkFact(Fact.ABSENT, None, None, 5), "absent_but_came", id="absent and late"),
        pytest.param(
            MarkFact(Fact.PRESENT, reason=AbsenceReason.ILL), "reason_without_absence", id="present with a reason"
        ),
    ],
)
def test_a_fact_does_not_contradict_itself(mark: MarkFact, code: str) -> None:
    verdict = check_fact(mark)
    assert (verdict.code if isinstance(verdict, Refused) else "") == code


ALL: dict[str, Any] = {
    "at_other_registered_school": True,
    "post_16_not_required": True,
    "off_part_time_plan": True,
    "suspended_nothing_arranged": True,
    "site_closed": True,
    "online": True,
}


def _without(*first: str) -> dict[str, Any]:
    """Every circumstance at once but the first ones, so that each row shows what it outranks."""
    return {name: value for name, value in ALL.items() if name not in first}


D, X, C2, E = list(ALL)[:4]


@pytest.mark.parametrize(
    ("mark", "known", "council", "code", "rule"),
    [
        pytest.param(ILL, ALL, True, "D", 0, id="dual registered outranks all"),
        pytest.param(PRESENT, ALL, True, "D", 0, id="dual registered, whatever the pupil did"),
        pytest.param(NO_TRANSPORT, _without(D), True, "X", 1, id="then post-16 not required"),
        pytest.param(NO_TRANSPORT, _without(D, X), True, "C2", 2, id="then off the part-time plan"),
        pytest.param(NO_TRANSPORT, _without(D, X, C2), True, "E", 3, id="then suspended"),
        pytest.param(NO_TRANSPORT, _without(D, X, C2, E), True, "Y4", 4, id="then a day that was closed"),
        pytest.param(NO_TRANSPORT, {"online": True}, True, "Y1", 5, id="then transport"),
        pytest.param(
            MarkFact(Fact.ABSENT, reason=AbsenceReason.NO_ACCESS_ARRANGEMENTS), {}, False, "Q", 5, id="or access"
        ),
        pytest.param(ILL, {"online": True}, True, "I", 6, id="online takes the reason's absence code"),
        pytest.param(PRESENT, {"online": True}, True, "N", 6, id="online, attended, is never K"),
        pytest.param(PRESENT, {"online": True}, False, "N", 6, id="online, attended, is never B"),
        pytest.param(PRESENT, {}, False, "B", 7, id="in person, school-commissioned"),
        pytest.param(LATE, {}, False, "B", 7, id="late in person, school-commissioned"),
        pytest.param(PRESENT, {}, True, "K", 8, id="in person, council-commissioned"),
        pytest.param(PRESENT, _without(D, "online"), True, "K", 8, id="a pupil who came all the same has attended"),
        pytest.param(ILL, {}, True, "I", 9, id="absent with a known reason"),
        pytest.param(ABSENT, {}, True, "N", 10, id="no show, no reason"),
        pytest.param(
            MarkFact(Fact.ABSENT, reason=AbsenceReason.UNKNOWN), {}, True, "N", 10, id="no show, reason unknown"
        ),
    ],
)
def test_the_suggested_code(mark: MarkFact, known: dict[str, Any], council: bool, code: str, rule: int) -> None:
    suggested = suggest_code(mark, SessionCircumstances(council_commissioned=council, **known))
    assert suggested.code.code == code
    assert suggested.rule == CODE_RULES[rule].rule
    assert suggested.source


def test_every_reason_has_a_national_code_that_is_an_absence() -> None:
    codes = {each.code: each for each in ATTENDANCE_CODES}
    assert set(CODE_OF_REASON) == set(AbsenceReason)
    assert not any(codes[code].code_class.is_attended for code in CODE_OF_REASON.values())
    assert {each.code for each in CODE_RULES if each.code} <= set(codes)


def test_the_precedence_is_that_of_the_domain_with_closures_before_transport() -> None:
    order = [(each.rule, each.code) for each in CODE_RULES]
    assert order == [
        ("scheduled_at_other_registered_school", "D"),
        ("post_16_not_required", "X"),
        ("not_timetabled_under_part_time_plan", "C2"),
        ("suspended_with_nothing_arranged", "E"),
        ("site_closed", "Y4"),
        ("council_transport_failed", None),
        ("online_takes_absence_code", None),
        ("attended_in_person_school_commissioned", "B"),
        ("attended_in_person_council_commissioned", "K"),
        ("absent_with_known_reason", None),
        ("no_show_no_reason_yet", "N"),
    ]
    assert all(each.meaning.endswith(".") and each.source for each in CODE_RULES)


@pytest.mark.parametrize(
    ("mark", "council", "before", "after"),
    [
        pytest.param(PRESENT, True, "B", "K", id="K gives way to B"),
        pytest.param(PRESENT, False, "B", "B", id="B stood before"),
        pytest.param(NO_TRANSPORT, True, "Y", "Y1", id="Y1 was Y"),
        pytest.param(MarkFact(Fact.ABSENT, reason=AbsenceReason.INTERVIEW), True, "J", "J1", id="J1 was J"),
    ],
)
def test_before_august_2024_no_code_is_suggested_that_had_not_begun(
    mark: MarkFact, council: bool, before: str, after: str
) -> None:
    known = SessionCircumstances(council_commissioned=council)
    assert suggest_code(mark, known, LAST_DAY_OF_OLD_CODES).code.code == before
    assert suggest_code(mark, known, FIRST_DAY_OF_NEW_CODES).code.code == after


def test_what_is_suggested_is_in_use_on_the_day() -> None:
    for reason in AbsenceReason:
        for day in (LAST_DAY_OF_OLD_CODES, FIRST_DAY_OF_NEW_CODES):
            known = SessionCircumstances(council_commissioned=True)
            assert suggest_code(MarkFact(Fact.ABSENT, reason=reason), known, day).code.is_current_on(day)
