"""Contacts of the caller's own organisation."""

from typing import Any

import pytest

from tests.world import World

LEAD = {"role": "safeguarding_lead", "name": "A. Reed", "email": "dsl@hill.example.org", "phone": None}
POLICE = {"role": "police", "name": "Control room", "email": None, "phone": "101"}


async def test_a_council_replaces_its_contacts_police_included(world: World) -> None:
    before = (await world.council.get("/v1/contacts")).json()["contacts"]
    assert [c["role"] for c in before] == ["safeguarding_lead"]
    replaced = await world.council.change("PUT", "/v1/contacts", {"contacts": [LEAD, POLICE]})
    assert replaced.status_code == 200, replaced.text
    read = await world.council.get("/v1/contacts")
    assert read.json() == replaced.json()
    assert {c["role"]: c for c in read.json()["contacts"]} == {"safeguarding_lead": LEAD, "police": POLICE}


async def test_each_organisation_reads_its_own_contacts_only(world: World) -> None:
    await world.council.change("PUT", "/v1/contacts", {"contacts": [LEAD, POLICE]})
    for party in (world.school, world.provider, world.other_council):
        assert len((await party.get("/v1/contacts")).json()["contacts"]) == 1


async def test_only_a_council_keeps_the_contact_of_the_police(world: World) -> None:
    for party in (world.school, world.provider):
        refused = await party.change("PUT", "/v1/contacts", {"contacts": [LEAD, POLICE]})
        [error] = refused.json()["errors"]
        assert (refused.status_code, error["pointer"]) == (422, "/contacts/1")
        assert error["code"] == "police_contact_not_of_council"
    registered = await world.council.post("/v1/schools", {"name": "Lake School", "contacts": [POLICE]})
    assert registered.status_code == 422


@pytest.mark.parametrize(
    ("contact", "code"),
    [
        pytest.param({"role": "head", "name": "B. Ode"}, "contact_unreachable", id="neither email nor phone"),
        pytest.param(LEAD | {"email": "nobody"}, "not_as_written", id="an email without a host"),
        pytest.param(LEAD | {"role": "caretaker"}, "not_one_of", id="an unknown role"),
    ],
)
async def test_a_contact_that_cannot_be_kept_changes_nothing(world: World, contact: dict[str, Any], code: str) -> None:
    before = (await world.school.get("/v1/contacts")).json()
    refused = await world.school.change("PUT", "/v1/contacts", {"contacts": [LEAD, contact]})
    assert refused.status_code == 422
    assert refused.json()["errors"][0]["code"] == code
    assert (await world.school.get("/v1/contacts")).json() == before


async def test_a_stale_replacement_is_refused(world: World) -> None:
    etag = (await world.school.get("/v1/contacts")).headers["ETag"]
    assert (await world.school.change("PUT", "/v1/contacts", {"contacts": [LEAD]})).status_code == 200
    stale = await world.school.http.put("/v1/contacts", json={"contacts": []}, headers={"If-Match": etag})
    assert stale.status_code == 412
    blind = await world.school.http.put("/v1/contacts", json={"contacts": []})
    assert blind.status_code == 428
