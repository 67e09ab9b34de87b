"""Whatever the service holds about a child goes to the archive, and nothing of it leads to who the child is now."""

import re
from collections.abc import Iterable
from typing import Any

import psycopg
import pytest
from sqlmodel import SQLModel

from app.db.embedded_database import Addresses
from app.services.duties_severance import ABOUT_PLACEMENTS, ABOUT_REFERRALS
from tests.everything_about_a_child import FAMILY, GIVEN, UPN, Everything, everything_about_a_child
from tests.guards.test_access_matrix import ROWS, call, collections_of
from tests.ledger import Ledger
from tests.referring import state
from tests.test_identity_severances import GOES_WITH_IT, HOLDS_IDS_ONLY, an_hour_later, sever
from tests.world import World

ARCHIVED = (*(table for table, _ in ABOUT_REFERRALS), *ABOUT_PLACEMENTS, "placements")
TABLES = SQLModel.metadata.tables


def test_every_table_that_leads_to_a_child_goes_to_the_archive() -> None:
    leads = {"pupils"}
    while more := {
        n for n, t in TABLES.items() if n not in leads and leads & {k.column.table.name for k in t.foreign_keys}
    }:
        leads |= more
    named = {
        n for n, t in TABLES.items() if {"placement_id", "pupil_id", "placement_ids", "pupil_ids"} & {*t.columns.keys()}
    }
    assert leads - {"pupils"} - GOES_WITH_IT == set(ARCHIVED), (
        "add the table where it is archived, before what it refers to"
    )
    assert named - leads == HOLDS_IDS_ONLY | {"audit_entries"}


def test_what_refers_to_another_is_archived_before_it() -> None:
    for table in ARCHIVED:
        for key in TABLES[table].foreign_keys:
            to = key.column.table.name
            assert to not in ARCHIVED or to == table or ARCHIVED.index(table) < ARCHIVED.index(to), (table, to)


@pytest.fixture
async def child(world: World, ledger: Ledger) -> Everything:
    return await everything_about_a_child(world, ledger)


async def ids_of(ledger: Ledger, child: Everything) -> dict[str, str]:
    """An id of each collection that is about the child, by the collection's name in a path."""
    found = {"placements": child.placement, "pupils": child.pupil}
    found |= {"referrals": child.open.rsplit("/", 1)[1], "referral-offers": child.standing_offer.rsplit("/", 1)[1]}
    for table in set(ABOUT_PLACEMENTS):
        if "id" in TABLES[table].columns:
            rows = await ledger.sql(f"select id from {table} where placement_id = any(:p)", p=child.placements)
            assert rows, f"nothing in {table}: add it in tests/everything_about_a_child.py"
            found |= {table.replace("_", "-"): str(rows[0][0])}
    return found


async def test_no_row_and_no_address_leads_to_the_child_any_more(
    world: World, ledger: Ledger, child: Everything, database: Addresses
) -> None:
    ids = await ids_of(ledger, child)
    severed = await sever(world.council, child.pupil)
    assert severed.status_code == 200, severed.text
    new = {severed.json()["pupil_id"], *severed.json()["placement_ids"]}
    assert len(new) == 4
    await nobody_finds(world, ids, but={"referral-offers"})
    assert await state(world.other_provider, child.standing_offer) == "withdrawn"
    assert (await world.other_provider.get(child.standing_offer)).json()["child"] is None
    refused = await world.other_provider.post(f"{child.standing_offer}/acceptance", None)
    assert (refused.status_code, refused.json()["state"]) == (409, "withdrawn")
    assert await ledger.told("referral-offer.withdrawn", child.standing_offer) == {world.other_provider.id}
    await an_hour_later(world)
    await nobody_finds(world, ids)
    old = {child.pupil, *child.placements, child.open.rsplit("/", 1)[1], *ids.values()}
    nothing_is_left(database, old, new)
    everything_is_archived(database, old, new)
    assert await ledger.told("referral.removed", child.open) == {world.council.id, world.school.id}
    told = await ledger.told("referral-offer.removed", child.standing_offer)
    assert told == {world.council.id, world.school.id, world.other_provider.id}
    assert await ledger.told("referral-offer.withdrawn", child.standing_offer) == set()


async def nobody_finds(world: World, ids: dict[str, str], but: Iterable[str] = ()) -> None:
    for row in ROWS:
        about = set(collections_of(row.path)) & ids.keys()
        if row.method == "GET" and about and not about & {*but}:
            for party in world.parties:
                assert (await call(party.http, row, ids)).status_code in (403, 404), (party.name, row.path)


def nothing_is_left(database: Addresses, old: set[str], new: set[str]) -> None:
    """As the worker reads it: no old id but in what holds ids only, nowhere with a new one; and no name."""
    with psycopg.connect(database.worker.replace("+psycopg", "")) as worker:
        for table in sorted(TABLES.keys() - GOES_WITH_IT):
            for (row,) in worker.execute(f"select t::text from {table} t"):
                holds = {each for each in old if each in row}
                assert not holds or table in HOLDS_IDS_ONLY | {"audit_entries"}, (table, holds)
                assert not (holds and any(each in row for each in new)), table
                for said in (FAMILY, FAMILY.replace("'", "''"), UPN, UPN.lower(), GIVEN):
                    assert said not in row, (table, said)
            for (reply,) in worker.execute("select body from idempotency_records"):
                assert not any(each.encode() in reply for each in old)
    with psycopg.connect(database.owner.replace("+psycopg", "")) as owner:
        for table in GOES_WITH_IT:
            assert not any(each in row for (row,) in owner.execute(f"select t::text from {table} t") for each in old)


def everything_is_archived(database: Addresses, old: set[str], new: set[str]) -> None:
    with psycopg.connect(database.owner.replace("+psycopg", "")) as owner:
        owner.execute("set role waymark_retention")
        kept = owner.execute(
            "select of_table, content::text, subject_id from retention.records where subject_id in"
            " (select subject_id from retention.records where content ->> 'id' = any(%s))",
            ([*old],),
        ).fetchall()
    assert len({subject for *_, subject in kept}) == 1
    assert {table for table, *_ in kept} == {*ARCHIVED} - {"placement_viewers"}, "viewers go at once: the parties stay"
    for table, content, _ in kept:
        assert not any(each in content for each in new), table
        assert not re.search(f"{GIVEN}|{FAMILY}|{UPN}", content, re.IGNORECASE), (table, content)


async def test_the_child_is_no_less_safe_afterwards(world: World, ledger: Ledger, child: Everything) -> None:
    before = await ledger.sessions(child.placement)
    severed = (await sever(world.council, child.pupil)).json()
    new, later, _ = await in_order(ledger, severed["placement_ids"])
    expected = {day: by for day, by in before.items() if day > "2026-11-24 am"}
    assert await ledger.sessions(new) == expected
    assert set(expected.values()) == {"", "suspension", "part_time_plan"}
    contacts = (await world.school.get(f"/v1/placements/{new}/contacts")).json()["contacts"]
    assert sorted(each["name"] for each in contacts) == ["A. Lead", "S. Worker", "T. Utor"]
    facts = (await world.council.get(f"/v1/placements/{new}/facts")).json()
    assert (facts["looked_after"], facts["ehcp"], facts["exclusion"]) == (True, True, None)
    shown = (await world.school.get(f"/v1/placements/{later}")).json()
    assert (shown["continues_id"], shown["objectives"][0][:13]) == (new, "[name] [name]")
    claims = (
        "select count(distinct child_id), count(*) from child_sessions where placement_id = any(cast(:p as uuid[]))"
    )
    [(children, sessions)] = await ledger.sql(claims, p=severed["placement_ids"])
    [(standing,)] = await ledger.sql(
        "select count(*) from expected_sessions where placement_id = any(cast(:p as uuid[])) and waived_by is null",
        p=severed["placement_ids"],
    )
    assert (children, sessions) == (1, standing)
    linked = "select 1 from child_identities where pupil_id = :old"
    assert await ledger.sql(linked, old=child.pupil) == []


async def in_order(ledger: Ledger, placements: list[str]) -> list[str]:
    rows: list[tuple[Any, ...]] = await ledger.sql(
        "select id from placements where id = any(cast(:p as uuid[])) order by starts_on", p=placements
    )
    return [str(row[0]) for row in rows]
