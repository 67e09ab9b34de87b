"""When a placement may end, for every shape of calendar: only the governing one decides, and a refusal says what would."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest

from app.rules.calendars import SchoolCalendar, lawful_end_dates
from tests.asking import CHRISTMAS, EASTER, FEBRUARY, ask, asked, at_once, days_of, longer, read
from tests.ledger import Ledger
from tests.rules.published_calendars import PORTSMOUTH, STAFFORDSHIRE
from tests.test_terminations import give, given, placement_in
from tests.world import CALENDAR, World

HALF_TERMS: Any = CALENDAR["half_terms"]


def autumn(last: str, *closed: str) -> Mapping[str, Any]:
    """The calendar with an autumn term that ends on `last`, and these days closed."""
    half_terms = [HALF_TERMS[0], HALF_TERMS[1] | {"last": last}, *HALF_TERMS[2:]]
    return CALENDAR | {"half_terms": half_terms, "closures": [{"date": day, "reason": "Closed"} for day in closed]}


def published(calendar: SchoolCalendar) -> Mapping[str, Any]:
    """A calendar that real schools published, as a council sends it."""
    return {
        "name": "Published",
        "half_terms": [
            {"term": h.term, "half": h.half, "first": h.first.isoformat(), "last": h.last.isoformat()}
            for h in calendar.half_terms
        ],
        "closures": [{"date": c.day.isoformat(), "reason": c.reason} for c in calendar.closures],
    }


@pytest.mark.parametrize(
    ("calendar", "last", "nearly"),
    [
        pytest.param(autumn("2026-12-16"), "2026-12-16", "2026-12-18", id="a half-term that ends mid-week"),
        pytest.param(autumn(CHRISTMAS, CHRISTMAS), "2026-12-17", CHRISTMAS, id="a half-term that ends on an INSET day"),
        pytest.param(
            autumn("2026-12-21", "2026-12-21"), CHRISTMAS, "2026-12-21", id="a bank holiday on the Monday it ends on"
        ),
        pytest.param(autumn("2026-12-20"), CHRISTMAS, "2026-12-20", id="a half-term that ends on a Sunday"),
        pytest.param(
            autumn(CHRISTMAS, "2026-12-14", "2026-12-15", "2026-12-16", "2026-12-17", CHRISTMAS),
            "2026-12-11",
            CHRISTMAS,
            id="a last week that is closed throughout",
        ),
    ],
)
async def test_the_last_open_pupil_day_ends_it_whatever_the_shape(
    world: World, ledger: Ledger, calendar: Mapping[str, Any], last: str, nearly: str
) -> None:
    placement = await placement_in(world, calendar)
    refusal = (await give(world.school, placement, nearly)).json()
    assert (refusal["rule"], refusal["next_lawful_dates"]) == ("not_last_day_of_half_term", [last])
    assert (await give(world.school, placement, last)).status_code == 201
    assert await days_of(world, placement) == (FEBRUARY, last)
    assert list(await ledger.sessions(placement))[-1] == f"{last} pm"


@pytest.mark.parametrize("calendar", [STAFFORDSHIRE, PORTSMOUTH], ids=["Staffordshire", "Portsmouth"])
async def test_calendars_that_schools_published_end_on_their_own_days(
    world: World, ledger: Ledger, calendar: SchoolCalendar
) -> None:
    begins = calendar.half_terms[0].first
    await ledger.stand_at(datetime.combine(begins, time(8), UTC))
    lawful = list(lawful_end_dates(calendar))
    planned = max(day for day in lawful if (day - begins).days < 3 * 366)
    placement = await placement_in(
        world, published(calendar), starts_on=begins.isoformat(), planned_end_on=planned.isoformat()
    )
    refusal = (await give(world.provider, placement, (begins + timedelta(days=1)).isoformat())).json()
    assert refusal["next_lawful_dates"] == [day.isoformat() for day in lawful[:3]]
    for day in reversed([day for day in lawful if day < planned]):
        assert (await give(world.provider, placement, day.isoformat())).status_code == 201
        assert (await days_of(world, placement))[1] == day.isoformat()


async def test_of_several_calendars_the_governing_one_decides(world: World) -> None:
    """The council breaks up on the 18th, the school on the 16th: the placement goes by what both fixed."""
    own = await world.school.post("/v1/calendars", dict(autumn("2026-12-16")))
    of_council, of_school = await world.placement(), await world.placement(calendar_id=own.json()["id"])
    for placement, lawful, other in (
        (of_council, CHRISTMAS, "2026-12-16"),
        (of_school, "2026-12-16", CHRISTMAS),
    ):
        refusal = (await give(world.school, placement, other)).json()
        assert (refusal["rule"], refusal["next_lawful_dates"]) == ("not_last_day_of_half_term", [lawful])
        assert (await give(world.school, placement, lawful)).status_code == 201


async def test_notice_in_the_holidays_names_the_next_half_term(world: World, ledger: Ledger) -> None:
    placement = await world.placement(planned_end_on=EASTER)
    await ledger.stand_at(datetime(2026, 12, 28, 9, 0, tzinfo=UTC))
    refusal = (await give(world.provider, placement, "2026-12-28")).json()
    assert (refusal["rule"], refusal["next_lawful_dates"]) == ("not_last_day_of_half_term", [FEBRUARY])
    assert (await give(world.provider, placement, FEBRUARY)).status_code == 201


async def test_a_placement_that_has_not_begun_ends_at_a_half_terms_end_too(world: World, ledger: Ledger) -> None:
    placement = await world.placement(starts_on="2026-12-07")
    refusal = (await give(world.provider, placement, "2026-11-30")).json()
    assert (refusal["rule"], refusal["next_lawful_dates"]) == ("termination_before_start", [CHRISTMAS])
    await given(world.provider, placement)
    shown = await read(world.school, f"/v1/placements/{placement}")
    assert (shown["status"], shown["ends_on"]) == ("upcoming", CHRISTMAS)


async def test_the_planned_end_is_not_brought_forward_but_by_notice(world: World, ledger: Ledger) -> None:
    placement = await world.placement()
    path = f"/v1/placements/{placement}"
    for method in ("PATCH", "PUT"):
        changed = await world.council.http.request(method, path, json={"planned_end_on": CHRISTMAS})
        assert changed.status_code == 405
    backwards = await ask(world.council, longer(placement, CHRISTMAS, end_by_agreement=True))
    assert (backwards.status_code, backwards.json()["rule"]) == (409, "extension_not_later")
    tuesday = date(2026, 12, 1)
    for statement in (
        "update placements set planned_end_on = :day, ends_on = :day where id = :id",
        "update placements set planned_end_on = :day where id = :id",
    ):
        with pytest.raises(Exception, match=r"never changes|dates_in_order"):
            await ledger.sql_as(world.council.id, statement, day=tuesday, id=placement)
    assert await days_of(world, placement) == (FEBRUARY, FEBRUARY)


async def test_a_successor_ends_nothing_by_itself(world: World) -> None:
    placement = await world.placement()
    pupil = (await read(world.council, f"/v1/placements/{placement}"))["pupil_id"]
    elsewhere = await world.proposal(
        pupil_id=pupil, continues_id=placement, provider_id=str(world.other_provider.id), starts_on="2027-02-22",
        planned_end_on=EASTER,
    )  # fmt: skip
    assert (await world.council.post("/v1/placements", elsewhere)).status_code == 201
    assert await days_of(world, placement) == (FEBRUARY, FEBRUARY)


async def test_an_end_that_both_fixed_on_another_day_is_not_moved_to_yet_another(world: World) -> None:
    placement = await world.placement(planned_end_on="2027-01-20", planned_end_by_agreement=True)
    refusal = (await give(world.provider, placement, "2027-01-13")).json()
    assert (refusal["rule"], refusal["next_lawful_dates"]) == ("not_last_day_of_half_term", [CHRISTMAS])
    assert refusal["note"] == "Later half-term ends fall on or after the end that the placement already has."


async def test_what_ends_at_once_is_not_ended_again_by_notice(world: World, ledger: Ledger) -> None:
    placement = await world.placement()
    path = await asked(world.provider, at_once(placement, "2026-11-25"))
    for party in (world.school, world.council):
        await party.post(f"{path}/agreements", {"answer": "agreed", "given_by": "A. Head"})
    for day, rule in ((CHRISTMAS, "termination_already_given"), (FEBRUARY, "termination_already_given")):
        refusal = await give(world.school, placement, day)
        assert (refusal.status_code, refusal.json()["rule"], refusal.json()["next_lawful_dates"]) == (409, rule, [])
    await ledger.stand_at(datetime(2026, 11, 26, 8, 0, tzinfo=UTC))
    assert (await give(world.school, placement)).json()["rule"] == "placement_already_ended"
