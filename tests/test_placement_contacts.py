"""The people of a placement: every party lists its own, and those who see the placement read them all."""

from asyncio import gather
from typing import Any

import pytest
from sqlalchemy.exc import DBAPIError

from tests.ledger import Ledger
from tests.world import Party, World

WORKER = {"role": "social_worker", "name": "S. Worker", "email": "s.worker@example.org", "told_daily_attendance": True}
LEAD = {"role": "ap_lead", "name": "A. Lead", "phone": "0161 496 0000", "told_alerts": True}
TUTOR = {"role": "provider_lead", "name": "T. Utor", "email": "t.utor@example.org"}


async def listed(party: Party, placement: str, *contacts: dict[str, Any]) -> Any:
    return await party.change("PUT", f"{placement}/contacts", {"contacts": list(contacts)})


async def names(party: Party, placement: str) -> list[str]:
    return [each["name"] for each in (await party.get(f"{placement}/contacts")).json()["contacts"]]


async def test_every_party_lists_its_own_and_all_read_them(world: World, ledger: Ledger) -> None:
    placement = f"/v1/placements/{await world.placement()}"
    await ledger.watches(world.other_council.id, placement.rsplit("/", 1)[1])
    assert (await listed(world.council, placement, WORKER)).status_code == 200
    assert (await listed(world.school, placement, LEAD)).status_code == 200
    answer = await listed(world.provider, placement, TUTOR)
    kept = {(each["name"], each["kept_by_id"]) for each in answer.json()["contacts"]}
    expected = {
        ("S. Worker", str(world.council.id)),
        ("A. Lead", str(world.school.id)),
        ("T. Utor", str(world.provider.id)),
    }
    assert kept == expected
    assert await names(world.other_council, placement) == ["A. Lead", "T. Utor", "S. Worker"]
    assert (await listed(world.school, placement)).status_code == 200
    assert await names(world.provider, placement) == ["T. Utor", "S. Worker"]
    assert world.other_council.id in await ledger.told("placement.contacts-replaced", f"{placement}/contacts")


async def test_one_that_stays_keeps_its_day(world: World) -> None:
    placement = f"/v1/placements/{await world.placement()}"
    first = (await listed(world.council, placement, WORKER)).json()["contacts"]
    both = (await listed(world.council, placement, WORKER, WORKER | {"name": "Another"})).json()["contacts"]
    assert first[0] in both
    assert (first[0]["listed_on"], first[0]["organisation"], first[0]["told_alerts"]) == ("2026-11-24", None, False)


@pytest.mark.parametrize(
    ("who", "contact", "code"),
    [
        pytest.param("council", LEAD, "ap_lead_not_of_host_school", id="a council's AP lead"),
        pytest.param("school", TUTOR, "provider_lead_not_of_provider", id="a school's provider lead"),
        pytest.param("council", {"role": "other", "name": "N"}, "contact_unreachable", id="without an address"),
        pytest.param(
            "council", WORKER | {"email": None, "phone": "0161"}, "daily_without_email", id="daily without an email"
        ),
        pytest.param("council", {"role": "aunt", "name": "N"}, "not_one_of", id="an unknown role"),
        pytest.param("council", WORKER | {"name": " "}, "blank", id="a blank name"),
    ],
)
async def test_a_contact_that_cannot_be_kept_changes_nothing(
    world: World, who: str, contact: dict[str, Any], code: str
) -> None:
    placement = f"/v1/placements/{await world.placement()}"
    await listed(world.council, placement, WORKER)
    answer = await listed(getattr(world, who), placement, WORKER, contact)
    assert answer.status_code == 422, answer.text
    fault = answer.json()["errors"][0]
    assert (fault["code"], fault["pointer"].startswith("/contacts/1")) == (code, True)
    assert await names(world.school, placement) == ["S. Worker"]


async def test_watchers_list_nobody_and_strangers_see_nobody(world: World, ledger: Ledger) -> None:
    placement = f"/v1/placements/{await world.placement()}"
    await ledger.watches(world.other_council.id, placement.rsplit("/", 1)[1])
    refused = await listed(world.other_council, placement, WORKER)
    assert (refused.status_code, refused.json()["rule"]) == (409, "not_a_party")
    assert (await world.other_school.get(f"{placement}/contacts")).status_code == 404


async def test_two_at_once_meet_one_after_the_other(world: World) -> None:
    placement = f"/v1/placements/{await world.placement()}"
    answers = await gather(*[listed(world.council, placement, WORKER | {"name": name}) for name in "AB"])
    assert sorted(answer.status_code for answer in answers) in ([200, 200], [200, 412])
    assert len(await names(world.council, placement)) == 1


async def test_row_security_lets_a_party_list_its_own_alone(world: World, ledger: Ledger) -> None:
    placement = await world.placement()
    await ledger.watches(world.other_council.id, placement)
    await listed(world.council, f"/v1/placements/{placement}", WORKER)
    add = (
        "insert into placement_contacts (id, placement_id, kept_by_id, role, name, told_daily_attendance, told_alerts,"
        " listed_on) values (gen_random_uuid(), :placement, :by, 'other', 'x', false, false, '2026-11-24')"
    )
    for who, by in ((world.other_council, world.other_council), (world.school, world.council)):
        with pytest.raises(DBAPIError, match="row-level security"):
            await ledger.sql_as(who.id, add, placement=placement, by=by.id)
    assert await ledger.sql_as(world.school.id, "delete from placement_contacts returning id") == []
    with pytest.raises(DBAPIError, match="permission denied"):
        await ledger.sql_as(world.council.id, "update placement_contacts set name = 'x'")
