"""Which form a report is written on: the council's current one, or the one that comes with the service."""

from typing import Any

import pytest

from migrations.default_report_form import FORM as SHIPPED
from migrations.default_report_form import ID
from tests.rules.test_report_forms import FORM
from tests.test_progress_reports import PATH, SAID, draft
from tests.world import World

FORMS = "/v1/report-forms"
FILLED_IN = {"answers": SHIPPED["examples"][0], **SAID}


async def publish(world: World, **more: Any) -> str:
    made = await world.council.post(FORMS, {"name": "Termly", "form": FORM, **more})
    assert made.status_code == 201, made.text
    return str(made.json()["id"])


async def body(world: World, **changes: Any) -> dict[str, Any]:
    return {k: v for k, v in (await draft(world, form_id="", **changes)).items() if k != "form_id"}


async def test_without_a_councils_form_a_report_is_on_the_one_that_comes_with_the_service(world: World) -> None:
    placement = await world.placement()
    forms = (await world.provider.get(f"/v1/placements/{placement}/report-forms")).json()["items"]
    assert [each["id"] for each in forms] == [ID]
    begun = await world.provider.post(PATH, await body(world, placement_id=placement, **FILLED_IN))
    assert begun.json()["form_id"] == ID
    submitted = await world.provider.act(begun.headers["Location"], "submission")
    assert submitted.status_code == 200, submitted.text


async def test_a_report_that_names_no_form_is_on_the_councils_current_one(world: World) -> None:
    await publish(world)
    current = await publish(world)
    placement = await world.placement()
    forms = (await world.school.get(f"/v1/placements/{placement}/report-forms")).json()["items"]
    assert [each["id"] for each in forms] == [current]
    begun = await world.provider.post(PATH, await body(world, placement_id=placement))
    assert begun.json()["form_id"] == current


async def test_where_a_council_has_several_forms_one_is_named(world: World) -> None:
    await publish(world)
    other = await publish(world, name="Post-16")
    refused = await world.provider.post(PATH, await body(world))
    assert refused.status_code == 422
    assert [(e["pointer"], e["code"]) for e in refused.json()["errors"]] == [("/form_id", "form_needed")]
    assert (await world.provider.post(PATH, await body(world) | {"form_id": other})).status_code == 201


async def test_of_several_forms_the_one_meant_for_the_term_is_taken(world: World) -> None:
    await publish(world, name="Autumn", terms=["autumn"])
    spring = await publish(world, name="Spring", terms=["spring"], school_year="2026-27")
    begun = await world.provider.post(PATH, await body(world, term="spring"))
    assert begun.json()["form_id"] == spring


@pytest.mark.parametrize(
    ("meant_for", "rule"),
    [
        pytest.param({"terms": ["spring", "summer"]}, "form_of_another_term", id="another term"),
        pytest.param({"school_year": "2025-26"}, "form_of_another_term", id="another school year"),
    ],
)
async def test_a_report_on_another_terms_form_is_refused(world: World, meant_for: dict[str, Any], rule: str) -> None:
    named = await body(world) | {"form_id": await publish(world, **meant_for)}
    refused = await world.provider.post(PATH, named)
    assert (refused.status_code, refused.json()["rule"]) == (409, rule)
    assert (await world.provider.get(PATH)).json()["items"] == []


async def test_the_services_form_is_not_used_where_a_council_has_its_own(world: World) -> None:
    await publish(world)
    refused = await world.provider.post(PATH, await body(world) | {"form_id": ID})
    assert (refused.status_code, refused.json()["rule"]) == (409, "council_has_its_own_form")


async def test_a_withdrawn_form_takes_no_new_reports_and_keeps_its_old_ones(world: World) -> None:
    form = await publish(world)
    placement = await world.placement()
    begun = await world.provider.post(PATH, await body(world, placement_id=placement, answers={"voice": "Good"}))
    await world.council.act(f"{FORMS}/{form}", "withdrawal")
    refused = await world.provider.post(
        PATH, await body(world, placement_id=placement, term="spring") | {"form_id": form}
    )
    assert (refused.status_code, refused.json()["rule"]) == (409, "form_withdrawn")
    submitted = await world.provider.act(begun.headers["Location"], "submission")
    assert (submitted.status_code, submitted.json()["form_id"]) == (200, form)


async def test_a_draft_goes_on_upon_the_next_edition(world: World) -> None:
    await publish(world)
    begun = await world.provider.post(PATH, await body(world, answers={"voice": "Good"}))
    path, following = begun.headers["Location"], await publish(world)
    for party, status in ((world.school, 403), (world.other_provider, 404)):
        headers = {"If-Match": begun.headers["ETag"]}
        answer = await party.http.put(f"{path}/form", json={"form_id": following}, headers=headers)
        assert answer.status_code == status
    headers = {"If-Match": (await world.provider.get(path)).headers["ETag"]}
    moved = await world.provider.http.put(f"{path}/form", json={"form_id": following}, headers=headers)
    assert (moved.status_code, moved.json()["form_id"], moved.json()["answers"]) == (200, following, {"voice": "Good"})
    assert (await world.provider.act(path, "submission")).status_code == 200
    headers = {"If-Match": (await world.provider.get(path)).headers["ETag"]}
    late = await world.provider.http.put(f"{path}/form", json={"form_id": following}, headers=headers)
    assert (late.status_code, late.json()["rule"]) == (409, "report_not_editable")
