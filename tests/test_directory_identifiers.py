"""Official numbers: replaced later, and found by."""

from typing import Any
from uuid import UUID

import pytest

from tests.ledger import Ledger
from tests.world import Party, World

URN, UKPRN = {"scheme": "urn", "value": "102345"}, {"scheme": "ukprn", "value": "10012345"}
DFE = {"scheme": "dfe_number", "value": "3554001"}


def kept(party: Party) -> str:
    return f"/v1/{party.kind.value}s/{party.id}/identifiers"


async def replaced(party: Party, path: str, *identifiers: dict[str, str]) -> Any:
    return await party.change("PUT", path, {"identifiers": list(identifiers)})


@pytest.mark.parametrize("who", ["council", "school", "provider"])
async def test_an_organisation_replaces_its_own_identifiers(world: World, ledger: Ledger, who: str) -> None:
    party: Party = getattr(world, who)
    assert (await replaced(party, kept(party), URN, DFE)).status_code == 200
    second = await replaced(party, kept(party), UKPRN, DFE | {"value": "355/4001"})
    assert second.json()["identifiers"] == [DFE, UKPRN]
    for reader in world.parties:
        assert (await reader.get(kept(party))).json() == second.json()
    whole = (await party.get(kept(party).removesuffix("/identifiers"))).json()
    assert whole["identifiers"] == [DFE, UKPRN]
    told = {party.id} | ({world.council.id} if who == "school" else set())
    assert await ledger.told(f"{who}.changed", f"/v1/{who}s/{party.id}") == told


async def test_a_council_replaces_those_of_what_it_registered_until_it_has_a_client(
    world: World, ledger: Ledger
) -> None:
    school = (await world.council.post("/v1/schools", {"name": "Lake School"})).headers["Location"]
    provider = await world.council.post("/v1/providers", {"name": "Farm", "category": "charity"})
    for path in (school, provider.headers["Location"]):
        assert (await replaced(world.council, f"{path}/identifiers", URN)).status_code == 200
    await ledger.sql(
        "update organisations set registered_by_id = :council where id = :school",
        council=world.council.id,
        school=world.school.id,
    )
    refused = await replaced(world.council, kept(world.school), URN)
    assert (refused.status_code, refused.json()["rule"]) == (409, "provider_keeps_its_own_entry")
    assert await ledger.told("school.changed", school) == {UUID(school.rsplit("/", 1)[1]), world.council.id}


async def test_nobody_replaces_those_of_others(world: World) -> None:
    assert (await replaced(world.other_council, kept(world.council), URN)).status_code == 404
    assert (await replaced(world.council, kept(world.school), URN)).status_code == 404
    assert (await replaced(world.other_school, kept(world.school), URN)).status_code == 404
    assert (await replaced(world.other_provider, kept(world.provider), URN)).status_code == 404
    assert (await replaced(world.school, kept(world.provider), URN)).status_code == 403
    assert (await replaced(world.provider, kept(world.school), URN)).status_code == 403


@pytest.mark.parametrize(
    ("identifiers", "faults"),
    [
        pytest.param([URN, URN], [("/identifiers/1/scheme", "repeated")], id="a scheme twice"),
        pytest.param(
            [URN | {"value": "12345"}], [("/identifiers/0/value", "identifier_malformed")], id="a URN of 5 digits"
        ),
        pytest.param(
            [UKPRN | {"value": "1001234"}], [("/identifiers/0/value", "identifier_malformed")], id="a UKPRN of 7"
        ),
        pytest.param(
            [DFE | {"value": "35540011"}], [("/identifiers/0/value", "identifier_malformed")], id="a DfE number of 8"
        ),
        pytest.param([{"scheme": "upn", "value": "1"}], [("/identifiers/0/scheme", "not_one_of")], id="unknown"),
    ],
)
async def test_a_misshapen_identifier_changes_nothing(
    world: World, identifiers: list[dict[str, str]], faults: list[tuple[str, str]]
) -> None:
    await replaced(world.school, kept(world.school), UKPRN)
    refused = await replaced(world.school, kept(world.school), *identifiers)
    assert refused.status_code == 422
    assert [(e["pointer"], e["code"]) for e in refused.json()["errors"]] == faults
    assert (await world.school.get(kept(world.school))).json()["identifiers"] == [UKPRN]


@pytest.mark.parametrize(
    ("category", "identifiers", "warned"),
    [
        pytest.param("charity", [], 0, id="who is no school may have none"),
        pytest.param("pupil_referral_unit", [], 1, id="a pupil referral unit has one"),
        pytest.param("independent_school", [], 1, id="and an independent school"),
        pytest.param("ap_academy", [URN], 0, id="which is then given"),
        pytest.param("charity", [DFE | {"value": "9994001"}], 1, id="an unknown authority"),
        pytest.param("charity", [{"scheme": "company", "value": "12"}], 1, id="an odd company number"),
        pytest.param("charity", [{"scheme": "charity", "value": "12"}], 1, id="an odd charity number"),
        pytest.param("charity", [{"scheme": "ofsted", "value": "12"}], 1, id="an odd Ofsted number"),
    ],
)
async def test_what_is_odd_is_kept_with_a_warning(
    world: World, category: str, identifiers: list[dict[str, str]], warned: int
) -> None:
    body = {"name": "Farm", "category": category, "identifiers": identifiers}
    made = await world.council.post("/v1/providers", body)
    assert (made.status_code, len(made.json()["warnings"])) == (201, warned)
    entry = (await world.council.get(f"{made.headers['Location']}/directory-entry")).json()
    assert entry["warnings"] == made.json()["warnings"]


async def test_a_stale_replacement_is_refused(world: World) -> None:
    etag = (await world.school.get(kept(world.school))).headers["ETag"]
    assert (await replaced(world.school, kept(world.school), URN)).status_code == 200
    body = {"identifiers": [UKPRN]}
    stale = await world.school.http.put(kept(world.school), json=body, headers={"If-Match": etag})
    blind = await world.school.http.put(kept(world.school), json=body)
    assert (stale.status_code, blind.status_code) == (412, 428)


@pytest.mark.parametrize("kind", ["council", "school", "provider"])
async def test_an_organisation_is_found_by_its_identifier(world: World, kind: str) -> None:
    party: Party = getattr(world, kind)
    await replaced(party, kept(party), DFE, UKPRN)
    for value in ("3554001", "355/4001"):
        found = await world.other_school.get(f"/v1/{kind}s", identifier_scheme="dfe_number", identifier_value=value)
        assert [each["id"] for each in found.json()["items"]] == [str(party.id)]
    for scheme, value in (("dfe_number", "3554002"), ("company", "3554001")):
        nobody = await world.council.get(f"/v1/{kind}s", identifier_scheme=scheme, identifier_value=value)
        assert nobody.json()["items"] == []


async def test_a_hidden_provider_is_not_found_by_its_identifier(world: World) -> None:
    body = {"name": "Farm", "category": "charity", "identifiers": [URN]}
    assert (await world.council.post("/v1/providers", body)).status_code == 201
    wanted = {"identifier_scheme": "urn", "identifier_value": "102345"}
    assert len((await world.council.get("/v1/providers", **wanted)).json()["items"]) == 1
    assert (await world.other_council.get("/v1/providers", **wanted)).json()["items"] == []


@pytest.mark.parametrize(
    ("query", "parameter", "code"),
    [
        pytest.param({"identifier_scheme": "urn"}, "identifier_value", "required", id="a scheme alone"),
        pytest.param({"identifier_value": "102345"}, "identifier_scheme", "required", id="a value alone"),
        pytest.param(
            {"identifier_scheme": "urn", "identifier_value": "x"},
            "identifier_value",
            "identifier_malformed",
            id="no URN",
        ),
        pytest.param(
            {"identifier_scheme": "upn", "identifier_value": "1"}, "identifier_scheme", "not_one_of", id="none"
        ),
    ],
)
async def test_a_malformed_lookup_is_refused(world: World, query: dict[str, str], parameter: str, code: str) -> None:
    for kind in ("councils", "schools", "providers"):
        refused = await world.council.get(f"/v1/{kind}", **query)
        found = [(e["parameter"], e["code"]) for e in refused.json()["errors"]]
        assert (refused.status_code, found) == (422, [(parameter, code)])
