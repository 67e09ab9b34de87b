"""Pupils, and the UPN that only its own scope shows."""

import pytest

from app.rules.upn import synthetic_upn
from tests.world import World

ADA = {"given_name": "Ada", "family_name": "Example", "date_of_birth": "2012-03-04"}


async def test_a_upn_is_checked_and_shown_in_its_own_field(world: World) -> None:
    upn = synthetic_upn(12345)
    made = await world.school.post("/v1/pupils", ADA | {"upn": upn})
    assert made.status_code == 201, made.text
    assert made.json().keys() == {"id"}
    assert (await world.school.get(made.headers["Location"])).json()["upn"] == upn
    assert (await world.council.get(made.headers["Location"])).status_code == 404


@pytest.mark.parametrize("upn", ["A801200005001", "H80120000100", "h801200001001"])
async def test_a_wrong_upn_is_refused_and_never_repeated(world: World, upn: str) -> None:
    answer = await world.school.post("/v1/pupils", ADA | {"upn": upn})
    assert answer.status_code == 422
    assert upn not in answer.text


async def test_one_organisation_registers_a_upn_once_and_another_may_too(world: World) -> None:
    body = ADA | {"upn": synthetic_upn(7)}
    assert (await world.school.post("/v1/pupils", body)).status_code == 201
    assert (await world.school.post("/v1/pupils", body)).json()["type"] == "/problems/duplicate"
    assert (await world.other_school.post("/v1/pupils", body)).status_code == 201


async def test_a_provider_sees_a_pupil_through_the_placement_alone(world: World) -> None:
    placement = (await world.council.get(f"/v1/placements/{await world.placement()}")).json()
    path = f"/v1/pupils/{placement['pupil_id']}"
    assert (await world.provider.get(path)).json()["given_name"] == "Ada"
    assert (await world.other_provider.get(path)).status_code == 404
