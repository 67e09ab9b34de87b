"""Calendars: published half-terms and closures."""

from typing import Any

import pytest

from tests.world import CALENDAR, World


async def test_a_calendar_says_the_last_open_pupil_day_of_each_half_term(world: World) -> None:
    made = await world.council.post("/v1/calendars", CALENDAR)
    assert made.status_code == 201, made.text
    days = [h["last_open_pupil_day"] for h in made.json()["half_terms"]]
    assert days == ["2026-10-23", "2026-12-18", "2027-02-12", "2027-03-25"]
    assert (await world.other_provider.get(made.headers["Location"])).json() == made.json()


@pytest.mark.parametrize(
    ("half_terms", "code"),
    [
        pytest.param(
            [("autumn", 1, "2026-09-03", "2026-10-23"), ("autumn", 2, "2026-10-23", "2026-12-18")],
            "half_terms_overlap",
            id="half-terms that overlap",
        ),
        pytest.param([("autumn", 1, "2026-10-23", "2026-09-03")], "half_term_backwards", id="one that runs backwards"),
    ],
)
async def test_a_calendar_that_contradicts_itself_is_refused(
    world: World, half_terms: list[tuple[Any, ...]], code: str
) -> None:
    keys = ("term", "half", "first", "last")
    body = CALENDAR | {"half_terms": [dict(zip(keys, h, strict=True)) for h in half_terms], "closures": []}
    answer = await world.council.post("/v1/calendars", body)
    assert answer.status_code == 422
    assert code in [error["code"] for error in answer.json()["errors"]]


async def test_nobody_changes_anothers_calendar(world: World) -> None:
    path = f"/v1/calendars/{await world.calendar()}"
    assert (await world.other_council.change("PUT", path, CALENDAR)).status_code == 404
