"""A suspension stands only when every party that must agree has agreed before it takes effect."""

from asyncio import gather
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from httpx import Response
from sqlalchemy.exc import DBAPIError

from app.db.embedded_database import Addresses
from tests.attendance_days import placement_accepted_at
from tests.ledger import Ledger
from tests.world import TIMETABLE, Party, World

AGREED = {"answer": "agreed", "given_by": "A. Head, headteacher"}
REFUSED = {"answer": "refused", "given_by": "B. Officer", "note": "Speak to us first"}
THURSDAY = ["2026-11-26 am", "2026-11-26 pm"]


def days(placement: str, first: str = "2026-11-26", last: str = "2026-11-26", **changes: Any) -> dict[str, Any]:
    return {"placement_id": placement, "starts_on": first, "ends_on": last, "reason": "A fight at lunch"} | changes


async def requested(world: World, placement: str, first: str = "2026-11-26", last: str = "2026-11-26") -> str:
    """The path of a request of the provider's."""
    made = await world.provider.post("/v1/suspensions", days(placement, first, last))
    assert made.status_code == 201, made.text
    return made.headers["Location"]


async def answer(party: Party, path: str, body: object = AGREED) -> Response:
    return await party.post(f"{path}/agreements", body)


async def agreed(world: World, placement: str, first: str = "2026-11-26", last: str = "2026-11-26") -> str:
    path = await requested(world, placement, first, last)
    for party in (world.school, world.council):
        assert (await answer(party, path)).status_code == 200
    return path


async def test_a_suspension_stands_when_school_and_commissioner_agree(world: World, ledger: Ledger) -> None:
    placement = await world.placement()
    path = await requested(world, placement, last="2026-11-30")
    read = (await world.school.get(path)).json()
    assert (read["state"], read["still_to_agree"]) == ("requested", ["commissioner", "host_school"])
    assert read["takes_effect_at"] == "2026-11-26T09:00:00Z"
    assert {need["organisation_id"]: need["roles"] for need in read["agreements_needed"]} == {
        str(world.school.id): ["host_school"],
        str(world.council.id): ["commissioner"],
    }
    first = await answer(world.school, path)
    assert (first.json()["state"], first.json()["still_to_agree"]) == ("requested", ["commissioner"])
    assert await ledger.waived(placement) == []
    second = await answer(world.council, path)
    assert (second.json()["state"], second.json()["still_to_agree"]) == ("agreed", [])
    assert [each["given_by"] for each in second.json()["agreements"]] == ["A. Head, headteacher"] * 2
    assert await ledger.waived(placement) == [*THURSDAY, "2026-11-30 am", "2026-11-30 pm"]
    assert (await world.provider.get(path)).json() == second.json()


async def test_every_viewer_is_told_of_every_step(world: World, ledger: Ledger) -> None:
    placement = await world.placement()
    await ledger.watches(world.other_council.id, placement)
    path = await agreed(world, placement)
    everybody = {world.council.id, world.school.id, world.provider.id, world.other_council.id}
    for event in ("requested", "agreement-recorded", "agreed"):
        assert await ledger.told(f"suspension.{event}", path) == everybody


async def test_one_refusal_settles_it(world: World, ledger: Ledger) -> None:
    placement = await world.placement()
    path = await requested(world, placement)
    assert (await answer(world.council, path, REFUSED)).json()["state"] == "refused"
    late = await answer(world.school, path)
    assert (late.status_code, late.json()["rule"]) == (409, "wrong_state")
    assert await ledger.waived(placement) == []
    assert world.school.id in await ledger.told("suspension.refused", path)


@pytest.mark.parametrize(
    ("who", "status", "rule"),
    [
        pytest.param("provider", 409, "not_a_party_to_agree", id="the provider cannot agree to its own request"),
        pytest.param("watcher", 409, "not_a_party", id="a council that only watches cannot agree"),
        pytest.param("other_school", 404, None, id="a stranger sees nothing to agree to"),
    ],
)
async def test_only_the_party_itself_agrees(
    world: World, ledger: Ledger, who: str, status: int, rule: str | None
) -> None:
    placement = await world.placement()
    await ledger.watches(world.other_council.id, placement)
    path = await requested(world, placement)
    party: Party = world.other_council if who == "watcher" else getattr(world, who)
    refusal = await answer(party, path)
    assert (refusal.status_code, refusal.json().get("rule")) == (status, rule)
    assert (await world.school.get(path)).json()["agreements"] == []


async def test_nobody_answers_twice(world: World) -> None:
    path = await requested(world, await world.placement())
    assert (await answer(world.school, path)).status_code == 200
    again = await answer(world.school, path, REFUSED)
    assert (again.status_code, again.json()["rule"]) == (409, "already_answered")


async def test_nobody_names_another_party_in_its_answer(world: World) -> None:
    path = await requested(world, await world.placement())
    forged = await answer(world.school, path, AGREED | {"organisation_id": str(world.council.id)})
    assert forged.status_code == 422
    nobody = await answer(world.school, path, {"answer": "agreed"})
    assert nobody.json()["errors"][0]["pointer"] == "/given_by"
    assert (await world.school.get(path)).json()["still_to_agree"] == ["commissioner", "host_school"]


async def test_a_commissioner_agrees_alone_for_a_child_on_no_roll(world: World) -> None:
    path = await requested(world, await world.placement(host_school_id=None))
    assert (await answer(world.council, path)).json()["state"] == "agreed"


async def test_one_organisation_in_two_roles_agrees_once(world: World) -> None:
    child = {"given_name": "Ada", "family_name": "Example", "date_of_birth": "2012-03-04"}
    pupil = (await world.school.post("/v1/pupils", child)).json()["id"]
    body = await world.proposal(pupil_id=pupil)
    proposed = await world.school.post("/v1/placements", body)
    assert proposed.status_code == 201, proposed.text
    await world.provider.act(proposed.headers["Location"], "acceptance")
    path = await requested(world, proposed.json()["id"])
    needed = (await world.school.get(path)).json()["agreements_needed"]
    assert needed == [{"organisation_id": str(world.school.id), "roles": ["commissioner", "host_school"]}]
    assert (await answer(world.school, path)).json()["state"] == "agreed"


async def test_a_provider_that_is_the_host_school_does_not_agree_for_it(world: World) -> None:
    path = await requested(world, await world.placement(host_school_id=str(world.provider.id)))
    own = await answer(world.provider, path)
    assert own.json()["rule"] == "not_a_party_to_agree"
    assert (await answer(world.council, path)).json()["state"] == "agreed"


@pytest.mark.parametrize(
    ("first", "last", "rule"),
    [
        pytest.param("2026-11-23", "2026-11-25", "suspension_not_prior", id="suspending first and asking later"),
        pytest.param("2026-11-26", "2026-11-25", "suspension_backwards", id="an end before the beginning"),
        pytest.param("2026-11-26", "2026-11-27", "suspension_not_on_pupil_day", id="an INSET day as its last"),
        pytest.param("2026-12-21", "2026-12-22", "suspension_not_on_pupil_day", id="days in the holidays"),
        pytest.param("2027-02-12", "2027-02-22", "suspension_outside_placement", id="days after the planned end"),
        pytest.param("2026-10-22", "2026-10-23", "suspension_outside_placement", id="days before the start"),
    ],
)
async def test_a_request_against_the_rules_is_refused(
    world: World, database: Addresses, first: str, last: str, rule: str
) -> None:
    placement = await placement_accepted_at(database, world, "2026-11-02T08:00:00+00:00")
    refusal = await world.provider.post("/v1/suspensions", days(placement, first, last))
    assert (refusal.status_code, refusal.json()["rule"]) == (409, rule)
    if rule == "suspension_not_prior":
        assert refusal.json()["still_to_agree"] == ["commissioner", "host_school"]
    assert (await world.council.get("/v1/suspensions")).json()["items"] == []


async def test_only_the_placements_provider_requests(world: World, ledger: Ledger) -> None:
    placement = await world.placement()
    assert (await world.council.post("/v1/suspensions", days(placement))).status_code == 403
    assert (await world.other_provider.post("/v1/suspensions", days(placement))).status_code == 404
    await ledger.watches(world.other_provider.id, placement)
    watching = await world.other_provider.post("/v1/suspensions", days(placement))
    assert (watching.status_code, watching.json()["rule"]) == (409, "not_a_party")


async def test_a_proposal_has_nothing_to_suspend(world: World) -> None:
    proposed = await world.council.post("/v1/placements", await world.proposal())
    assert (await world.provider.post("/v1/suspensions", days(proposed.json()["id"]))).status_code == 409


async def test_a_malformed_request_is_named_and_nothing_stored(world: World) -> None:
    body = days(await world.placement(), first="2026-02-30", reason=" ", state="agreed")
    refusal = await world.provider.post("/v1/suspensions", body)
    pointers = {error["pointer"] for error in refusal.json()["errors"]}
    assert (refusal.status_code, pointers) == (422, {"/starts_on", "/reason", "/state"})
    assert (await world.provider.get("/v1/suspensions")).json()["items"] == []


async def test_a_day_is_asked_for_once(world: World) -> None:
    placement = await world.placement()
    path = await requested(world, placement, last="2026-12-01")
    again = await world.provider.post("/v1/suspensions", days(placement, "2026-12-01", "2026-12-02"))
    assert (again.status_code, again.json()["rule"]) == (409, "suspension_overlaps")
    await world.provider.act(path, "withdrawal")
    assert (await world.provider.post("/v1/suspensions", days(placement))).status_code == 201


async def test_a_request_lapses_when_the_first_session_comes(world: World, ledger: Ledger) -> None:
    placement = await world.placement()
    path = await requested(world, placement, first="2026-11-24")
    await answer(world.school, path)
    before = datetime(2026, 11, 24, 8, 59, tzinfo=UTC)
    await ledger.stand_at(before)
    etag = (await world.council.get(path)).headers["ETag"]
    assert (await world.council.get("/v1/suspensions", state="lapsed")).json()["items"] == []
    await ledger.stand_at(datetime(2026, 11, 24, 9, 0, tzinfo=UTC))
    lapsed = await world.council.http.get(path, headers={"If-None-Match": etag})
    assert (lapsed.status_code, lapsed.json()["state"]) == (200, "lapsed")
    assert lapsed.json()["still_to_agree"] == ["commissioner"]
    since = {"changed_since": before.isoformat().replace("+00:00", "Z")}
    for filters, found in (({"state": "lapsed"}, 1), ({"state": "requested"}, 0), (since, 1)):
        page = (await world.council.get("/v1/suspensions", placement_id=placement, **filters)).json()
        assert len(page["items"]) == found, filters
    late = await answer(world.council, path)
    assert (late.status_code, late.json()["rule"]) == (409, "agreement_too_late")
    assert (await world.provider.act(path, "withdrawal")).json()["rule"] == "wrong_state"
    assert await ledger.waived(placement) == []


async def test_a_withdrawn_request_is_no_suspension(world: World, ledger: Ledger) -> None:
    path = await requested(world, await world.placement())
    assert (await world.council.act(path, "withdrawal")).status_code == 403
    assert (await world.other_provider.act(path, "withdrawal")).status_code == 404
    assert (await world.provider.act(path, "withdrawal")).json()["state"] == "withdrawn"
    assert (await answer(world.school, path)).json()["rule"] == "wrong_state"
    assert world.school.id in await ledger.told("suspension.withdrawn", path)


async def test_withdrawing_an_agreed_suspension_expects_what_has_not_begun(world: World, ledger: Ledger) -> None:
    placement = await world.placement()
    path = await agreed(world, placement, last="2026-11-30")
    await ledger.stand_at(datetime(2026, 11, 26, 12, 30, tzinfo=UTC))
    assert (await world.provider.act(path, "withdrawal")).json()["state"] == "withdrawn"
    assert await ledger.waived(placement) == ["2026-11-26 am"]


async def test_a_suspension_that_is_over_stays_on_record(world: World, ledger: Ledger) -> None:
    path = await agreed(world, await world.placement())
    await ledger.stand_at(datetime(2026, 11, 27, 9, 0, tzinfo=UTC))
    refusal = await world.provider.act(path, "withdrawal")
    assert (refusal.status_code, refusal.json()["rule"]) == (409, "suspension_is_over")


async def test_a_new_timetable_keeps_a_suspension_true(world: World, ledger: Ledger) -> None:
    placement = await world.placement()
    await agreed(world, placement, "2026-12-01", "2026-12-01")
    path = await requested(world, placement, "2026-12-02", "2026-12-02")
    afternoons = [slot for slot in TIMETABLE if slot["session"] == "pm"]
    body = {"applies_from": "2026-11-30", "slots": afternoons}
    assert (await world.school.act(f"/v1/placements/{placement}", "timetables", body)).status_code == 201
    assert await ledger.waived(placement) == ["2026-12-01 pm"]
    assert (await world.school.get(path)).json()["takes_effect_at"] == "2026-12-02T13:00:00Z"


async def test_what_was_received_already_is_not_waived(world: World, ledger: Ledger) -> None:
    placement = await world.placement()
    path = await requested(world, placement)
    await ledger.sql(
        "update expected_sessions set first_received_at = now()"
        " where placement_id = :p and on_date = '2026-11-26' and session = 'am'",
        p=placement,
    )
    await gather(answer(world.school, path), answer(world.council, path))
    assert await ledger.waived(placement) == ["2026-11-26 pm"]


async def test_both_agreeing_at_one_instant_gives_one_outcome(world: World, ledger: Ledger) -> None:
    placement = await world.placement()
    for day in ("2026-11-30", "2026-12-01", "2026-12-02", "2026-12-03"):
        path = await requested(world, placement, day, day)
        answers = await gather(answer(world.school, path), answer(world.council, path))
        assert [each.status_code for each in answers] == [200, 200]
        assert sorted(each.json()["state"] for each in answers) == ["agreed", "requested"]
        read = (await world.provider.get(path)).json()
        assert (read["state"], len(read["agreements"])) == ("agreed", 2)
        assert await ledger.told("suspension.agreed", path)
    assert len(await ledger.waived(placement)) == 8


async def test_agreeing_and_refusing_or_withdrawing_at_one_instant_gives_one_outcome(
    world: World, ledger: Ledger
) -> None:
    placement = await world.placement()
    refused = await requested(world, placement, "2026-11-30", "2026-11-30")
    await gather(answer(world.school, refused), answer(world.council, refused, REFUSED))
    assert (await world.provider.get(refused)).json()["state"] == "refused"
    path = await requested(world, placement, "2026-12-01", "2026-12-01")
    await answer(world.school, path)
    last, withdrawal = await gather(answer(world.council, path), world.provider.act(path, "withdrawal"))
    state = (await world.provider.get(path)).json()["state"]
    assert (last.status_code, withdrawal.status_code, state) in [
        (200, 412, "agreed"),
        (200, 200, "withdrawn"),
        (409, 200, "withdrawn"),
    ]
    assert (await ledger.waived(placement) == []) is (state == "withdrawn")


async def test_strangers_see_no_suspension(world: World) -> None:
    path = await requested(world, await world.placement())
    for stranger in (world.other_council, world.other_school, world.other_provider):
        assert (await stranger.get(path)).status_code == 404
        assert (await stranger.get("/v1/suspensions")).json()["items"] == []


async def test_a_repeat_of_an_answer_is_replayed(world: World) -> None:
    path = await requested(world, await world.placement())
    first = await world.school.post(f"{path}/agreements", AGREED, key="one")
    again = await world.school.post(f"{path}/agreements", AGREED, key="one")
    assert (again.json(), again.headers["Idempotent-Replayed"]) == (first.json(), "true")


SUSPEND = (
    "insert into suspensions (id, created_at, changed_at, version, placement_id, requested_by_id, state, starts_on,"
    " ends_on, takes_effect_at, reason) values (gen_random_uuid(), now(), now(), 1, :placement, :by, 'requested',"
    " '2026-12-01', '2026-12-01', now(), 'x')"
)
AGREE = (
    "insert into agreements (id, placement_id, suspension_id, organisation_id, roles, answer, given_by, given_at)"
    " values (gen_random_uuid(), :placement, :suspension, :by, '{commissioner}', 'agreed', 'x', now())"
)


async def test_row_security_lets_the_right_party_alone_write(world: World, ledger: Ledger) -> None:
    placement = await world.placement(host_school_id=str(world.provider.id))
    await ledger.watches(world.other_council.id, placement)
    path = await requested(world, placement)
    suspension = path.rsplit("/", 1)[1]
    provider, council, watcher = world.provider.id, world.council.id, world.other_council.id
    forbidden: list[tuple[UUID, str, dict[str, Any]]] = [
        (watcher, SUSPEND, {"placement": placement, "by": watcher}),
        (council, SUSPEND, {"placement": placement, "by": council}),
        (council, SUSPEND, {"placement": placement, "by": provider}),
        (watcher, AGREE, {"placement": placement, "suspension": suspension, "by": watcher}),
        (provider, AGREE, {"placement": placement, "suspension": suspension, "by": council}),
        (provider, AGREE, {"placement": placement, "suspension": suspension, "by": provider}),
        (provider, "delete from suspensions where id = :id", {"id": suspension}),
        (council, "update agreements set given_by = 'x' where suspension_id = :id", {"id": suspension}),
    ]
    for organisation, statement, values in forbidden:
        with pytest.raises(DBAPIError) as refusal:
            await ledger.sql_as(organisation, statement, **values)
        assert getattr(refusal.value.orig, "sqlstate", None) == "42501"
    change = "update suspensions set state = 'agreed' where id = :id returning id"
    assert await ledger.sql_as(watcher, change, id=suspension) == []
    assert len(await ledger.sql_as(watcher, "select 1 from suspensions where id = :id", id=suspension)) == 1
    await ledger.sql_as(council, AGREE, placement=placement, suspension=suspension, by=council)
