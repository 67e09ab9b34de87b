"""Every national attendance code, and when it may be used."""

import re
from datetime import date

import pytest

from app.rules.attendance_codes import ATTENDANCE_CODES, CodeClass, find_code, may_use_code
from app.rules.calendars import SchoolSession
from app.rules.verdict import Refused

CLASSES = {
    CodeClass.ATTENDING: "/ \\ L",
    CodeClass.APPROVED_ACTIVITY: "K V P W B",
    CodeClass.AUTHORISED: "C C1 C2 E I J1 M R S T H J",
    CodeClass.UNAUTHORISED: "G N O U",
    CodeClass.NOT_POSSIBLE: "D Q X Y1 Y2 Y3 Y4 Y5 Y6 Y7 Y",
    CodeClass.ADMINISTRATIVE: "Z #",
}
OLD, NEW = date(2024, 8, 18), date(2024, 8, 19)


def test_every_code_is_there_once_in_its_class() -> None:
    assert {(code, kind) for kind, codes in CLASSES.items() for code in codes.split()} == {
        (each.code, each.code_class) for each in ATTENDANCE_CODES
    }
    assert len({each.code for each in ATTENDANCE_CODES}) == len(ATTENDANCE_CODES)


@pytest.mark.parametrize("code", ATTENDANCE_CODES, ids=lambda each: each.slug)
def test_a_code_is_found_by_itself_and_by_its_slug(code: object) -> None:
    found = [each for each in ATTENDANCE_CODES if each is code][0]  # noqa: RUF015
    assert re.fullmatch(r"[a-z]+(-[a-z0-9]+)*", found.slug)
    assert find_code(found.slug) is found is find_code(found.code)


@pytest.mark.parametrize(
    ("kind", "attended"),
    [
        pytest.param("attending", True, id="attending counts as attended"),
        pytest.param("approved_activity", True, id="so does an approved activity"),
        pytest.param("authorised", False, id="authorised is an absence"),
        pytest.param("unauthorised", False, id="so is unauthorised"),
        pytest.param("not_possible", False, id="not possible is not attended"),
        pytest.param("administrative", False, id="nor is administrative"),
    ],
)
def test_what_a_class_counts_as(kind: str, attended: bool) -> None:
    assert CodeClass(kind).is_attended is attended


@pytest.mark.parametrize(
    ("code", "day", "session", "online", "refusal"),
    [
        *[pytest.param(code, OLD, "am", False, "", id=f"{code} on its last day") for code in "HJY"],
        *[pytest.param(code, NEW, "am", False, "code_withdrawn", id=f"{code} a day later") for code in "HJY"],
        *[
            pytest.param(code, OLD, "am", False, "code_not_yet_valid", id=f"{code} a day before its first")
            for code in ["C1", "C2", "J1", "K", "Q", "Y1", "Y2", "Y3", "Y4", "Y5", "Y6", "Y7"]
        ],
        *[
            pytest.param(code, NEW, "pm", False, "", id=f"{code} on its first day")
            for code in ["C1", "C2", "J1", "K", "Q", "Y1", "Y2", "Y3", "Y4", "Y5", "Y6", "Y7"]
        ],
        pytest.param("/", NEW, "am", False, "", id="the stroke in the morning"),
        pytest.param("present-am", NEW, "pm", False, "code_of_other_session", id="the stroke in the afternoon"),
        pytest.param("\\", NEW, "pm", False, "", id="the backstroke in the afternoon"),
        pytest.param("present-pm", NEW, "am", False, "code_of_other_session", id="the backstroke in the morning"),
        pytest.param("B", NEW, "am", True, "code_never_online", id="B online"),
        pytest.param("arranged-by-council", NEW, "am", True, "code_never_online", id="K online"),
        pytest.param("I", NEW, "am", True, "", id="an absence code online"),
        pytest.param("B", NEW, "am", False, "", id="B in person"),
        pytest.param("L", OLD, "am", False, "", id="an old code that still stands"),
        pytest.param("b", NEW, "am", False, "unknown_code", id="a small letter is no code"),
        pytest.param("", NEW, "am", False, "unknown_code", id="nothing is no code"),
        pytest.param("Present-AM", NEW, "am", False, "unknown_code", id="a slug is as it is written"),
    ],
)
def test_when_a_code_may_be_used(code: str, day: date, session: str, online: bool, refusal: str) -> None:
    verdict = may_use_code(code, day, SchoolSession(session), online=online)
    assert (verdict.code if isinstance(verdict, Refused) else "") == refusal


def test_a_withdrawn_code_names_what_to_use_instead() -> None:
    verdict = may_use_code("J", NEW, SchoolSession.AM)
    assert isinstance(verdict, Refused)
    assert verdict.next_steps == {"use_instead": ["J1"]}
    other = may_use_code("/", NEW, SchoolSession.PM)
    assert isinstance(other, Refused)
    assert other.next_steps == {"use_instead": ["present-pm"]}
