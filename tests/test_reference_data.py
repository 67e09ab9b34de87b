"""Reference data, and the pages for people."""

import re

import pytest
from httpx import AsyncClient

from app.access.scopes import Scope
from app.outbox.catalogue import EventType
from app.problems import every_problem
from app.rules.attendance_codes import ATTENDANCE_CODES
from tests.world import World


async def test_attendance_codes_tell_slug_class_and_days_of_use(world: World) -> None:
    codes = {c["slug"]: c for c in (await world.provider.get("/v1/reference-data/attendance-codes")).json()["items"]}
    assert len(codes) == len(ATTENDANCE_CODES)
    assert codes["present-am"] | {"meaning": ""} == {
        "code": "/",
        "slug": "present-am",
        "code_class": "attending",
        "counts_as_attending": True,
        "meaning": "",
        "sessions": ["am"],
        "valid_from": None,
        "valid_until": None,
        "replaced_by": [],
    }
    assert (codes["agreed-holiday"]["valid_until"], codes["agreed-holiday"]["replaced_by"]) == ("2024-08-18", ["C"])


async def test_the_codes_in_use_on_a_day_come_with_a_tag(world: World) -> None:
    path = "/v1/reference-data/attendance-codes"
    for day, wanted, gone in (("2024-08-18", "H", "K"), ("2024-08-19", "K", "H")):
        answer = await world.school.get(path, on_date=day)
        codes = {each["code"] for each in answer.json()["items"]}
        assert (wanted in codes, gone in codes) == (True, False)
    unchanged = await world.school.http.get(
        path, params={"on_date": day}, headers={"If-None-Match": answer.headers["ETag"]}
    )
    assert unchanged.status_code == 304
    assert (await world.school.get(path, on_date="soon")).status_code == 422


async def test_suggestions_are_told_in_their_order_with_their_sources(world: World) -> None:
    told = (await world.school.get("/v1/reference-data/attendance-suggestions")).json()["items"]
    assert [each["rank"] for each in told] == list(range(1, len(told) + 1))
    assert [each["code"] for each in told] == ["D", "X", "C2", "E", "Y4", None, None, "B", "K", None, "N"]
    assert all(each["source"] and each["meaning"] for each in told)
    reasons = (await world.school.get("/v1/reference-data/absence-reasons")).json()["items"]
    assert {"reason": "carer_says_ill", "code": "I"} in reasons


async def test_scopes_event_types_and_problem_types_are_told_whole(world: World) -> None:
    async def told(what: str, member: str) -> set[str]:
        return {each[member] for each in (await world.school.get(f"/v1/reference-data/{what}")).json()["items"]}

    assert await told("scopes", "scope") == set(Scope)
    assert await told("event-types", "type") == set(EventType)
    assert await told("problem-types", "type") == {f"/problems/{p.slug}" for p in every_problem()}


@pytest.mark.parametrize("what", ["attendance-codes", "scopes", "event-types", "problem-types"])
async def test_reference_data_needs_a_credential(http: AsyncClient, what: str) -> None:
    assert (await http.get(f"/v1/reference-data/{what}")).status_code == 401


async def test_every_problem_type_resolves_to_a_page(http: AsyncClient) -> None:
    index = (await http.get("/problems")).text
    for problem in every_problem():
        assert f'href="/problems/{problem.slug}"' in index
        page = await http.get(f"/problems/{problem.slug}")
        assert page.status_code == 200
        assert problem.title in page.text.replace("&#x27;", "'")
    unknown = await http.get("/problems/<script>")
    assert (unknown.status_code, unknown.json()["type"]) == (404, "/problems/not-found")


async def test_an_address_that_is_none_says_where_they_are_listed(http: AsyncClient) -> None:
    nowhere = await http.get("/v1/nope")
    assert (nowhere.status_code, nowhere.json()["type"]) == (404, "/problems/not-found")
    assert nowhere.json()["detail"] == "There is no such address; /docs lists them."
    front = await http.get("/")
    assert (front.status_code, front.headers["Location"]) == (307, "/docs")


async def test_the_docs_page_loads_nothing_from_elsewhere(http: AsyncClient) -> None:
    page = await http.get("/docs")
    assert "script-src 'self'" in page.headers["Content-Security-Policy"]
    wanted = re.findall(r'(?:src|href)="([^"]+)"', page.text)
    assert len(wanted) == 4
    for address in wanted:
        assert address.startswith("/")
        assert (await http.get(address)).status_code == 200
    assert (await http.get("/docs/assets/__init__.py")).status_code == 404
