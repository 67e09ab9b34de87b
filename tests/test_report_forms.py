"""Report forms: a council publishes them, an edition never changes, and none can hang whoever validates by it."""

import asyncio
from typing import Any

import pytest

from tests.rules.test_report_forms import FORM, UNSOUND
from tests.world import World

PATH = "/v1/report-forms"


async def test_a_council_publishes_editions_that_everybody_reads(world: World) -> None:
    first = await world.council.post(PATH, {"name": "Termly", "form": FORM})
    assert first.status_code == 201, first.text
    second = await world.council.post(PATH, {"name": "Termly", "form": FORM | {"title": "Better"}})
    assert [first.json()["edition"], second.json()["edition"]] == [1, 2]
    elsewhere = await world.other_council.post(PATH, {"name": "Termly", "form": FORM})
    assert elsewhere.json()["edition"] == 1
    for party in (world.provider, world.school):
        assert (await party.get(first.headers["Location"])).json() == first.json()
    mine = (await world.provider.get(PATH, council_id=str(world.council.id))).json()["items"]
    assert {f["edition"] for f in mine} == {1, 2}
    assert (await world.council.http.put(first.headers["Location"], json={})).status_code == 405
    assert (await world.council.http.delete(first.headers["Location"])).status_code == 405


async def test_only_councils_publish(world: World) -> None:
    for party in (world.provider, world.school):
        assert (await party.post(PATH, {"name": "Termly", "form": FORM})).status_code == 403


async def test_editions_published_at_once_get_numbers_of_their_own(world: World) -> None:
    body = {"name": "Termly", "form": FORM}
    answers = await asyncio.gather(*(world.council.post(PATH, body) for _ in range(5)))
    assert sorted(a.json()["edition"] for a in answers) == [1, 2, 3, 4, 5]


@pytest.mark.parametrize(("form", "pointer", "code"), UNSOUND)
async def test_a_form_that_is_not_sound_is_refused(world: World, form: dict[str, Any], pointer: str, code: str) -> None:
    answer = await world.council.post(PATH, {"name": "Termly", "form": form})
    assert answer.status_code == 422, answer.text
    assert (pointer, code) in [(e["pointer"], e["code"]) for e in answer.json()["errors"]]
    assert (await world.council.get(PATH)).json()["items"] == []
