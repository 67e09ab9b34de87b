"""Searching the directory: each filter alone, every pair, and all together."""

import random
from collections.abc import AsyncIterator
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import pytest
from fastapi import FastAPI

from app.db.embedded_database import Addresses
from tests.directory_entry import PERMISSION, entry_path
from tests.test_award_suspensions import LIFT, held, suspend
from tests.world import Party, World, make_world

SITE = {"name": "Yard", "address": "1 Lane", "postcode": "M5 3EQ"}
PERIOD = {"starts_on": "2026-09-01", "ends_on": "2027-08-31"}
# What a provider says that meets every filter.
FULL: dict[str, Any] = {
    "category": "charity",
    "publication": "everyone",
    "permission_to_publish": PERMISSION,
    "offer": "Blacksmithing in the old forge",
    "target_groups": ["ks3", "ehcp", "age_16_18"],
    "needs_met": ["Speech and language"],
    "qualifications": [{"title": "BTEC Metalwork", "level": "level_1", "awarding_body": "Pearson"}],
    "session_times": [
        {"day": "monday", "starts_at": "09:00", "ends_at": "12:00"},
        {"day": "saturday", "starts_at": "09:00", "ends_at": "12:00"},
    ],
    "patterns": ["part_time"],
    "delivery_options": ["in_person_one_to_one", "online_group"],
    "transport": {"offered": True},
}
# Each filter, and what a provider that meets all but this one says instead.
FILTERS: dict[str, tuple[Any, dict[str, Any]]] = {
    "q": ("blacksmith", {"offer": "Joinery"}),
    "category": ("charity", {"category": "private"}),
    "target_group": ("ehcp", {"target_groups": ["ks3", "age_16_18"]}),
    "key_stage": ("post_16", {"target_groups": ["ks3", "ehcp"]}),
    "need": ("speech", {"needs_met": ["Anxiety"]}),
    "qualification": ("metalwork", {"qualifications": []}),
    "day": ("monday", {"session_times": FULL["session_times"][1:]}),
    "pattern": ("part_time", {"patterns": ["full_time"]}),
    "delivery_option": ("in_person_one_to_one", {"delivery_options": ["online_group"]}),
    "online": ("true", {"delivery_options": ["in_person_one_to_one"]}),
    "transport": ("true", {"transport": {"offered": False}}),
    "outward_code": ("M5", {"postcode": "M50 3EQ"}),
    "council_id": (None, {"council": "other_council"}),
    "framework_id": (None, {"council": "other_council"}),
    "lot_id": (None, {"lot": 2}),
    "vacancy": ("true", {"capacity": 0}),
    "identifier_scheme": ("company", {"company": "87654321"}),
}
TOGETHER = {"identifier_scheme": {"identifier_value": "12345678"}}


@dataclass(frozen=True)
class Scene:
    """`near` names, by filter, the provider that meets all filters but that one; `full` meets all, `hidden` too."""

    world: World
    full: str
    hidden: str
    near: dict[str, str]
    values: dict[str, str]

    def query(self, filters: tuple[str, ...]) -> dict[str, str]:
        asked = {name: self.values.get(name) or FILTERS[name][0] for name in filters}
        return asked | {k: v for name in filters for k, v in TOGETHER.get(name, {}).items()}

    def expected(self, filters: tuple[str, ...]) -> set[str]:
        """All but those that miss one of the filters; who is on another council's framework misses its lots and places too."""
        return {self.full} | {id_ for name, id_ in self.near.items() if not self._misses(name, set(filters))}

    @staticmethod
    def _misses(name: str, filters: set[str]) -> bool:
        if name in {"council_id", "framework_id"}:
            return bool(filters & {"council_id", "framework_id", "lot_id", "vacancy"})
        return name in filters


@pytest.fixture(scope="module")
async def scene(app: FastAPI, database: Addresses) -> AsyncIterator[Scene]:
    async with make_world(app, database.owner) as world:
        lots = await _lots(world, "council") | await _lots(world, "other_council")
        full, hidden = await _provider(world, lots, "Full"), await _provider(world, lots, "Hidden", hide=True)
        near = {name: await _provider(world, lots, f"Near {name}", **miss) for name, (_, miss) in FILTERS.items()}
        wanted = lots["council", 1]
        values = {"council_id": str(world.council.id), "framework_id": wanted[0], "lot_id": wanted[1]}
        yield Scene(world, full, hidden, near, values)


async def _lots(world: World, name: str) -> dict[tuple[str, int], tuple[str, str]]:
    """A framework of the council with two lots, as their ids by the council's name and the lot's number."""
    council: Party = getattr(world, name)
    opened = await council.post("/v1/frameworks", {"name": "AP", "starts_on": "2026-09-01", "ends_on": "2028-08-31"})
    framework = str(opened.json()["id"])
    lots = {}
    for number in (1, 2):
        lot = await council.post(f"/v1/frameworks/{framework}/lots", {"number": number, "name": "Lot"})
        lots[name, number] = (framework, str(lot.json()["id"]))
    return lots


async def _provider(
    world: World, lots: dict[tuple[str, int], tuple[str, str]], name: str, hide: bool = False, **changes: Any
) -> str:
    """A provider of the other council's registering, so that the council meets it by its awards alone."""
    postcode, company = changes.pop("postcode", "M5 3EQ"), changes.pop("company", "12345678")
    council, lot, capacity = changes.pop("council", "council"), changes.pop("lot", 1), changes.pop("capacity", 2)
    body = {
        "name": name,
        "category": "charity",
        "sites": [SITE | {"postcode": postcode}],
        "identifiers": [{"scheme": "company", "value": company}],
    }
    registrar = world.other_council
    id_ = str((await registrar.post("/v1/providers", body)).json()["id"])
    entry = FULL | changes
    done = await registrar.change("PUT", entry_path(id_), entry)
    assert done.status_code == 200, done.text
    if not hide:
        awarded = await getattr(world, council).post(
            "/v1/lot-awards", {"lot_id": lots[council, lot][1], "provider_id": id_, "capacity": capacity, **PERIOD}
        )
        assert awarded.status_code == 201, awarded.text
    else:
        await registrar.change("PUT", entry_path(id_), entry | {"publication": "private"})
    return id_


async def _found(party: Party, **query: Any) -> set[str]:
    answer = await party.get("/v1/providers", limit=200, **query)
    assert answer.status_code == 200, answer.text
    items = [each["id"] for each in answer.json()["items"]]
    assert len(items) == len(set(items))
    return set(items)


async def _check(scene: Scene, filters: tuple[str, ...]) -> None:
    ours = {scene.full, scene.hidden, *scene.near.values()}
    for party in (scene.world.council, scene.world.school):
        assert await _found(party, **scene.query(filters)) & ours == scene.expected(filters), (party.name, filters)


@pytest.mark.parametrize("name", FILTERS)
async def test_a_filter_takes_away_who_does_not_meet_it(scene: Scene, name: str) -> None:
    await _check(scene, (name,))


@pytest.mark.parametrize("name", FILTERS)
async def test_a_filter_holds_beside_every_other(scene: Scene, name: str) -> None:
    for pair in combinations(FILTERS, 2):
        if pair[0] == name:
            await _check(scene, pair)


async def test_all_filters_hold_together(scene: Scene) -> None:
    await _check(scene, ())
    await _check(scene, tuple(FILTERS))
    for without in FILTERS:
        await _check(scene, tuple(name for name in FILTERS if name != without))


async def test_any_filters_hold_together(scene: Scene) -> None:
    choose = random.Random(20261124)
    for _ in range(60):
        await _check(scene, tuple(choose.sample(list(FILTERS), choose.randint(3, len(FILTERS) - 2))))


async def test_a_hidden_provider_is_found_by_who_knows_it_alone(scene: Scene) -> None:
    asked = tuple(name for name in FILTERS if name not in {"council_id", "framework_id", "lot_id", "vacancy"})
    assert scene.hidden in await _found(scene.world.other_council, **scene.query(asked))
    for party in (scene.world.other_school, scene.world.provider, scene.world.other_provider):
        assert scene.hidden not in await _found(party, **scene.query(asked))
        assert scene.full in await _found(party, **scene.query(asked))


async def test_pages_of_a_search_hold_every_match_once(scene: Scene) -> None:
    seen: list[str] = []
    path: str | None = "/v1/providers?limit=3&q=blacksmith&transport=true"
    while path:
        page = await scene.world.council.get(path)
        seen += [item["id"] for item in page.json()["items"]]
        path = page.links["next"]["url"] if "next" in page.links else None
    assert len(seen) == len(set(seen))
    assert set(seen) == scene.expected(("q", "transport"))


async def test_a_cursor_belongs_to_its_search(scene: Scene) -> None:
    cursor = (await scene.world.council.get("/v1/providers", limit=3, q="blacksmith")).json()["next_cursor"]
    refused = await scene.world.council.get("/v1/providers", limit=3, q="joinery", cursor=cursor)
    assert (refused.status_code, refused.json()["errors"][0]["code"]) == (422, "cursor_not_valid")


FARM = {
    **FULL,
    "offer": "Looking after animals",
    "subjects": ["Horticulture"],
    "non_accredited": ["Forest school"],
    "awarding_bodies": ["ASDAN"],
    "other_target_groups": ["School refusers"],
}
ASKED: dict[str, tuple[dict[str, Any], bool]] = {
    "by a word of the name": ({"q": "hollow"}, True),
    "by a common word in the name": ({"q": "the"}, True),
    "by the stem of a word": ({"q": "animal"}, True),
    "by a subject": ({"q": "horticulture"}, True),
    "by a need": ({"q": "language"}, True),
    "by a qualification": ({"q": "btec"}, True),
    "by an awarding body": ({"q": "asdan"}, True),
    "by what is not accredited": ({"q": "forest"}, True),
    "by a target group": ({"q": "refusers"}, True),
    "by words of name and qualification": ({"q": "hollow metalwork"}, True),
    "by a phrase": ({"q": '"forest school"'}, True),
    "not by a phrase that is not there": ({"q": '"school forest"'}, False),
    "not where a word must not be": ({"q": "hollow -forest"}, False),
    "by one of two": ({"q": "sailing or forest"}, True),
    "not by a word that is not there": ({"q": "sailing"}, False),
    "by nothing but signs": ({"q": "&|!"}, False),
    "by a quote that is left open": ({"q": '"forest'}, True),
    "by all of several groups": ({"target_group": ["ks3", "ehcp"]}, True),
    "not by some of several groups": ({"target_group": ["ks3", "neet"]}, False),
    "by the key stage of a group": ({"key_stage": "ks3"}, True),
    "not by another key stage": ({"key_stage": "ks4"}, False),
    "by a need in capitals": ({"need": "SPEECH"}, True),
    "not by a wildcard": ({"need": "%%"}, False),
    "by part of a qualification": ({"qualification": "metal"}, True),
    "not by its awarding body": ({"qualification": "pearson"}, False),
    "by a Saturday": ({"day": "saturday"}, True),
    "by a day on which a site opens": ({"day": "friday"}, True),
    "by all of several days": ({"day": ["monday", "friday"]}, True),
    "not by some of several days": ({"day": ["monday", "tuesday"]}, False),
    "not by offering nothing online": ({"online": "false"}, False),
    "not by offering no transport": ({"transport": "false"}, False),
    "by the area of a postcode": ({"outward_code": "SK"}, True),
    "not by one letter of an area of two": ({"outward_code": "S"}, False),
    "by a district": ({"outward_code": "SK10"}, True),
    "not by the beginning of a district": ({"outward_code": "SK1"}, False),
    "by a satellite": ({"outward_code": "W1A"}, True),
    "by who registered it": ({"council_id": "council"}, True),
    "not by another council": ({"council_id": "other_council"}, False),
    "by a change since": ({"q": "hollow", "changed_since": "2026-11-24T08:00:00Z"}, True),
    "not by a change later": ({"q": "hollow", "changed_since": "2026-11-24T08:00:01Z"}, False),
}


@pytest.fixture(scope="module")
async def farm(app: FastAPI, database: Addresses) -> AsyncIterator[tuple[World, str]]:
    async with make_world(app, database.owner) as world:
        opens = [{"day": "friday", "opens_at": "09:00", "closes_at": "15:00"}]
        sites = [SITE | {"postcode": "SK10 4TG", "opening_times": opens}, SITE | {"postcode": "W1A1AA"}]
        body = {"name": "The Hollow", "category": "charity", "sites": sites}
        id_ = str((await world.council.post("/v1/providers", body)).json()["id"])
        assert (await world.council.change("PUT", entry_path(id_), FARM)).status_code == 200
        yield world, id_


@pytest.mark.parametrize(("query", "finds"), [pytest.param(*row, id=id_) for id_, row in ASKED.items()])
async def test_what_a_provider_is_found_by(farm: tuple[World, str], query: dict[str, Any], finds: bool) -> None:
    world, id_ = farm
    if "council_id" in query:
        query = query | {"council_id": str(getattr(world, query["council_id"]).id)}
    for party in (world.council, world.other_school):
        assert (id_ in await _found(party, **query)) is finds, party.name


async def test_who_says_nothing_offers_neither_transport_nor_online(farm: tuple[World, str]) -> None:
    world, _ = farm
    silent = {str(world.provider.id), str(world.other_provider.id)}
    assert await _found(world.school, transport="false") >= silent
    assert await _found(world.school, online="false") >= silent
    assert not await _found(world.school, transport="true") & silent


async def test_words_follow_an_older_change_of_the_offer(world: World) -> None:
    provider = f"/v1/providers/{world.provider.id}"
    assert await _found(world.school, q="falconry") == set()
    await world.provider.change("PATCH", provider, {"offer": "Falconry", "target_groups": ["NEET"]})
    assert await _found(world.school, q="falconry", target_group="neet") == {str(world.provider.id)}
    await world.provider.change("PATCH", provider, {"offer": None})
    assert await _found(world.school, q="falconry") == set()


async def test_awards_that_ended_or_cannot_be_read_find_nobody(scene: Scene) -> None:
    lot = scene.values["lot_id"]
    assert scene.full in await _found(scene.world.council, lot_id=lot)
    for stranger in (scene.world.other_council, scene.world.other_school, scene.world.provider):
        assert await _found(stranger, lot_id=lot) == set()


async def test_a_vacancy_is_a_place_that_is_free_under_an_award_that_one_may_read(world: World) -> None:
    lot, held_award = await held(world, capacity=1)
    parties, mine = (world.council, world.school, world.provider), str(world.provider.id)

    async def finds(party: Party, **query: Any) -> bool:
        return mine in await _found(party, **query)

    for party in parties:
        assert (await finds(party, vacancy="true"), await finds(party, vacancy="false")) == (True, False), party.name
    for stranger in (world.other_council, world.other_school):
        assert (await finds(stranger, vacancy="true"), await finds(stranger, vacancy="false")) == (False, True)
    placement = (
        await world.council.post("/v1/placements", await world.proposal(lot_id=lot, spot_purchase=False))
    ).headers
    assert await finds(world.school, vacancy="true")
    assert (await world.provider.act(placement["Location"], "acceptance")).status_code == 200
    for party in parties:
        assert (await finds(party, vacancy="true"), await finds(party, lot_id=lot)) == (False, True), party.name
    path = f"/v1/lot-awards/{held_award}"
    etag = {"If-Match": (await world.council.get(path)).headers["ETag"]}
    assert (await world.council.http.put(f"{path}/capacity", json={"capacity": 2}, headers=etag)).status_code == 200
    assert await finds(world.school, vacancy="true")


async def test_a_suspended_award_finds_nobody(world: World) -> None:
    lot, held_award = await held(world, capacity=1)
    asked: list[dict[str, str]] = [{"lot_id": lot}, {"vacancy": "true"}, {"council_id": str(world.council.id)}]
    for query in asked:
        assert await _found(world.school, **query) == {str(world.provider.id)}
    suspended = (await suspend(world, held_award, "2026-11-25")).headers["Location"]
    for query in asked:
        assert await _found(world.school, **query) == {str(world.provider.id)}
    assert (await world.council.act(suspended, "lifting", LIFT)).status_code == 200
    assert (await suspend(world, held_award)).status_code == 201
    for query in asked:
        assert await _found(world.school, **query) == set()


MALFORMED: dict[str, dict[str, Any]] = {
    "one letter": {"q": "a"},
    "a control character": {"q": "a\x01b"},
    "a line": {"need": "a\nb"},
    "an unknown group": {"target_group": "ks9"},
    "a postcode in small letters": {"outward_code": "m5"},
    "a whole postcode": {"outward_code": "M5 3EQ"},
    "an unknown day": {"day": "someday"},
    "a filter twice": {"key_stage": ["ks3", "ks4"]},
    "an unknown filter": {"vacancies": "true"},
    "no id": {"lot_id": "1"},
}


@pytest.mark.parametrize("query", [pytest.param(query, id=id_) for id_, query in MALFORMED.items()])
async def test_a_malformed_search_is_refused(world: World, query: dict[str, Any]) -> None:
    assert (await world.school.get("/v1/providers", **query)).status_code == 422
