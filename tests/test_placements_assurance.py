"""What a provider has let lapse, never gave, or held until yesterday stops new placements with it, and says so."""

from typing import Any

import pytest

from tests.assuring import confirmed, insured
from tests.test_award_suspensions import held
from tests.test_frameworks import award
from tests.test_insurance_certificates import CLOCK
from tests.test_vacancies import proposed
from tests.world import CALENDAR, World


async def asked(world: World, **changes: Any) -> tuple[int, str | None]:
    answer = await world.council.post("/v1/placements", await world.proposal(**changes))
    return answer.status_code, answer.json().get("rule")


async def require(world: World, lot: str) -> None:
    framework = f"/v1/frameworks/{(await world.council.get(f'/v1/lots/{lot}')).json()['framework_id']}"
    needs = {"insurance_required": True, "safeguarding_confirmation_required": True}
    assert (await world.council.change("PATCH", framework, needs)).status_code == 200


async def test_a_framework_that_requires_them_has_no_placement_without(world: World) -> None:
    lot, _ = await held(world)
    path = await proposed(world, lot)
    await require(world, lot)
    under = {"lot_id": lot, "spot_purchase": False}
    assert await asked(world, **under) == (409, "insurance_missing")
    assert (await world.provider.act(path, "acceptance")).json()["rule"] == "insurance_missing"
    await insured(world.provider)
    assert await asked(world, **under) == (409, "safeguarding_confirmation_missing")
    assert (await world.provider.act(path, "acceptance")).json()["rule"] == "safeguarding_confirmation_missing"
    assert await asked(world) == (201, None)
    await confirmed(world.provider)
    assert await asked(world, **under) == (201, None)
    assert (await world.provider.act(path, "acceptance")).status_code == 200


@pytest.mark.parametrize("kind", ["public_liability", "employers_liability", "professional_indemnity"])
async def test_a_lapsed_insurance_stops_spot_purchases_too(world: World, kind: str) -> None:
    await insured(world.provider, kind=kind, expires_on="2026-11-24")
    assert await asked(world) == (201, None)
    assert await asked(world, starts_on="2026-11-25") == (409, "insurance_lapsed")
    await world.council.http.put(CLOCK, json={"now": "2026-11-25T09:00:00Z"})
    assert await asked(world) == (409, "insurance_lapsed")
    await insured(world.provider, kind=kind, starts_on="2026-11-25")
    assert await asked(world) == (201, None)


async def test_an_insurance_holds_today_and_on_the_first_day(world: World) -> None:
    await insured(world.provider, expires_on="2026-11-24")
    await insured(world.provider, starts_on="2026-12-01")
    assert await asked(world, starts_on="2026-12-01") == (201, None)
    await world.council.http.put(CLOCK, json={"now": "2026-11-25T09:00:00Z"})
    assert await asked(world, starts_on="2026-12-01") == (409, "insurance_lapsed")


async def test_what_lapses_before_the_provider_accepts_stops_the_acceptance(world: World) -> None:
    await confirmed(world.provider, valid_until="2026-11-24")
    body = await world.proposal()
    path = (await world.council.post("/v1/placements", body)).headers["Location"]
    await world.council.http.put(CLOCK, json={"now": "2026-11-25T09:00:00Z"})
    refused = await world.provider.act(path, "acceptance")
    assert (refused.status_code, refused.json()["rule"]) == (409, "safeguarding_confirmation_lapsed")
    assert refused.json()["would_be_lawful"]
    assert (await world.council.get(path)).json()["status"] == "proposed"
    await confirmed(world.provider, confirmed_on="2026-11-25")
    assert (await world.provider.act(path, "acceptance")).status_code == 200


async def test_an_insurance_that_was_withdrawn_has_lapsed_and_another_kind_comes_and_goes(world: World) -> None:
    other = await insured(world.provider, kind="other")
    await world.provider.act(other, "withdrawal", {"reason": "The trip is over"})
    assert await asked(world) == (201, None)
    path = await insured(world.provider)
    await world.provider.act(path, "withdrawal", {"reason": "The insurer cancelled it"})
    assert await asked(world) == (409, "insurance_lapsed")


async def test_a_school_that_sees_no_certificate_is_told_all_the_same(world: World) -> None:
    await insured(world.provider, expires_on="2026-11-24")
    child = {"given_name": "Ada", "family_name": "Example", "date_of_birth": "2012-03-04"}
    pupil = (await world.other_school.post("/v1/pupils", child)).json()["id"]
    body = await world.proposal(
        pupil_id=pupil,
        calendar_id=(await world.other_school.post("/v1/calendars", CALENDAR)).json()["id"],
        host_school_id=str(world.other_school.id),
        starts_on="2026-11-30",
    )
    refused = await world.other_school.post("/v1/placements", body)
    assert (refused.status_code, refused.json()["rule"]) == (409, "insurance_lapsed")
    assert "2026-11-24" in refused.json()["detail"]


async def test_a_lot_that_the_provider_lost_yesterday_is_refused_with_that_reason(world: World) -> None:
    lot, _ = await held(world, ends_on="2026-11-24")
    path = await proposed(world, lot)
    await world.council.http.put(CLOCK, json={"now": "2026-11-25T09:00:00Z"})
    for refused in (
        await world.council.post("/v1/placements", await world.proposal(lot_id=lot, spot_purchase=False)),
        await world.provider.act(path, "acceptance"),
    ):
        assert (refused.status_code, refused.json()["rule"]) == (409, "award_expired")
        assert "2026-11-24" in refused.json()["detail"]
    await award(world.council, lot, str(world.provider.id), delivery_options=[], starts_on="2026-11-25")
    assert (await world.provider.act(path, "acceptance")).status_code == 200


async def test_a_framework_that_has_ended_is_said_to_have(world: World) -> None:
    days = {"name": "AP", "starts_on": "2026-09-01", "ends_on": "2026-11-23", "insurance_required": False}
    framework = (await world.council.post("/v1/frameworks", days)).headers["Location"]
    lot = (await world.council.post(f"{framework}/lots", {"number": 1, "name": "Full time"})).json()["id"]
    body = {"lot_id": lot, "provider_id": str(world.provider.id), "starts_on": "2026-09-01", "ends_on": "2026-11-23"}
    assert (await world.council.post("/v1/lot-awards", body)).status_code == 201
    assert await asked(world, lot_id=lot, spot_purchase=False) == (409, "framework_expired")


async def test_placements_made_before_stay_when_something_lapses(world: World) -> None:
    await insured(world.provider, expires_on="2026-11-24")
    placement = await world.placement()
    await world.council.http.put(CLOCK, json={"now": "2026-11-25T09:00:00Z"})
    assert (await world.council.get(f"/v1/placements/{placement}")).json()["status"] == "active"
