"""Severing a child's identity: the child goes on under a new one, and nothing leads from the old to the new."""

import asyncio
from typing import Any

import psycopg
import pytest
from sqlmodel import SQLModel

from app.db.embedded_database import Addresses
from app.rules.upn import synthetic_upn
from tests.attendance_days import mark, sessions_seen, submit
from tests.test_absconding_alerts import FOUND
from tests.world import Party, World

OLD_UPN, NEW_UPN = synthetic_upn(881), synthetic_upn(882)
OLD = {"given_name": "Zebedee", "family_name": "Quillfeather", "date_of_birth": "2012-03-04", "upn": OLD_UPN}
NEW = {"given_name": "Sam", "family_name": "Rivers", "date_of_birth": "2012-03-05", "upn": NEW_UPN}
SEVER: dict[str, Any] = {"reason": "protection", "authorised_by": "B. Lead", "new_identity": NEW}
# What the service remembers of requests, and where closed placements are noted: ids that lead to nobody.
HOLDS_IDS_ONLY = {"events", "closed_placements"}


# What goes with the placement or pupil itself, and no role but the owner reads.
GOES_WITH_IT = {"child_identities", "child_sessions"}


async def placed(world: World, **child: str) -> tuple[str, str]:
    """The ids of a pupil and of its placement, which has begun."""
    pupil = str((await world.council.post("/v1/pupils", OLD | child)).json()["id"])
    return pupil, await world.placement(pupil_id=pupil)


async def sever(party: Party, pupil: str, **changes: Any) -> Any:
    return await party.act(f"/v1/pupils/{pupil}", "identity-severance", SEVER | changes)


async def an_hour_later(world: World) -> None:
    moved = await world.council.post("/v1/sandbox/clock/advance", {"seconds": 3600})
    assert moved.status_code == 200, moved.text


async def test_the_child_goes_on_under_a_new_id(world: World) -> None:
    pupil, placement = await placed(world)
    old = (await world.council.get(f"/v1/placements/{placement}")).json()
    severed = await sever(world.council, pupil)
    assert severed.status_code == 200, severed.text
    new_pupil, [new_placement] = severed.json()["pupil_id"], severed.json()["placement_ids"]
    assert new_pupil != pupil
    for party in (world.council, world.school, world.provider):
        new = (await party.get(f"/v1/placements/{new_placement}")).json()
        unchanged = old.keys() - {"id", "pupil_id", "starts_on", "planned_end_on", "changed_at"}
        assert {name: new[name] for name in unchanged} == {name: old[name] for name in unchanged}
        assert (new["pupil_id"], new["starts_on"]) == (new_pupil, "2026-11-24")
        assert new["continues_id"] is None
    shown = (await world.provider.get(f"/v1/pupils/{new_pupil}")).json()
    assert (shown["given_name"], shown["upn"]) == ("Sam", NEW_UPN)


async def test_the_old_ids_lead_nowhere_at_once_and_for_ever(world: World) -> None:
    pupil, placement = await placed(world)
    assert (await sever(world.council, pupil)).status_code == 200
    for _ in range(2):
        for party in world.parties:
            for path in (
                f"/v1/pupils/{pupil}",
                f"/v1/placements/{placement}",
                f"/v1/placements/{placement}/timetables",
            ):
                assert (await party.get(path)).status_code == 404, (party.name, path)
            assert placement not in (await party.get("/v1/placements")).text
            assert "Quillfeather" not in (await party.get("/v1/pupils")).text
        await an_hour_later(world)


async def test_what_is_expected_goes_over_and_what_was_received_does_not(world: World) -> None:
    pupil, placement = await placed(world)
    assert (await submit(world.provider, mark(placement))).json()["recorded_count"] == 1
    [new] = (await sever(world.council, pupil)).json()["placement_ids"]
    seen = await sessions_seen(world.provider, **{"from": "2026-11-24", "to": "2026-11-26"})
    days = sorted((each["on_date"], each["session"]) for each in seen if each["placement_id"] == new)
    assert days == [("2026-11-24", "pm"), *((f"2026-11-{d}", s) for d in (25, 26) for s in ("am", "pm"))]
    timetable = (await world.provider.get(f"/v1/placements/{new}/timetables")).json()["items"]
    assert [version["applies_from"] for version in timetable] == ["2026-11-24"]
    assert len(timetable[0]["slots"]) == 10


async def test_the_feed_tells_whom_it_concerns_to_erase_and_what_is_new(world: World) -> None:
    pupil, placement = await placed(world)
    [new] = (await sever(world.council, pupil)).json()["placement_ids"]
    await an_hour_later(world)
    for party in (world.council, world.school, world.provider):
        events = (await party.get("/v1/events", limit=200)).json()["items"]
        told = [(each["type"], each["resource"]) for each in events]
        assert ("placement.removed", f"/v1/placements/{placement}") in told
        assert ("placement.accepted", f"/v1/placements/{new}") in told
        assert [t for t, resource in told if placement in resource] == ["placement.removed"], "the rest is forgotten"
    own = (await world.council.get("/v1/events", limit=200)).json()["items"]
    assert ("pupil.removed", f"/v1/pupils/{pupil}") in [(each["type"], each["resource"]) for each in own]
    assert placement not in (await world.other_provider.get("/v1/events", limit=200)).text


async def test_no_row_that_a_role_of_the_service_reads_leads_from_one_to_the_other(
    world: World, database: Addresses
) -> None:
    pupil, placement = await placed(world, family_name="Wrenfield", upn=synthetic_upn(990))
    await submit(world.provider, mark(placement))
    await world.provider.post(
        "/v1/suspensions",
        {
            "placement_id": placement,
            "starts_on": "2026-11-25",
            "ends_on": "2026-11-25",
            "reason": "Zebedee  fought with WRENFIELD's brother",
        },
    )
    severed = (await sever(world.council, pupil)).json()
    await an_hour_later(world)
    new = {severed["pupil_id"], *severed["placement_ids"]}
    with psycopg.connect(database.worker.replace("+psycopg", "")) as worker:
        for table in sorted(SQLModel.metadata.tables.keys() - GOES_WITH_IT):
            for (row,) in worker.execute(f"select t::text from {table} t"):
                assert not ({pupil, placement} & ids_in(row, pupil, placement) and new & ids_in(row, *new)), table
                assert "Wrenfield" not in row, table
                assert synthetic_upn(990) not in row, table
                assert table in HOLDS_IDS_ONLY | {"audit_entries"} or not ids_in(row, pupil, placement), table
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            worker.execute("select * from retention.records")
    with psycopg.connect(database.owner.replace("+psycopg", "")) as owner:
        owner.execute("set role waymark_retention")
        kept = owner.execute(
            "select of_table, content::text from retention.records where content ->> 'id' = %s or"
            " content ->> 'placement_id' = %s",
            (placement, placement),
        ).fetchall()
    assert {"placements", "suspensions", "timetables", "expected_sessions", "attendance_marks"} <= {
        table for table, _ in kept
    }
    assert all(not ids_in(content, *new, pupil) for _, content in kept)
    [reason] = [content for table, content in kept if table == "suspensions"]
    assert "[name]  fought with [name]'s brother" in reason


def ids_in(text: str, *ids: str) -> set[str]:
    return {each for each in ids if each in text}


async def test_a_repeat_of_the_request_is_told_neither_id(world: World) -> None:
    pupil, _ = await placed(world)
    etag = (await world.council.get(f"/v1/pupils/{pupil}")).headers["ETag"]
    headers = {"If-Match": etag, "Idempotency-Key": "sever-once"}
    path = f"/v1/pupils/{pupil}/identity-severance"
    first = await world.council.http.post(path, json=SEVER, headers=headers)
    again = await world.council.http.post(path, json=SEVER, headers=headers)
    assert first.status_code == again.status_code == 200
    assert first.json()["pupil_id"] is not None
    assert again.json() == {"pupil_id": None, "placement_ids": []}


async def test_an_alert_on_the_old_placement_is_answered_so_that_a_person_acts(world: World) -> None:
    pupil, placement = await placed(world)
    await sever(world.council, pupil)
    for _ in range(2):
        alert = await world.provider.post(f"/v1/absconding-alerts?placement_id={placement}", {})
        assert (alert.status_code, alert.json()["type"]) == (410, "/problems/placement-closed")
        stranger = await world.other_provider.post(f"/v1/absconding-alerts?placement_id={placement}", {})
        assert stranger.status_code == 404
        await an_hour_later(world)


async def test_a_missing_child_is_found_first(world: World) -> None:
    pupil, placement = await placed(world)
    await world.provider.post(f"/v1/absconding-alerts?placement_id={placement}", {"last_seen_where": "Gate"})
    refused = await sever(world.council, pupil)
    assert (refused.status_code, refused.json()["rule"]) == (409, "alert_open")
    assert (await world.provider.get(f"/v1/pupils/{pupil}")).json()["given_name"] == "Zebedee"


async def test_an_alert_that_came_in_meanwhile_is_closed_before_anything_is_archived(
    world: World, database: Addresses
) -> None:
    pupil, placement = await placed(world)
    path = (await world.provider.post(f"/v1/absconding-alerts?placement_id={placement}", {})).headers["Location"]
    with psycopg.connect(database.owner.replace("+psycopg", "")) as owner:
        owner.execute("update pupils set severed_at = '2026-11-24T08:00Z' where id = %s", (pupil,))
        owner.execute("delete from placement_viewers where placement_id = %s", (placement,))
    await an_hour_later(world)
    assert (await world.school.get(path)).json()["state"] == "raised"
    assert (await world.school.act(path, "resolution", FOUND)).status_code == 200
    assert (await world.school.act(path, "closure", {"note": "Reviewed"})).status_code == 200
    await an_hour_later(world)
    assert (await world.school.get(path)).status_code == 404


@pytest.mark.parametrize(
    ("changes", "status", "says"),
    [
        pytest.param({"new_identity": NEW | {"upn": OLD_UPN}}, 409, "upn_kept", id="the old UPN"),
        pytest.param({"new_identity": NEW | {"upn": "A000012345679"}}, 422, "/new_identity/upn", id="a wrong UPN"),
        pytest.param({"reason": "tidying"}, 422, "/reason", id="no lawful reason"),
        pytest.param({"authorised_by": " "}, 422, "/authorised_by", id="nobody who decided"),
    ],
)
async def test_what_is_wrong_changes_nothing(world: World, changes: dict[str, Any], status: int, says: str) -> None:
    pupil, placement = await placed(world)
    answer = await sever(world.council, pupil, **changes)
    assert answer.status_code == status
    assert says in answer.text
    assert OLD_UPN not in answer.text
    assert (await world.provider.get(f"/v1/placements/{placement}")).json()["pupil_id"] == pupil


async def test_only_who_registered_the_pupil_severs(world: World) -> None:
    pupil, _ = await placed(world)
    etag = (await world.school.get(f"/v1/pupils/{pupil}")).headers["ETag"]
    for party, status in ((world.school, 404), (world.other_council, 404), (world.provider, 403)):
        headers = {"If-Match": etag, "Idempotency-Key": "x"}
        path = f"/v1/pupils/{pupil}/identity-severance"
        assert (await party.http.post(path, json=SEVER, headers=headers)).status_code == status


async def test_two_at_once_sever_once(world: World) -> None:
    pupil, _ = await placed(world)
    other = SEVER | {"new_identity": NEW | {"upn": synthetic_upn(883)}}
    answers = await asyncio.gather(sever(world.council, pupil), sever(world.council, pupil, **other))
    assert sorted(answer.status_code for answer in answers)[0] == 200
    assert sorted(answer.status_code for answer in answers)[1] in (404, 412)
    mine = (await world.council.get("/v1/placements")).json()["items"]
    assert len(mine) == 1
