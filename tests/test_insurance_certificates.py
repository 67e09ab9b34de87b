"""Insurance certificates: given by a provider, read by those whom they concern, and told before they lapse."""

import asyncio
from typing import Any

import pytest

from tests.assuring import INSURED, insured
from tests.ledger import Ledger
from tests.overseen import award as awarded
from tests.test_frameworks import fault
from tests.world import Party, World

PATH = "/v1/insurance-certificates"
CLOCK = "/v1/sandbox/clock"


async def states(party: Party, **filters: Any) -> list[str]:
    answer = await party.get(PATH, **filters)
    assert answer.status_code == 200, answer.text
    return [each["state"] for each in answer.json()["items"]]


async def test_a_certificate_is_read_by_the_provider_and_those_it_concerns(
    world: World, database: Any, settings: Any, ledger: Ledger
) -> None:
    path = await insured(world.provider)
    own = (await world.provider.get(path)).json()
    assert (own["state"], own["cover_pounds"]) == ("current", 5_000_000)
    for party in (world.council, world.other_council, world.school, world.other_provider):
        assert (await party.get(path)).status_code == 404
        assert await states(party) == []
        assert await ledger.sql_as(party.id, "select count(*) from insurance_certificates") == [(0,)]
    await awarded(database, settings, world.council.id, world.provider.id)
    await world.placement(host_school_id=str(world.school.id))
    for party in (world.council, world.school):
        assert (await party.get(path)).json() == own
    for party in (world.other_council, world.other_school, world.other_provider):
        assert (await party.get(path)).status_code == 404


async def test_the_provider_and_the_councils_that_watch_over_it_are_told(
    world: World, database: Any, settings: Any, ledger: Ledger
) -> None:
    await awarded(database, settings, world.council.id, world.provider.id)
    path = await insured(world.provider)
    both = {world.council.id, world.provider.id}
    assert await ledger.told("insurance-certificate.given", path) == both
    assert (await world.provider.act(path, "withdrawal", {"reason": "Cancelled"})).json()["state"] == "withdrawn"
    assert await ledger.told("insurance-certificate.withdrawn", path) == both


async def test_a_longer_one_of_the_same_kind_supersedes_from_its_first_day(world: World) -> None:
    old = await insured(world.provider, expires_on="2026-12-31")
    new = await insured(world.provider, starts_on="2026-11-26", expires_on="2027-12-31")
    other = await insured(world.provider, kind="employers_liability", expires_on="2027-12-31")
    read = {each: (await world.provider.get(each)).json()["state"] for each in (old, new, other)}
    assert list(read.values()) == ["current", "upcoming", "current"]
    await world.provider.http.put(CLOCK, json={"now": "2026-11-26T09:00:00Z"})
    read = {each: (await world.provider.get(each)).json()["state"] for each in (old, new, other)}
    assert list(read.values()) == ["superseded", "current", "current"]
    assert await states(world.provider, state="superseded") == ["superseded"]
    assert await states(world.provider, changed_since="2026-11-26T00:00:00Z") == ["superseded", "current"]
    assert (await world.provider.act(old, "withdrawal", {"reason": "x"})).json()["rule"] == "wrong_state"
    assert (await world.provider.act(new, "withdrawal", {"reason": "Not paid"})).status_code == 200
    assert (await world.provider.get(old)).json()["state"] == "current"


async def test_certificates_are_filtered(world: World) -> None:
    await insured(world.provider, expires_on="2026-12-10")
    await insured(world.provider, kind="employers_liability")
    await insured(world.provider, kind="other", starts_on="2027-01-01")
    for filters, found in (
        ({"state": "expiring"}, ["expiring"]),
        ({"state": "current"}, ["current"]),
        ({"state": "upcoming"}, ["upcoming"]),
        ({"state": "lapsed"}, []),
        ({"state": "withdrawn"}, []),
        ({"kind": "employers_liability"}, ["current"]),
        ({"expires_before": "2026-12-11"}, ["expiring"]),
        ({"expires_before": "2026-12-10"}, []),
        ({"provider_id": str(world.other_provider.id)}, []),
        ({"changed_since": "2026-11-24T08:00:01Z"}, []),
    ):
        assert await states(world.provider, **filters) == found, filters


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        pytest.param({"cover_pounds": 0}, "too_small", id="no cover"),
        pytest.param({"cover_pounds": 5.5}, "whole_number_expected", id="pence"),
        pytest.param({"kind": "fire"}, "not_one_of", id="an unknown kind"),
        pytest.param({"expires_on": "2026-08-31"}, "ends_before_start", id="it ends before it starts"),
        pytest.param({"provider_id": "3f0c8e0a-8d0e-4a65-9a57-0a1a3c1f2b77"}, "unknown_member", id="for another"),
    ],
)
async def test_a_malformed_certificate_changes_nothing(world: World, changes: dict[str, Any], code: str) -> None:
    refused = await world.provider.post(PATH, INSURED | changes)
    assert (refused.status_code, fault(refused)[1]) == (422, code)
    assert await states(world.provider) == []


async def test_only_providers_give_certificates_and_withdraw_their_own(world: World) -> None:
    for party in (world.council, world.school):
        assert (await party.post(PATH, INSURED)).status_code == 403
    over = await world.provider.post(PATH, INSURED | {"expires_on": "2026-11-23"})
    assert (over.status_code, over.json()["rule"]) == (409, "insurance_already_over")
    path = await insured(world.provider)
    assert (await world.other_provider.act(path, "withdrawal", {"reason": "x"})).status_code == 404
    answers = await asyncio.gather(*[world.provider.act(path, "withdrawal", {"reason": "x"}) for _ in range(2)])
    assert sorted(each.status_code for each in answers)[0] == 200
    assert sorted(each.status_code for each in answers)[1] in (409, 412)


async def test_a_provider_gives_nothing_in_anothers_name_in_the_database_either(world: World, ledger: Ledger) -> None:
    await insured(world.provider)
    assert (
        await ledger.sql_as(world.council.id, "update insurance_certificates set withdrawn_on = null returning 1") == []
    )
    for statement, refusal in (
        ("update insurance_certificates set expires_on = '2030-01-01'", "permission denied"),
        ("delete from insurance_certificates", "permission denied"),
        (
            "insert into insurance_certificates (id, created_at, changed_at, version, provider_id, kind, insurer,"
            f" cover_pounds, starts_on, expires_on, expiry_told) values (gen_random_uuid(), now(), now(), 1,"
            f" '{world.other_provider.id}', 'other', 'x', 1, '2026-01-01', '2027-01-01', 0)",
            "row-level security",
        ),
    ):
        with pytest.raises(Exception, match=refusal):
            await ledger.sql_as(world.provider.id, statement)


async def test_its_end_is_told_ahead_and_when_it_has_come_once_each(
    world: World, database: Any, settings: Any, ledger: Ledger
) -> None:
    await awarded(database, settings, world.council.id, world.provider.id)
    path = await insured(world.provider, expires_on="2026-12-31")
    both = {world.council.id, world.provider.id}
    for day, near, over in (
        ("2026-11-30", set(), set()),
        ("2026-12-01", both, set()),
        ("2026-12-31", both, set()),
        ("2027-01-01", both, both),
    ):
        for _ in range(2):
            assert (await world.council.http.put(CLOCK, json={"now": f"{day}T09:00:00Z"})).status_code == 200
        assert await ledger.told("insurance-certificate.expiring", path) == near, day
        assert await ledger.told("insurance-certificate.lapsed", path) == over, day
    told = "select count(*) from events where resource = :path and type like '%.expiring'"
    assert await ledger.sql(told, path=path) == [(1,)]
    assert (await world.provider.get(path)).json()["state"] == "lapsed"
    assert await states(world.council, changed_since="2027-01-01T00:00:00Z") == ["lapsed"]


async def test_a_step_over_a_whole_term_tells_both_in_their_order(world: World, ledger: Ledger) -> None:
    path = await insured(world.provider, expires_on="2026-12-31")
    await world.council.http.put(CLOCK, json={"now": "2027-02-01T09:00:00Z"})
    told = await ledger.sql(
        "select type, occurred_at::date::text from events where resource = :path and type !~ 'given'"
        " order by recorded_at, occurred_at",
        path=path,
    )
    assert told == [("insurance-certificate.expiring", "2026-12-01"), ("insurance-certificate.lapsed", "2027-01-01")]


async def test_nothing_is_told_of_an_insurance_that_is_renewed(world: World, ledger: Ledger) -> None:
    path = await insured(world.provider, expires_on="2026-12-31")
    renewal = await insured(world.provider, starts_on="2027-01-01", expires_on="2027-12-31")
    await world.council.http.put(CLOCK, json={"now": "2027-01-02T09:00:00Z"})
    assert await ledger.told("insurance-certificate.expiring", path) == set()
    assert await ledger.told("insurance-certificate.lapsed", path) == set()
    await world.provider.act(renewal, "withdrawal", {"reason": "Not paid"})
    await world.council.http.put(CLOCK, json={"now": "2027-01-03T09:00:00Z"})
    assert await ledger.told("insurance-certificate.lapsed", path) == {world.provider.id}
    assert await ledger.told("insurance-certificate.lapsed", renewal) == set()
