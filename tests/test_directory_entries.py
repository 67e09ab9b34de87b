"""A provider's whole directory entry: every clause of the form, who writes it, and who hears of it."""

import asyncio
from typing import Any
from uuid import UUID

import pytest

from app.db.embedded_database import Addresses
from tests.directory_entry import BLANK, CLAUSES, PERMISSION, PRIVATE, entry_path
from tests.ledger import Ledger
from tests.overseen import award
from tests.world import Party, World

BARN = {"name": "The barn", "address": "1 Lane End", "postcode": "M5 3EQ"}


async def registered(council: Party, **changes: Any) -> str:
    """The id of a provider that the council registered, which has no client."""
    made = await council.post("/v1/providers", {"name": "Hollow Farm", "category": "charity"} | changes)
    assert made.status_code == 201, made.text
    return str(made.json()["id"])


@pytest.fixture
def path(world: World) -> str:
    return entry_path(world.provider.id)


@pytest.mark.parametrize("clause", CLAUSES)
async def test_each_clause_is_kept_as_it_was_written(world: World, path: str, clause: str) -> None:
    body = (
        PRIVATE | {clause: CLAUSES[clause]} | ({"permission_to_publish": PERMISSION} if clause == "publication" else {})
    )
    written = await world.provider.change("PUT", path, body)
    assert written.status_code == 200, written.text
    read = await world.provider.get(path)
    assert read.json() == written.json()
    assert read.headers["ETag"] == written.headers["ETag"]
    assert {name: read.json()[name] for name in CLAUSES} == BLANK | body


async def test_an_entry_is_shown_whole_in_one_read(world: World, path: str) -> None:
    provider = f"/v1/providers/{world.provider.id}"
    site = BARN | {
        "satellite": True,
        "accessibility": "Step-free",
        "opening_times": [{"day": "friday", "opens_at": "08:45", "closes_at": "15:30"}],
    }
    made = (await world.provider.post(f"{provider}/sites", site)).json()
    await world.provider.change(
        "PUT", f"{provider}/identifiers", {"identifiers": [{"scheme": "charity", "value": "1234567"}]}
    )
    await world.provider.change("PUT", path, CLAUSES)
    read = (await world.school.get(path)).json()
    assert {name: read[name] for name in CLAUSES} == CLAUSES | {"permission_to_publish": None}
    assert (read["provider_id"], read["name"]) == (str(world.provider.id), "Meadow Farm")
    assert read["sites"] == [made]
    assert made == site | {"id": made["id"]}
    assert read["identifiers"] == [{"scheme": "charity", "value": "1234567"}]
    assert read["warnings"] == []


async def test_a_member_left_out_is_emptied(world: World, path: str) -> None:
    await world.provider.change("PUT", path, CLAUSES)
    emptied = (await world.provider.change("PUT", path, PRIVATE)).json()
    assert {name: emptied[name] for name in BLANK} == BLANK


async def test_the_contacts_that_alerts_go_to_are_not_published(world: World, path: str) -> None:
    lead = {"role": "safeguarding_lead", "name": "Night desk", "email": "alerts@meadow.example"}
    await world.provider.change("PUT", "/v1/contacts", {"contacts": [lead]})
    await world.provider.change("PUT", path, CLAUSES)
    assert "alerts@meadow.example" not in (await world.school.get(path)).text
    assert [c["name"] for c in (await world.provider.get("/v1/contacts")).json()["contacts"]] == ["Night desk"]


MALFORMED = {
    "no category": ({"publication": "private"}, "/category", "required"),
    "no publication": ({"category": "charity"}, "/publication", "required"),
    "an unknown category": (PRIVATE | {"category": "circus"}, "/category", "not_one_of"),
    "an unknown level of publication": (PRIVATE | {"publication": "friends"}, "/publication", "not_one_of"),
    "a blank offer": (PRIVATE | {"offer": " "}, "/offer", "blank"),
    "a contact without a name": (PRIVATE | {"contacts": [{"role": "head"}]}, "/contacts/0/name", "required"),
    "a contact of the police": (
        PRIVATE | {"contacts": [{"role": "police", "name": "x"}]},
        "/contacts/0/role",
        "not_one_of",
    ),
    "half a volunteer": (PRIVATE | {"staff": {"volunteers": 0.5}}, "/staff/volunteers", "whole_number_expected"),
    "fewer staff than none": (PRIVATE | {"staff": {"delivery": -1}}, "/staff/delivery", "too_small"),
    "an awarding body twice": (PRIVATE | {"awarding_bodies": ["A", "A"]}, "/awarding_bodies", "repeated"),
    "an unknown level": (
        PRIVATE | {"qualifications": [{"title": "x", "level": "9"}]},
        "/qualifications/0/level",
        "not_one_of",
    ),
    "an unknown target group": (PRIVATE | {"target_groups": ["ks9"]}, "/target_groups/0", "not_one_of"),
    "a target group twice": (PRIVATE | {"target_groups": ["ks3", "ks3"]}, "/target_groups", "repeated"),
    "more target groups than an entry holds": (
        PRIVATE | {"target_groups": ["ks3"], "other_target_groups": [f"Group {i}" for i in range(30)]},
        "/other_target_groups",
        "too_many_target_groups",
    ),
    "a session that ends before it starts": (
        PRIVATE | {"session_times": [{"day": "monday", "starts_at": "12:00", "ends_at": "09:00"}]},
        "/session_times/0/ends_at",
        "ends_before_start",
    ),
    "an unknown day": (
        PRIVATE | {"session_times": [{"day": "someday", "starts_at": "09:00", "ends_at": "12:00"}]},
        "/session_times/0/day",
        "not_one_of",
    ),
    "an amount in pounds": (
        PRIVATE | {"costs": [{"what_for": "x", "amount_pence": 45.5, "per": "day"}]},
        "/costs/0/amount_pence",
        "whole_number_expected",
    ),
    "a cost per nothing known": (
        PRIVATE | {"costs": [{"what_for": "x", "amount_pence": 1, "per": "moon"}]},
        "/costs/0/per",
        "not_one_of",
    ),
    "a ratio to nobody": (
        PRIVATE | {"staffing_ratios": [{"setting": "x", "staff": 1, "pupils": 0}]},
        "/staffing_ratios/0/pupils",
        "too_small",
    ),
    "a cost of transport that is not offered": (
        PRIVATE | {"transport": {"offered": False, "cost": {"amount_pence": 1, "per": "day"}}},
        "/transport/cost",
        "cost_without_transport",
    ),
    "permission of nobody": (
        PRIVATE | {"permission_to_publish": {"given_on": "2026-09-01"}},
        "/permission_to_publish/given_by",
        "required",
    ),
    "an unknown member": (PRIVATE | {"stars": 5}, "/stars", "unknown_member"),
}


@pytest.mark.parametrize(("body", "pointer", "code"), [pytest.param(*row, id=id_) for id_, row in MALFORMED.items()])
async def test_a_malformed_entry_changes_nothing(
    world: World, path: str, body: dict[str, Any], pointer: str, code: str
) -> None:
    before = (await world.provider.get(path)).json()
    refused = await world.provider.change("PUT", path, body)
    assert refused.status_code == 422, refused.text
    assert [(e["pointer"], e["code"]) for e in refused.json()["errors"]] == [(pointer, code)]
    assert (await world.provider.get(path)).json() == before


@pytest.mark.parametrize("publication", ["councils_schools", "everyone"])
@pytest.mark.parametrize(
    ("permission", "rule"),
    [
        pytest.param(None, "permission_to_publish_missing", id="none"),
        pytest.param(PERMISSION | {"given_on": "2026-11-25"}, "permission_not_given_yet", id="tomorrow's"),
    ],
)
async def test_nothing_is_published_without_permission(
    world: World, path: str, publication: str, permission: object, rule: str
) -> None:
    await world.provider.change("PUT", path, PRIVATE)
    body = PRIVATE | {"publication": publication, "permission_to_publish": permission}
    refused = await world.provider.change("PUT", path, body)
    assert (refused.status_code, refused.json()["rule"]) == (409, rule)
    assert (await world.provider.get(path)).json()["publication"] == "private"


async def test_whoever_published_by_the_older_member_is_reminded_of_the_permission(world: World) -> None:
    id_ = await registered(world.council, published=True)
    entry = (await world.school.get(entry_path(id_))).json()
    assert (entry["publication"], len(entry["warnings"])) == ("everyone", 1)
    assert "permission" in entry["warnings"][0]


@pytest.mark.parametrize(
    ("publication", "published"), [("private", False), ("councils_schools", False), ("everyone", True)]
)
async def test_published_stays_true_for_everyone_alone(
    world: World, path: str, publication: str, published: bool
) -> None:
    body = PRIVATE | {"publication": publication, "permission_to_publish": PERMISSION}
    await world.provider.change("PUT", path, body)
    shown = (await world.provider.get(f"/v1/providers/{world.provider.id}")).json()
    assert (shown["published"], shown["publication"]) == (published, publication)


@pytest.mark.parametrize(
    ("before", "change", "after"),
    [
        pytest.param("private", True, "everyone", id="true shows it to everyone"),
        pytest.param("councils_schools", True, "everyone", id="true widens it"),
        pytest.param("everyone", False, "private", id="false withdraws it"),
        pytest.param("councils_schools", False, "councils_schools", id="false where it is false changes nothing"),
    ],
)
async def test_the_older_member_publishes_and_withdraws(
    world: World, path: str, before: str, change: bool, after: str
) -> None:
    provider = f"/v1/providers/{world.provider.id}"
    await world.provider.change("PUT", path, PRIVATE | {"publication": before, "permission_to_publish": PERMISSION})
    changed = await world.provider.change("PATCH", provider, {"published": change})
    assert (changed.status_code, changed.json()["publication"]) == (200, after)


@pytest.mark.parametrize(
    ("words", "groups", "others"),
    [
        pytest.param(["KS3", "KS4", "EHCP"], ["ks3", "ks4", "ehcp"], [], id="as the form writes them"),
        pytest.param(["Key Stage 3", "ks3"], ["ks3"], [], id="in two ways"),
        pytest.param(["LAC", "school refusers"], ["looked_after"], ["school refusers"], id="known and unknown"),
        pytest.param(["16 to 18"], ["age_16_18"], [], id="an age"),
    ],
)
async def test_words_of_older_clients_are_target_groups_where_they_name_one(
    world: World, words: list[str], groups: list[str], others: list[str]
) -> None:
    id_ = await registered(world.council, target_groups=words)
    entry = (await world.council.get(entry_path(id_))).json()
    assert (entry["target_groups"], entry["other_target_groups"]) == (groups, others)
    assert (await world.council.get(f"/v1/providers/{id_}")).json()["target_groups"] == words


async def test_older_clients_read_the_groups_of_an_entry_as_words(world: World, path: str) -> None:
    body = PRIVATE | {"target_groups": ["ks4"], "other_target_groups": ["key stage 3", "School refusers"]}
    written = (await world.provider.change("PUT", path, body)).json()
    assert (written["target_groups"], written["other_target_groups"]) == (["ks3", "ks4"], ["School refusers"])
    shown = (await world.provider.get(f"/v1/providers/{world.provider.id}")).json()
    assert shown["target_groups"] == ["KS3", "KS4", "School refusers"]


async def test_the_council_that_registered_a_provider_writes_its_entry_until_it_has_a_client(
    world: World, ledger: Ledger, path: str
) -> None:
    without_client = entry_path(await registered(world.council))
    assert (await world.council.change("PUT", without_client, CLAUSES)).status_code == 200
    await ledger.sql(
        "update organisations set registered_by_id = :council where id = :provider",
        council=world.council.id,
        provider=world.provider.id,
    )
    for method, place, body in (
        ("PUT", path, CLAUSES),
        ("PATCH", path.removesuffix("/directory-entry"), {"published": False}),
        ("PUT", path.replace("directory-entry", "identifiers"), {"identifiers": []}),
    ):
        refused = await world.council.change(method, place, body)
        assert (refused.status_code, refused.json()["rule"]) == (409, "provider_keeps_its_own_entry")
    sites = path.replace("directory-entry", "sites")
    assert (await world.council.post(sites, BARN)).json()["rule"] == "provider_keeps_its_own_entry"
    assert (await world.provider.change("PUT", path, CLAUSES)).status_code == 200
    assert (await world.council.get(path)).json()["permission_to_publish"] == PERMISSION


async def test_a_provider_whose_clients_are_revoked_is_written_for_again(
    world: World, ledger: Ledger, path: str
) -> None:
    await ledger.sql(
        "update organisations set registered_by_id = :council where id = :provider",
        council=world.council.id,
        provider=world.provider.id,
    )
    await ledger.sql("update api_clients set revoked_at = now() where id = :id", id=world.provider.client_id)
    assert (await world.council.change("PUT", path, CLAUSES)).status_code == 200


async def test_others_who_find_a_provider_write_nothing(world: World, path: str) -> None:
    await world.provider.change("PUT", path, CLAUSES)
    for party in (world.council, world.other_council, world.other_provider):
        assert (await party.get(path)).status_code == 200
        assert (await party.change("PUT", path, PRIVATE)).status_code == 404
    assert (await world.school.change("PUT", path, PRIVATE)).status_code == 403
    assert (await world.provider.get(path)).json()["publication"] == "everyone"


async def test_a_stale_or_blind_entry_is_refused(world: World, path: str) -> None:
    etag = (await world.provider.get(path)).headers["ETag"]
    assert (await world.provider.change("PUT", path, CLAUSES)).status_code == 200
    stale = await world.provider.http.put(path, json=PRIVATE, headers={"If-Match": etag})
    blind = await world.provider.http.put(path, json=PRIVATE)
    assert (stale.status_code, blind.status_code) == (412, 428)


async def test_two_who_write_at_once_leave_one_entry(world: World, path: str) -> None:
    etag = (await world.provider.get(path)).headers["ETag"]
    bodies = [PRIVATE | {"offer": f"Offer {number}"} for number in range(4)]
    answers = await asyncio.gather(
        *(world.provider.http.put(path, json=body, headers={"If-Match": etag}) for body in bodies)
    )
    assert sorted(a.status_code for a in answers) == [200, 412, 412, 412]
    [won] = [a for a in answers if a.status_code == 200]
    assert (await world.provider.get(path)).json() == won.json()


async def test_who_is_told_of_an_entry(
    world: World, ledger: Ledger, database: Addresses, settings: Any, path: str
) -> None:
    await award(database, settings, world.other_council.id, world.provider.id)
    resource = path.removesuffix("/directory-entry")
    concerned: set[UUID] = {world.provider.id, world.other_council.id}
    steps = [
        ("private", "provider.unpublished"),
        ("councils_schools", "provider.published"),
        ("everyone", "provider.published"),
        ("councils_schools", "provider.unpublished"),
    ]
    for number, (publication, event) in enumerate(steps, start=1):
        body = CLAUSES | {"publication": publication}
        assert (await world.provider.change("PUT", path, body)).status_code == 200
        assert await ledger.told("provider.changed", resource) == concerned
        assert await ledger.told(event, resource) == concerned
        [(count,)] = await ledger.sql(
            "select count(*) from events where resource = :path and type like 'provider.%published'", path=resource
        )
        assert count == number
    await world.provider.change("PUT", path, CLAUSES | {"publication": "councils_schools"})
    [(count,)] = await ledger.sql(
        "select count(*) from events where resource = :path and type like 'provider.%published'", path=resource
    )
    assert count == len(steps)


async def test_a_provider_published_when_registered_is_told_of_as_published(world: World, ledger: Ledger) -> None:
    id_ = await registered(world.council, published=True)
    assert await ledger.told("provider.published", f"/v1/providers/{id_}") == {UUID(id_), world.council.id}


@pytest.mark.parametrize("change", ["post", "patch", "register"])
async def test_a_site_that_closes_before_it_opens_is_refused(world: World, change: str) -> None:
    times = [{"day": "friday", "opens_at": "15:30", "closes_at": "15:30"}]
    sites = f"/v1/providers/{world.provider.id}/sites"
    made = await world.provider.post(sites, BARN)
    if change == "post":
        refused = await world.provider.post(sites, BARN | {"opening_times": times})
    elif change == "patch":
        refused = await world.provider.change("PATCH", made.headers["Location"], {"opening_times": times})
    else:
        body = {"name": "x", "category": "other", "sites": [BARN | {"opening_times": times}]}
        refused = await world.council.post("/v1/providers", body)
    [error] = refused.json()["errors"]
    prefix = "/sites/0" if change == "register" else ""
    assert (error["pointer"], error["code"]) == (f"{prefix}/opening_times/0/closes_at", "ends_before_start")
    assert (await world.provider.get(made.headers["Location"])).json() == made.json()
