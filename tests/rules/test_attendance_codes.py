"""Every national attendance code, and when it may be used."""

import re
from datetime import date

import pytest

from app.rules.attendance_codes import ATTENDANCE_CODES, CodeClass, find_code, may_use_code
from app.rules.calendars import SchoolSession
from app.rules.verdict import Refused

OLD, NEW = date(2024, 8, 18), date(2024, 8, 19)


TABLE: list[tuple[str, str, str, str, str, str, str]] = [
    # code, slug, class, first day, last day, sessions, what took its place
    ("/", "present-am", "attending", "", "", "am", ""),
    ("\\", "present-pm", "attending", "", "", "pm", ""),
    ("L", "late", "attending", "", "", "am pm", ""),
    ("K", "arranged-by-council", "approved_activity", "2024-08-19", "", "am pm", ""),
    ("V", "visit", "approved_activity", "", "", "am pm", ""),
    ("P", "sport", "approved_activity", "", "", "am pm", ""),
    ("W", "work-experience", "approved_activity", "", "", "am pm", ""),
    ("B", "other-off-site", "approved_activity", "", "", "am pm", ""),
    ("C", "exceptional-leave", "authorised", "", "", "am pm", ""),
    ("C1", "performance-or-employment", "authorised", "2024-08-19", "", "am pm", ""),
    ("C2", "part-time-timetable", "authorised", "2024-08-19", "", "am pm", ""),
    ("E", "suspended-or-excluded", "authorised", "", "", "am pm", ""),
    ("I", "illness", "authorised", "", "", "am pm", ""),
    ("J1", "interview", "authorised", "2024-08-19", "", "am pm", ""),
    ("M", "medical-appointment", "authorised", "", "", "am pm", ""),
    ("R", "religious-observance", "authorised", "", "", "am pm", ""),
    ("S", "study-leave", "authorised", "", "", "am pm", ""),
    ("T", "parent-travelling", "authorised", "", "", "am pm", ""),
    ("G", "holiday-not-granted", "unauthorised", "", "", "am pm", ""),
    ("N", "reason-not-yet-known", "unauthorised", "", "", "am pm", ""),
    ("O", "other-unauthorised", "unauthorised", "", "", "am pm", ""),
    ("U", "after-register-closed", "unauthorised", "", "", "am pm", ""),
    ("D", "dual-registered", "not_possible", "", "", "am pm", ""),
    ("Q", "no-access-arrangements", "not_possible", "2024-08-19", "", "am pm", ""),
    ("X", "not-compulsory-age", "not_possible", "", "", "am pm", ""),
    ("Y1", "transport-not-available", "not_possible", "2024-08-19", "", "am pm", ""),
    ("Y2", "travel-disruption", "not_possible", "2024-08-19", "", "am pm", ""),
    ("Y3", "part-of-site-closed", "not_possible", "2024-08-19", "", "am pm", ""),
    ("Y4", "site-closed", "not_possible", "2024-08-19", "", "am pm", ""),
    ("Y5", "in-custody", "not_possible", "2024-08-19", "", "am pm", ""),
    ("Y6", "public-health", "not_possible", "2024-08-19", "", "am pm", ""),
    ("Y7", "other-unavoidable", "not_possible", "2024-08-19", "", "am pm", ""),
    ("Z", "not-yet-on-roll", "administrative", "", "", "am pm", ""),
    ("#", "planned-closure", "administrative", "", "", "am pm", ""),
    ("H", "agreed-holiday", "authorised", "", "2024-08-18", "am pm", "C"),
    ("J", "interview-before-2024", "authorised", "", "2024-08-18", "am pm", "J1"),
    ("Y", "unable-to-attend-before-2024", "not_possible", "", "2024-08-18", "am pm", "Y1 Y2 Y3 Y4 Y5 Y6 Y7"),
]


def test_the_table_has_one_row_for_each_code() -> None:
    assert len({row[0] for row in TABLE}) == len(TABLE) == len(ATTENDANCE_CODES) == 37
    assert len({row[1] for row in TABLE}) == len(TABLE)


@pytest.mark.parametrize("row", TABLE, ids=lambda row: row[1])
def test_each_code_is_as_the_table_says(row: tuple[str, ...]) -> None:
    code, slug, kind, first, last, sessions, instead = row
    found = find_code(code)
    assert found is not None
    assert (found.slug, found.code_class) == (slug, kind)
    assert (str(found.valid_from or ""), str(found.valid_until or "")) == (first, last)
    assert (" ".join(found.sessions), " ".join(found.replaced_by)) == (sessions, instead)
    assert found.code_class.is_attended is (code in {"/", "\\", "L", "K", "V", "P", "W", "B"})


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
    early = may_use_code("K", OLD, SchoolSession.AM)
    assert isinstance(early, Refused)
    assert early.next_steps == {"use_instead": ["B"]}
    assert "use B instead" in early.reason
    other = may_use_code("/", NEW, SchoolSession.PM)
    assert isinstance(other, Refused)
    assert other.next_steps == {"use_instead": ["present-pm"]}
