"""Two full terms after a move somebody asks whether it was sustained, and the answers are kept."""

from asyncio import gather
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest
from httpx import Response

from app.db.embedded_database import Addresses
from app.db.engine import make_engine, make_sessions
from app.services.duties import do_duties
from app.settings import Settings
from tests.coming_out import TWO_TERMS_LATER, YEARS, check_of, ended_placement, outcome, recorded
from tests.ledger import Ledger
from tests.world import Party, World

DUE = datetime(2027, 7, 20, 9, 0, tzinfo=UTC)


async def find(party: Party, check: str, **changes: Any) -> Response:
    body = {"finding": "sustained", "evidence": "Register of Hill School", "recorded_by": "A. Officer"} | changes
    return await party.act(f"/v1/sustained-checks/{check}", "findings", body)


async def duties(database: Addresses, settings: Settings, world: World, until: datetime) -> int:
    engine = make_engine(database.worker, settings)
    done = await do_duties(make_sessions(engine), world.sandbox_id, until)
    await engine.dispose()
    assert done.failed == ()
    return done.events


async def test_an_outcome_schedules_a_check_after_two_full_terms(world: World, ledger: Ledger) -> None:
    placement = await ended_placement(world, ledger)
    made = await recorded(world.council, placement)
    for party in (world.council, world.school, world.provider):
        check = await check_of(party, placement, kind="transition")
        assert (check["state"], check["due_on"], check["moved_on"]) == ("scheduled", TWO_TERMS_LATER, "2027-01-04")
        assert (check["outcome_id"], check["finding"], check["findings"]) == (made["id"], None, [])
        assert (await party.get(f"/v1/sustained-checks/{check['id']}")).json() == check
    assert (await world.other_council.get(f"/v1/sustained-checks/{check['id']}")).status_code == 404
    assert (await world.other_school.get("/v1/sustained-checks")).json()["items"] == []
    assert (await world.school.get("/v1/sustained-checks", kind="post_16")).json()["items"] == []


@pytest.mark.parametrize("destination", ["unknown", "no_destination", "custody", "moved_away"])
async def test_what_cannot_be_sustained_is_not_asked_about(world: World, ledger: Ledger, destination: str) -> None:
    placement = await ended_placement(world, ledger)
    await recorded(world.council, placement, destination=destination, destination_from_on=None)
    assert (await world.council.get("/v1/sustained-checks")).json()["items"] == []


@pytest.mark.parametrize(
    ("day", "state"),
    [
        (datetime(2027, 7, 19, 9, tzinfo=UTC), "scheduled"),
        (DUE, "due"),
        (datetime(2027, 8, 17, 9, tzinfo=UTC), "due"),
        (datetime(2027, 8, 18, 9, tzinfo=UTC), "overdue"),
    ],
)
async def test_a_check_falls_due_and_then_behind(world: World, ledger: Ledger, day: datetime, state: str) -> None:
    placement = await ended_placement(world, ledger)
    await recorded(world.council, placement)
    await ledger.stand_at(day)
    for asked in ("scheduled", "due", "overdue", "done", "void"):
        found = (await world.school.get("/v1/sustained-checks", state=asked)).json()["items"]
        assert [each["state"] for each in found] == ([state] if asked == state else []), asked


async def test_the_day_is_unknown_until_the_terms_are_published(
    world: World, ledger: Ledger, database: Addresses, settings: Settings
) -> None:
    short = YEARS | {"half_terms": YEARS["half_terms"][:5], "closures": []}
    calendar = (await world.council.post("/v1/calendars", short)).json()["id"]
    placement = await ended_placement(world, ledger, calendar_id=calendar)
    await recorded(world.council, placement)
    assert (await check_of(world.school, placement))["due_on"] is None
    refusal = await find(world.school, (await check_of(world.school, placement))["id"])
    assert (refusal.status_code, refusal.json()["rule"]) == (409, "check_not_due")
    changed = await world.council.change("PUT", f"/v1/calendars/{calendar}", YEARS)
    assert changed.status_code == 200, changed.text
    assert (await check_of(world.school, placement))["due_on"] == TWO_TERMS_LATER
    await ledger.stand_at(DUE)
    assert (await check_of(world.school, placement, state="due"))["due_on"] == TWO_TERMS_LATER
    await duties(database, settings, world, DUE)
    assert await ledger.sql("select due_on::text from sustained_checks where placement_id = :id", id=placement) == [
        (TWO_TERMS_LATER,)
    ]


async def test_all_who_see_the_placement_are_told_once_that_it_is_due(
    world: World, ledger: Ledger, database: Addresses, settings: Settings
) -> None:
    placement = await ended_placement(world, ledger)
    await recorded(world.council, placement)
    path = f"/v1/sustained-checks/{(await check_of(world.school, placement))['id']}"
    before = datetime(2027, 7, 19, 22, 0, tzinfo=UTC)
    await duties(database, settings, world, before)
    assert await ledger.told("sustained-check.due", path) == set()
    await duties(database, settings, world, DUE)
    assert await duties(database, settings, world, DUE) == 0
    everybody = {world.council.id, world.school.id, world.provider.id}
    assert await ledger.told("sustained-check.due", path) == everybody
    times = await ledger.sql("select occurred_at from events where type = 'sustained-check.due'")
    assert datetime(2027, 7, 19, 23, 0, tzinfo=UTC) in {row[0] for row in times}


async def test_changed_since_covers_what_the_day_brings(world: World, ledger: Ledger) -> None:
    placement = await ended_placement(world, ledger)
    await recorded(world.council, placement)
    since = {"changed_since": "2027-07-01T00:00:00Z"}
    for day, seen in ((datetime(2027, 7, 19, 9, tzinfo=UTC), 0), (DUE, 1)):
        await ledger.stand_at(day)
        assert len((await world.school.get("/v1/sustained-checks", **since)).json()["items"]) == seen
    await ledger.stand_at(datetime(2027, 8, 18, 9, tzinfo=UTC))
    page = await world.school.get("/v1/sustained-checks", changed_since="2027-08-10T00:00:00Z")
    assert [each["state"] for each in page.json()["items"]] == ["overdue"]


@pytest.mark.parametrize("who", ["council", "school"])
async def test_a_party_says_whether_it_was_sustained(world: World, ledger: Ledger, who: str) -> None:
    party: Party = getattr(world, who)
    placement = await ended_placement(world, ledger)
    await recorded(world.council, placement)
    check = (await check_of(party, placement))["id"]
    early = await find(party, check)
    assert (early.json()["rule"], early.json()["next_lawful_dates"]) == ("check_not_due", [TWO_TERMS_LATER])
    await ledger.stand_at(DUE)
    done = await find(party, check)
    assert done.status_code == 200, done.text
    assert (done.json()["state"], done.json()["finding"]) == ("done", "sustained")
    (only,) = done.json()["findings"]
    assert (only["number"], only["recorded_by_id"], only["correction_reason"]) == (1, str(party.id), None)
    path = f"/v1/sustained-checks/{check}"
    assert await ledger.told("sustained-check.recorded", path) == {world.council.id, world.school.id, world.provider.id}


async def test_a_finding_is_corrected_by_another_with_its_reason(world: World, ledger: Ledger) -> None:
    placement = await ended_placement(world, ledger)
    await recorded(world.council, placement)
    check = (await check_of(world.school, placement))["id"]
    first = await find(world.school, check, finding="not_sustained", correction_reason="Not needed the first time")
    assert first.status_code == 200, first.text
    await ledger.stand_at(DUE)
    refusal = await find(world.council, check)
    assert (refusal.status_code, refusal.json()["rule"]) == (409, "correction_without_reason")
    second = await find(world.council, check, correction_reason="The child stayed after all")
    assert second.json()["finding"] == "sustained"
    assert [(each["finding"], each["correction_reason"]) for each in second.json()["findings"]] == [
        ("not_sustained", None),
        ("sustained", "The child stayed after all"),
    ]


async def test_only_the_placing_side_answers_and_only_what_stands(world: World, ledger: Ledger) -> None:
    placement = await ended_placement(world, ledger)
    made = await recorded(world.council, placement)
    check = (await check_of(world.school, placement))["id"]
    await ledger.stand_at(DUE)
    assert (await find(world.provider, check)).json()["type"] == "/problems/wrong-kind-of-organisation"
    assert (await find(world.other_school, check)).status_code == 404
    await ledger.watches(world.other_school.id, placement)
    assert (await find(world.other_school, check)).json()["rule"] == "not_a_party"
    malformed = await find(world.school, check, evidence=" ", finding="perhaps")
    assert {each["code"] for each in malformed.json()["errors"]} == {"blank", "not_one_of"}
    both = await gather(find(world.school, check), find(world.council, check))
    assert sorted(each.status_code for each in both) in ([200, 412], [200, 409])
    stale = await world.school.http.post(
        f"/v1/sustained-checks/{check}/findings",
        json={"finding": "sustained", "evidence": "x", "recorded_by": "x"},
        headers={"If-Match": '"1-0000000000000000"', "Idempotency-Key": str(uuid4())},
    )
    assert stale.status_code == 412
    body = outcome(correction_reason="Elsewhere", destination="pru")
    assert (await world.council.act(f"/v1/outcomes/{made['id']}", "correction", body)).status_code == 201
    void = await find(world.school, check, correction_reason="Late")
    assert (void.status_code, void.json()["rule"]) == (409, "wrong_state")
