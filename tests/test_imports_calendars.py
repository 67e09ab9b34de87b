"""Importing calendars, from CSV and from iCalendar: a calendar is published whole or not at all."""

import pytest
from fastapi import FastAPI

from tests.importing import codes, csv, imported, opened, put, states
from tests.world import World

HEADER = "calendar,entry,term,half,first_on,last_on,reason"
AUTUMN = "N,half_term,autumn,1,2026-09-03,2026-10-23,"
SECOND = "N,half_term,autumn,2,02/11/2026,18/12/2026,"
INSET = "N,closure,,,2026-11-26,2026-11-27,INSET"
SPRING = "N,half_term,spring,1,2027-01-04,2027-02-12,"


async def test_the_rows_of_a_calendar_are_published_together(app: FastAPI, world: World) -> None:
    done, rows = await imported(app, world.council, "calendars", csv(HEADER, SECOND, AUTUMN, INSET))
    assert (done["made_count"], len({row["resource"] for row in rows})) == (3, 1)
    calendar = (await world.school.get(rows[0]["resource"])).json()
    assert [each["first"] for each in calendar["half_terms"]] == ["2026-09-03", "2026-11-02"]
    assert [each["date"] for each in calendar["closures"]] == ["2026-11-26", "2026-11-27"]
    _, again = await imported(app, world.council, "calendars", csv(HEADER, AUTUMN, SECOND, INSET))
    assert states(again) == ["unchanged"] * 3


async def test_a_later_file_of_the_same_name_changes_the_calendar_as_the_rules_allow(
    app: FastAPI, world: World
) -> None:
    _, [*_, row] = await imported(app, world.council, "calendars", csv(HEADER, AUTUMN, SECOND, SPRING))
    _, rows = await imported(app, world.council, "calendars", csv(HEADER, AUTUMN, SECOND, SPRING, INSET))
    assert states(rows) == ["changed"] * 4
    await world.placement(calendar_id=row["resource"].rsplit("/", 1)[1])
    _, rows = await imported(app, world.council, "calendars", csv(HEADER, SECOND, SPRING))
    assert codes(rows) == [(2, None, "published_half_terms_stay"), (3, None, "published_half_terms_stay")]
    _, [own] = await imported(app, world.other_council, "calendars", csv(HEADER, AUTUMN))
    assert own["state"] == "made"


async def test_a_bad_row_keeps_its_calendar_out_and_no_other(app: FastAPI, world: World) -> None:
    file = csv(
        HEADER,
        AUTUMN,
        "N,closure,,,2026-10-01,2026-09-30,INSET",
        AUTUMN.replace("N,", "M,"),
        AUTUMN.replace("N,", "F,"),
        "F,closure,,,=TODAY(),,INSET",
        "G,holiday,,,2026-09-03,,",
        "H,half_term,autumn,3,2026-09-03,2026-10-23,",
        AUTUMN.replace("N,", "O,").replace("2026-10-23", "2026-08-23"),
    )
    _, rows = await imported(app, world.council, "calendars", file)
    assert codes(rows) == [
        (2, None, "calendar_incomplete"),
        (3, "last_on", "out_of_range"),
        (5, None, "calendar_incomplete"),
        (6, "first_on", "formula"),
        (7, "entry", "not_one_of"),
        (8, "half", "whole_number_expected"),
        (9, None, "half_term_backwards"),
    ]
    assert [row["state"] for row in rows if row["line"] == 4] == ["made"]
    assert len((await world.council.get("/v1/calendars")).json()["items"]) == 1


async def test_a_row_that_may_be_of_any_calendar_keeps_all_out(app: FastAPI, world: World) -> None:
    _, rows = await imported(app, world.council, "calendars", csv(HEADER, "N,passed_over,,,2026-09-03,,"))
    assert codes(rows) == [(2, "entry", "not_one_of")]
    _, rows = await imported(app, world.council, "calendars", csv(HEADER, AUTUMN, "M,half_term"))
    assert codes(rows) == [(2, None, "calendar_incomplete"), (3, None, "row_ragged")]


def icalendar(*events: str, name: str = "X-WR-CALNAME:Northshire 2026/27\r\n") -> str:
    head = f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//test//EN\r\n{name}"
    return head + "".join(f"BEGIN:VEVENT\r\n{each}\r\nEND:VEVENT\r\n" for each in events) + "END:VCALENDAR\r\n"


def whole_day(summary: str, first: str, until: str | None = None, more: str = "") -> str:
    end = f"DTEND;VALUE=DATE:{until}\r\n" if until else ""
    return f"UID:{summary}\r\nDTSTART;VALUE=DATE:{first}\r\n{end}{more}SUMMARY:{summary}"


FIRST = whole_day("Autumn term\\, first half", "20260903", "20261024")
THEN = whole_day("Autumn 2", "20261102", "20261219")
DEEP = "BEGIN:VTODO\n" * 9_000 + "END:VTODO\n" * 9_000
DAY = whole_day("INSET day", "20261127")


async def test_an_icalendar_file_is_read_as_schools_publish_it(app: FastAPI, world: World) -> None:
    file = icalendar(
        FIRST,
        THEN,
        DAY,
        whole_day("Half term", "20261026", "20261031"),
        whole_day("Boxing Day bank holiday", "20261228"),
        "UID:e\r\nDTSTART:20261201T180000Z\r\nDTEND:20261201T200000Z\r\nSUMMARY:Parents' evening",
        whole_day("Sports day", "20261203", more="CATEGORIES:IGNORE\r\n"),
        whole_day("Snow", "20261204", "20261207", more="CATEGORIES:CLOSURE\r\n"),
    )
    done, rows = await imported(app, world.council, "calendars", file, "text/calendar")
    assert (done["made_count"], [row["line"] for row in rows][:3]) == (8, [5, 11, 17])
    calendar = (await world.council.get(rows[0]["resource"])).json()
    assert calendar["name"] == "Northshire 2026/27"
    assert [(each["term"], each["half"], each["last"]) for each in calendar["half_terms"]] == [
        ("autumn", 1, "2026-10-23"),
        ("autumn", 2, "2026-12-18"),
    ]
    assert [each["date"] for each in calendar["closures"]] == ["2026-11-27", "2026-12-04"]
    _, again = await imported(app, world.council, "calendars", file, "text/calendar")
    assert set(states(again)) == {"unchanged"}


async def test_an_event_that_cannot_be_told_keeps_the_calendar_out(app: FastAPI, world: World) -> None:
    file = icalendar(
        FIRST,
        whole_day("Sports day", "20261203"),
        whole_day("INSET", "20261204", more="RRULE:FREQ=WEEKLY;COUNT=3\r\n"),
        "UID:n\r\nSUMMARY:INSET",
        whole_day("=INSET", "20261205"),
        "UID:b\r\nDTSTART;VALUE=DATE:2026-12-03\r\nSUMMARY:INSET",
    )
    _, rows = await imported(app, world.council, "calendars", file, "text/calendar")
    assert codes(rows) == [
        (5, None, "calendar_incomplete"),
        (11, "entry", "event_not_understood"),
        (16, "first_on", "event_repeats"),
        (22, None, "event_malformed"),
        (26, "reason", "formula"),
        (31, None, "event_malformed"),
    ]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        pytest.param(csv(HEADER, AUTUMN), "file_not_icalendar", id="CSV"),
        pytest.param(icalendar(FIRST).replace("END:VEVENT\r\n", ""), "file_not_icalendar", id="an event not closed"),
        pytest.param(f"BEGIN:VCALENDAR\n{DEEP}END:VCALENDAR\n", "no_rows", id="parts within parts"),
        pytest.param(icalendar(), "no_rows", id="no event"),
        pytest.param(icalendar(FIRST, name=""), "calendar_name_missing", id="a calendar without a name"),
        pytest.param(icalendar(FIRST, name="NAME:=1\r\n"), "calendar_name_unfit", id="a formula for a name"),
        pytest.param(icalendar(FIRST) + "\x00", "nul_character", id="NUL"),
        pytest.param(icalendar(*[DAY] * 2_001), "too_many_rows", id="too many events"),
        pytest.param(icalendar(FIRST) + " " * 600_000, "file_too_large", id="too long"),
        pytest.param(icalendar(whole_day("Été", "20260903")).encode("cp1252"), "encoding_windows_1252", id="no UTF-8"),
    ],
)
async def test_what_is_no_icalendar_file_is_refused(world: World, content: str | bytes, code: str) -> None:
    answer = await put(world.council, await opened(world.council, "calendars"), content, "text/calendar")
    assert (answer.status_code, [each["code"] for each in answer.json()["errors"]]) == (422, [code])


async def test_a_calendar_without_a_name_takes_the_one_that_the_import_gives(app: FastAPI, world: World) -> None:
    file = icalendar(FIRST, name="")
    _, [row] = await imported(app, world.council, "calendars", file, "text/calendar", calendar_name="Ours")
    assert (await world.council.get(row["resource"])).json()["name"] == "Ours"
