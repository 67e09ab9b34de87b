"""Providers are asked in confidence from one another: what one of them can see is the same whoever else is asked."""

from typing import Any

import pytest
from fastapi import FastAPI

from app.access.permission import access_table
from tests.guards.test_access_matrix import NOWHERE, call
from tests.ledger import Ledger
from tests.referring import offered, offered_twice, taken_up, terms
from tests.world import Party, World

FULL = {"declined_for": "no_places", "reason": "Both groups are full"}
WHY = {"reason": "Placed with a competitor of yours"}
TEXTS = (FULL["reason"], WHY["reason"])


async def everything_seen_by(app: FastAPI, party: Party, ids: dict[str, str]) -> str:
    """Every answer that the party gets to a GET: every list, and every address with the ids of what it is not told."""
    seen = []
    for row in access_table(app):
        if row.method == "GET" and row.path.startswith("/v1/") and row.scope != "open":
            answer = await call(party.http, row, ids)
            asked = [answer.request.url.path, *ids.values()] if answer.status_code == 404 else []
            text = answer.text
            for each in asked:  # a 404 repeats the address that was asked, and nothing else
                text = text.replace(each, "")
            seen.append(text + str({k: v for k, v in answer.headers.items() if k != "x-request-id"}))
    return "\n".join(seen)


@pytest.mark.parametrize("end", ["standing", "declined", "withdrawn", "accepted"])
async def test_no_answer_to_a_competitor_holds_a_trace_of_another_offer(app: FastAPI, world: World, end: str) -> None:
    path, first, second = await offered_twice(world)
    if end == "declined":
        await world.provider.post(f"{first}/refusal", FULL)
    elif end == "withdrawn":
        await world.council.act(first, "withdrawal", WHY)
    elif end == "accepted":
        assert (await world.provider.post(f"{first}/acceptance", None)).status_code == 200
    referral = (await world.school.get(path)).json()
    hidden = {
        "referrals": referral["id"],
        "referral-offers": first.rsplit("/", 1)[1],
        "pupils": referral["pupil_id"],
        "placements": referral["placement_id"] or NOWHERE,
    }
    seen = await everything_seen_by(app, world.other_provider, hidden)
    for trace in (hidden["referrals"], hidden["referral-offers"], hidden["pupils"], referral["placement_id"], *TEXTS):
        assert trace is None or trace not in seen
    assert second.rsplit("/", 1)[1] in seen
    assert "closed" not in (await world.other_provider.get(second)).text


def neutral(answer: Any) -> dict[str, Any]:
    """An offer as read, less what is an offer's own."""
    return {k: v for k, v in answer.json().items() if k not in ("id", "provider_id")}


async def test_losing_to_a_competitor_reads_like_any_withdrawal(world: World, ledger: Ledger) -> None:
    calendar = await world.calendar()
    lost_in, withdrawn_in, ended_in = [await taken_up(world) for _ in range(3)]
    lost, withdrawn, ended = [
        await offered(world, path, world.other_provider, calendar_id=calendar)
        for path in (lost_in, withdrawn_in, ended_in)
    ]
    winner = await offered(world, lost_in, world.provider, calendar_id=calendar)
    assert (await world.provider.post(f"{winner}/acceptance", None)).status_code == 200
    assert (await world.council.act(withdrawn, "withdrawal", WHY)).status_code == 200
    assert (await world.school.act(ended_in, "withdrawal", WHY)).status_code == 200
    answers = [await world.other_provider.get(each) for each in (lost, withdrawn, ended)]
    assert neutral(answers[0]) == neutral(answers[1]) == neutral(answers[2])
    assert {answer.headers["ETag"].partition("-")[0] for answer in answers} == {'"2'}
    refusals = [await world.other_provider.post(f"{each}/acceptance", None) for each in (lost, withdrawn, ended)]
    told = [{k: v for k, v in each.json().items() if k not in ("instance", "request_id")} for each in refusals]
    assert told[0] == told[1] == told[2]
    assert told[0]["status"] == 409
    for state, found in (("withdrawn", 3), ("closed", 0)):
        assert len((await world.other_provider.get("/v1/referral-offers", state=state)).json()["items"]) == found
    events = (await world.other_provider.get("/v1/events")).json()["items"]
    of_each = [[e["type"] for e in events if e["resource"] == each] for each in (lost, withdrawn, ended)]
    assert of_each == [["referral-offer.made", "referral-offer.withdrawn"]] * 3
    assert len(events) == 6
    read = (await world.school.get(lost)).json()
    assert (read["state"], read["withdrawn_because"]) == ("closed", None)
    assert await ledger.told("referral-offer.withdrawn", lost) == {
        world.council.id,
        world.school.id,
        world.other_provider.id,
    }


async def test_what_others_do_moves_nothing_that_a_provider_holds(world: World) -> None:
    """Neither the ETag of its offer nor its feed shows that others are asked, answer or are withdrawn."""
    path, calendar = await taken_up(world), await world.calendar()
    mine = await offered(world, path, world.other_provider, calendar_id=calendar)
    before = (await world.other_provider.get(mine)).headers["ETag"]
    feed = (await world.other_provider.get("/v1/events")).json()["items"]
    theirs = await offered(world, path, world.provider, calendar_id=calendar)
    await world.council.act(theirs, "withdrawal", WHY)
    again = await offered(world, path, world.provider, calendar_id=calendar)
    await world.provider.post(f"{again}/refusal", FULL)
    unchanged = await world.other_provider.http.get(mine, headers={"If-None-Match": before})
    assert unchanged.status_code == 304
    assert (await world.other_provider.get("/v1/events")).json()["items"] == feed
    since = await world.other_provider.get("/v1/referral-offers", changed_since="2026-11-24T08:00:00Z")
    assert [f"/v1/referral-offers/{each['id']}" for each in since.json()["items"]] == [mine]


async def test_a_competitor_gets_the_404_of_what_does_not_exist(world: World) -> None:
    path, first, _ = await offered_twice(world)
    for asked in (first, path, f"{path}/history"):
        real = await world.other_provider.get(asked)
        unknown = await world.other_provider.get(asked.replace(asked.split("/")[3], NOWHERE))
        assert (real.status_code, real.json()["detail"]) == (404, unknown.json()["detail"])
    for verb, body in (("acceptance", None), ("refusal", FULL)):
        assert (await world.other_provider.post(f"{first}/{verb}", body)).status_code == 404
    by_referral = await world.other_provider.get("/v1/referral-offers", referral_id=path.rsplit("/", 1)[1])
    assert by_referral.json()["items"] == []
    by_provider = await world.other_provider.get("/v1/referral-offers", provider_id=str(world.provider.id))
    assert by_provider.json()["items"] == []


async def test_an_offer_that_ended_tells_nothing_of_the_child_any_more(world: World) -> None:
    path, first, second = await offered_twice(world)
    await world.provider.post(f"{first}/refusal", FULL)
    await world.council.act(second, "withdrawal", WHY)
    await world.school.change("PATCH", path, {"needs": "Quite other needs"})
    for provider, offer in ((world.provider, first), (world.other_provider, second)):
        read = await provider.get(offer)
        assert read.json()["child"] is None
        assert "needs" not in read.text


async def test_the_database_shows_a_provider_its_own_offers_alone(world: World, ledger: Ledger) -> None:
    path, first, second = await offered_twice(world)
    me = world.other_provider.id
    referral = path.rsplit("/", 1)[1]
    for table in ("referrals", "referral_steps", "pupils"):
        assert await ledger.sql_as(me, f"select 1 from {table}") == [], table
    assert [str(row[0]) for row in await ledger.sql_as(me, "select id from referral_offers")] == [
        second.rsplit("/", 1)[1]
    ]
    known = "select offer_id from referrals_offered(cast(:offers as uuid[]))"
    both = [each.rsplit("/", 1)[1] for each in (first, second)]
    assert [str(row[0]) for row in await ledger.sql_as(me, known, offers=both)] == both[1:]
    await world.council.act(second, "withdrawal", WHY)
    assert await ledger.sql_as(me, known, offers=both) == []
    assert len(await ledger.sql_as(world.school.id, "select 1 from referrals where id = :id", id=referral)) == 1
    assert await ledger.sql_as(world.other_council.id, "select 1 from referrals") == []


async def test_a_provider_is_not_told_who_the_host_school_is(world: World) -> None:
    offer = await offered(world, await taken_up(world))
    body = await terms(world, world.other_provider)
    assert str(world.school.id) not in (await world.provider.get(offer)).text
    assert body["provider_id"] not in (await world.provider.get(offer)).text
