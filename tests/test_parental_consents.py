"""Who is named beside the child is shown to the parties, and stands nowhere else; and only the right party writes."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy.exc import DBAPIError

from tests.departing import (
    AGREED,
    DEPARTURES,
    MOTHER,
    NEIGHBOUR,
    REFUSED,
    agreed,
    answer,
    asked,
    asking,
    consent,
    consented,
    left,
    reported,
)
from tests.ledger import Ledger
from tests.world import World

NOON = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


async def test_names_are_kept_in_no_stored_reply_and_in_no_event(world: World, ledger: Ledger) -> None:
    path = await asked(world, await world.placement())
    await answer(world.school, path)
    said = consent(note=f"{MOTHER} is at home")
    first = await world.provider.post(f"{path}/parental-consents", said, key="consent")
    assert first.json()["parental_consents"][0]["given_by"] == MOTHER
    await ledger.stand_at(NOON)
    await world.provider.act(path, "departure", left())
    again = await world.provider.post(f"{path}/parental-consents", said, key="consent")
    assert again.headers["Idempotent-Replayed"] == "true"
    assert (again.json()["id"], again.json()["parental_consents"][0]["given_by"]) == (first.json()["id"], None)
    for kept in (
        "select convert_from(body, 'UTF8') || headers::text from idempotency_records",
        "select type || resource from events",
        "select operation || coalesce(on_behalf_of, '') from audit_entries",
    ):
        held = " ".join(row[0] for row in await ledger.sql(kept))
        assert MOTHER not in held
        assert NEIGHBOUR not in held


async def test_a_watcher_is_shown_no_names(world: World, ledger: Ledger) -> None:
    placement = await world.placement()
    path = await agreed(world, placement)
    await ledger.stand_at(NOON)
    await world.provider.act(path, "departure", left())
    await ledger.watches(world.other_council.id, placement)
    read = await world.other_council.get(path)
    assert (read.status_code, read.json()["state"], read.json()["still_to_agree"]) == (200, "departed", [])
    assert read.json()["parental_consents"][0]["relationship"] == "parent"
    assert MOTHER not in read.text
    assert NEIGHBOUR not in read.text
    listed = await world.other_council.get(DEPARTURES)
    assert len(listed.json()["items"]) == 1
    assert MOTHER not in listed.text
    refusal = await answer(world.other_council, path)
    assert (refusal.status_code, refusal.json()["rule"]) == (409, "not_a_party")


async def test_a_viewer_sees_only_the_days_that_it_may(world: World, ledger: Ledger) -> None:
    placement = await world.placement()
    path = await asked(world, placement, on_date="2026-11-26")
    await ledger.watches(world.other_school.id, placement)
    dated = "update placement_viewers set from_on = :day where organisation_id = :who"
    for day, status in (("2026-11-26", 200), ("2026-11-27", 404)):
        await ledger.sql(dated, day=datetime.fromisoformat(day).date(), who=world.other_school.id)
        assert (await world.other_school.get(path)).status_code == status
        rows = await ledger.sql_as(world.other_school.id, "select 1 from early_departures")
        assert len(rows) == (1 if status == 200 else 0)


async def test_no_more_answers_of_parents_than_can_be_shown(world: World) -> None:
    path = await asked(world, await world.placement())
    for _ in range(20):
        assert (await consented(world, path)).status_code == 200
    assert (await consented(world, path)).status_code == 409


async def test_an_answer_repeated_with_its_key_is_replayed(world: World) -> None:
    path = await asked(world, await world.placement())
    first = await world.school.post(f"{path}/agreements", AGREED, key="one")
    again = await world.school.post(f"{path}/agreements", AGREED, key="one")
    assert again.headers["Idempotent-Replayed"] == "true"
    assert again.json()["agreements"] == first.json()["agreements"]
    assert (await answer(world.school, path, REFUSED)).json()["rule"] == "already_answered"


ASK = (
    "insert into early_departures (id, created_at, changed_at, version, placement_id, requested_by_id, state, on_date,"
    " leaving_time, leaving_at, reason, way_home) values (gen_random_uuid(), now(), now(), 1, :placement, :by, :state,"
    " '2026-11-26', '11:40', now(), 'x', 'alone')"
)
SAY = (
    "insert into parental_consents (id, early_departure_id, placement_id, recorded_by_id, answer, relationship,"
    " given_by, how, given_at, taken_by, recorded_at) values (gen_random_uuid(), :departure, :placement, :by, 'given',"
    " 'parent', 'x', 'phone', now(), 'x', now())"
)
GIVE = (
    "insert into agreements (id, placement_id, early_departure_id, organisation_id, roles, answer, given_by, given_at)"
    " values (gen_random_uuid(), :placement, :departure, :by, '{host_school}', 'agreed', 'x', now())"
)
MOVE = "update early_departures set state = :state where id = :departure"
LEAVE = "update early_departures set state = 'departed', left_at = now(), handed_to = 'x' where id = :departure"


async def test_row_security_lets_the_right_party_alone_write(world: World, ledger: Ledger) -> None:
    placement = await world.placement()
    await ledger.watches(world.other_council.id, placement)
    path = await asked(world, placement)
    departure = path.rsplit("/", 1)[1]
    provider, school, council = world.provider.id, world.school.id, world.council.id
    watcher = world.other_council.id
    at = {"placement": placement, "departure": departure}
    forbidden: list[tuple[UUID, str, dict[str, Any]]] = [
        (school, ASK, {"placement": placement, "by": school, "state": "requested"}),
        (school, ASK, {"placement": placement, "by": provider, "state": "requested"}),
        (provider, ASK, {"placement": placement, "by": provider, "state": "agreed"}),
        (watcher, ASK, {"placement": placement, "by": watcher, "state": "requested"}),
        (school, SAY, {**at, "by": school}),
        (school, SAY, {**at, "by": provider}),
        (watcher, SAY, {**at, "by": watcher}),
        (provider, GIVE, {**at, "by": provider}),
        (provider, GIVE, {**at, "by": school}),
        (provider, MOVE, {"departure": departure, "state": "agreed"}),
        (school, MOVE, {"departure": departure, "state": "agreed"}),
        (provider, MOVE, {"departure": departure, "state": "refused"}),
        (provider, MOVE, {"departure": departure, "state": "lapsed"}),
        (school, MOVE, {"departure": departure, "state": "withdrawn"}),
        (provider, LEAVE, {"departure": departure}),
        (provider, "update early_departures set leaving_time = '15:00' where id = :departure", at),
        (provider, "delete from early_departures where id = :departure", at),
        (provider, "update parental_consents set given_by = 'x' where early_departure_id = :departure", at),
        (provider, "delete from parental_consents where early_departure_id = :departure", at),
    ]
    for organisation, statement, values in forbidden:
        needed = {name: value for name, value in values.items() if f":{name}" in statement}
        with pytest.raises(DBAPIError) as refusal:
            await ledger.sql_as(organisation, statement, **needed)
        assert getattr(refusal.value.orig, "sqlstate", None) == "42501", (statement, values)
    await ledger.sql_as(provider, SAY, **at, by=provider)
    await ledger.sql_as(council, GIVE, **at, by=council)
    with pytest.raises(DBAPIError, match="not moved so"):
        await ledger.sql_as(provider, MOVE, departure=departure, state="agreed")
    await ledger.sql_as(school, GIVE, **at, by=school)
    await ledger.sql_as(provider, MOVE, departure=departure, state="agreed")
    with pytest.raises(DBAPIError, match="not moved so"):
        await ledger.sql_as(school, LEAVE, departure=departure)
    await ledger.sql_as(provider, LEAVE, departure=departure)
    with pytest.raises(DBAPIError, match="recorded once"):
        await ledger.sql_as(provider, "update early_departures set handed_to = 'y' where id = :id", id=departure)


async def test_consent_points_into_its_own_placement(world: World, ledger: Ledger) -> None:
    departure = (await asked(world, await world.placement())).rsplit("/", 1)[1]
    other = await world.placement()
    for statement in (SAY, GIVE):
        with pytest.raises(DBAPIError) as refusal:
            await ledger.sql(statement, placement=other, departure=departure, by=world.provider.id)
        assert getattr(refusal.value.orig, "sqlstate", None) == "23503"


async def test_a_request_is_replayed_without_names(world: World) -> None:
    body = asking(await world.placement())
    first = await world.provider.post(DEPARTURES, body, key="ask")
    again = await world.provider.post(DEPARTURES, body, key="ask")
    assert first.json()["collected_by"] == NEIGHBOUR
    assert (again.json()["id"], again.json()["collected_by"]) == (first.json()["id"], None)


async def test_a_report_names_nobody_in_what_is_kept(world: World, ledger: Ledger) -> None:
    path = await reported(
        world.school, await world.placement(), what_happened=f"{MOTHER} rang us", decided_by=NEIGHBOUR
    )
    await world.provider.post(f"{path}/notes", {"written_by": NEIGHBOUR, "text": f"We spoke to {MOTHER}"})
    kept = await ledger.sql("select convert_from(body, 'UTF8') from idempotency_records where body is not null")
    assert not [row for row in kept if MOTHER in row[0] or NEIGHBOUR in row[0]]
    assert (await world.council.get(path)).json()["notes"][0]["text"] == f"We spoke to {MOTHER}"
