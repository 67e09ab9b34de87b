"""A provider applies for a lot in a window; the council evaluates, awards or says why not; nobody else learns of it."""

import asyncio
from typing import Any

import pytest
from httpx import Response

from tests.ledger import Ledger
from tests.test_framework_windows import REFRESH
from tests.test_frameworks import a_lot, fault
from tests.world import Party, World

APPLICATION = {"delivery_options": ["in_person_one_to_one"], "capacity": 8, "statement": "We teach in small groups."}
EVALUATION = {
    "evaluators": ["A. Officer", "B. Head"],
    "summary": "A good offer; two references were missing.",
    "notes": [{"criterion": "Safeguarding", "note": "Policies seen."}],
}
PERIOD = {"starts_on": "2027-01-04", "ends_on": "2027-08-31"}
WHY = {"reason": "The site has no fire risk assessment."}


async def open_lot(world: World, **days: Any) -> str:
    """A lot of the council's for which providers may apply."""
    lot = await a_lot(world.council)
    framework = (await world.council.get(f"/v1/lots/{lot}")).json()["framework_id"]
    made = await world.council.post(f"/v1/frameworks/{framework}/windows", REFRESH | days)
    assert made.status_code == 201, made.text
    return lot


async def apply(provider: Party, lot: str, **changes: Any) -> Response:
    return await provider.post("/v1/lot-applications", APPLICATION | {"lot_id": lot} | changes)


async def applied(world: World, provider: Party | None = None, lot: str | None = None) -> str:
    """The path of an application of the provider's."""
    made = await apply(provider or world.provider, lot or await open_lot(world))
    assert made.status_code == 201, made.text
    return made.headers["Location"]


async def evaluated(world: World, path: str) -> str:
    done = await put(world, path)
    assert done.status_code == 200, done.text
    return path


async def put(world: World, path: str, body: Any = EVALUATION) -> Response:
    etag = (await world.council.get(path)).headers["ETag"]
    return await world.council.http.put(f"{path}/evaluation", json=body, headers={"If-Match": etag})


async def test_an_application_is_evaluated_and_awarded(world: World, ledger: Ledger) -> None:
    path = await applied(world)
    read = (await world.council.get(path)).json()
    assert (read["state"], read["capacity"], read["evaluation"]) == ("submitted", 8, None)
    await evaluated(world, path)
    awarded = await world.council.act(path, "award", PERIOD)
    assert awarded.status_code == 200, awarded.text
    assert awarded.json()["state"] == "awarded"
    award = (await world.provider.get(f"/v1/lot-awards/{awarded.json()['lot_award_id']}")).json()
    assert (award["capacity"], award["delivery_options"], award["state"]) == (8, ["in_person_one_to_one"], "upcoming")
    assert (award["starts_on"], award["ends_on"]) == tuple(PERIOD.values())
    assert (await world.provider.get(path)).json() == awarded.json()
    both = {world.council.id, world.provider.id}
    assert await ledger.told("lot-application.submitted", path) == both
    assert await ledger.told("lot-application.awarded", path) == both
    assert await ledger.told("lot-application.evaluated", path) == {world.council.id}
    assert await ledger.told("lot-award.made", f"/v1/lot-awards/{award['id']}") == both


async def test_the_unsuccessful_applicant_sees_why(world: World, ledger: Ledger) -> None:
    path = await evaluated(world, await applied(world))
    seen = (await world.provider.get(path)).json()
    assert (seen["state"], seen["evaluation"], seen["decided_because"]) == ("under_evaluation", None, None)
    assert (await world.council.get(path)).json()["evaluation"]["summary"] == EVALUATION["summary"]
    assert (await world.council.act(path, "rejection", WHY)).status_code == 200
    seen = (await world.provider.get(path)).json()
    assert (seen["state"], seen["decided_because"]) == ("not_awarded", WHY["reason"])
    assert seen["evaluation"] | EVALUATION == seen["evaluation"]
    assert (await world.provider.get("/v1/lot-awards")).json()["items"] == []
    assert await ledger.told("lot-application.not-awarded", path) == {world.council.id, world.provider.id}


async def test_the_database_keeps_an_evaluation_from_the_applicant_until_the_decision(
    world: World, ledger: Ledger
) -> None:
    path = await evaluated(world, await applied(world))
    count = "select count(*) from lot_evaluations"
    assert await ledger.sql_as(world.provider.id, count) == [(0,)]
    assert await ledger.sql_as(world.council.id, count) == [(1,)]
    assert await ledger.sql_as(world.other_provider.id, count) == [(0,)]
    await world.council.act(path, "rejection", WHY)
    assert await ledger.sql_as(world.provider.id, count) == [(1,)]


@pytest.mark.parametrize(
    ("who", "statement", "refusal"),
    [
        pytest.param("provider", "set state = 'under_evaluation'", "this side does not change", id="evaluates itself"),
        pytest.param("provider", "set statement = 'Better'", "permission denied", id="rewrites its offer"),
        pytest.param(
            "council", "set state = 'withdrawn'", "this side does not change", id="withdraws for the provider"
        ),
        pytest.param("council", "set capacity = 1", "permission denied", id="cuts the offer"),
        pytest.param("council", "set state = 'not_awarded'", "this side does not change", id="skips the evaluation"),
    ],
)
async def test_neither_side_does_the_others_part_in_the_database(
    world: World, ledger: Ledger, who: str, statement: str, refusal: str
) -> None:
    await applied(world)
    with pytest.raises(Exception, match=refusal):
        await ledger.sql_as(getattr(world, who).id, f"update lot_applications {statement}")


async def test_competing_applicants_never_learn_of_each_other(world: World, ledger: Ledger) -> None:
    lot = await open_lot(world)
    mine, theirs = await applied(world, lot=lot), await applied(world, world.other_provider, lot)
    for party, own, other in ((world.provider, mine, theirs), (world.other_provider, theirs, mine)):
        listed = (await party.get("/v1/lot-applications")).json()["items"]
        assert [f"/v1/lot-applications/{each['id']}" for each in listed] == [own]
        assert (await party.get(other)).status_code == 404
        assert party.id not in await ledger.told("lot-application.submitted", other)
        assert await ledger.sql_as(party.id, "select count(*) from lot_applications") == [(1,)]
    assert len((await world.council.get("/v1/lot-applications", lot_id=lot)).json()["items"]) == 2
    assert (await world.other_council.get("/v1/lot-applications")).json()["items"] == []
    assert (await world.other_council.get(mine)).status_code == 404
    assert (await world.school.get(mine)).status_code == 403


async def test_a_council_reads_the_entry_of_an_applicant_that_has_published_nothing(world: World) -> None:
    provider = f"/v1/providers/{world.provider.id}"
    lot = await open_lot(world)
    await world.provider.change("PATCH", provider, {"published": False})
    assert (await world.council.get(provider)).status_code == 404
    path = await evaluated(world, await applied(world, lot=lot))
    assert (await world.council.get(provider)).status_code == 200
    assert (await world.other_council.get(provider)).status_code == 404
    assert (await world.council.act(path, "award", PERIOD)).status_code == 200


@pytest.mark.parametrize(
    ("days", "dates"),
    [
        pytest.param({"opens_on": "2026-11-25"}, ["2026-11-25"], id="it opens tomorrow"),
        pytest.param({"opens_on": "2026-10-01", "closes_on": "2026-11-23"}, [], id="it closed yesterday"),
    ],
)
async def test_nobody_applies_out_of_a_window(world: World, days: dict[str, str], dates: list[str]) -> None:
    refused = await apply(world.provider, await open_lot(world, **days))
    assert (refused.status_code, refused.json()["rule"]) == (409, "no_window_open")
    assert refused.json()["next_lawful_dates"] == dates
    assert (await world.provider.get("/v1/lot-applications")).json()["items"] == []


async def test_an_application_is_for_a_lot_that_there_is_and_what_it_has(world: World) -> None:
    lot = await open_lot(world)
    refused = await apply(world.provider, lot, delivery_options=["online_group"])
    assert (refused.status_code, refused.json()["rule"]) == (409, "delivery_not_in_lot")
    nowhere = await apply(world.provider, "3f0c8e0a-8d0e-4a65-9a57-0a1a3c1f2b77")
    assert (nowhere.status_code, fault(nowhere)) == (422, ("/lot_id", "lot_not_found"))
    for changes, code in (({"statement": " "}, "blank"), ({"capacity": "8"}, "whole_number_expected")):
        malformed = await apply(world.provider, lot, **changes)
        assert (malformed.status_code, fault(malformed)[1]) == (422, code)
    assert (await apply(world.council, lot)).status_code == 403
    assert (await world.council.get("/v1/lot-applications")).json()["items"] == []


async def test_a_provider_applies_once_and_again_when_it_has_withdrawn(world: World, ledger: Ledger) -> None:
    lot = await open_lot(world)
    path = await applied(world, lot=lot)
    again = await apply(world.provider, lot)
    assert (again.status_code, again.json()["rule"]) == (409, "already_applied")
    assert (await world.provider.act(path, "withdrawal")).json()["state"] == "withdrawn"
    assert await ledger.told("lot-application.withdrawn", path) == {world.council.id, world.provider.id}
    assert (await apply(world.provider, lot)).status_code == 201
    late = await world.council.act(path, "rejection", WHY)
    assert (late.status_code, late.json()["rule"]) == (409, "wrong_state")


async def test_of_applications_at_once_one_is_kept(world: World) -> None:
    lot = await open_lot(world)
    answers = await asyncio.gather(*[apply(world.provider, lot) for _ in range(4)])
    assert sorted(each.status_code for each in answers) == [201, 409, 409, 409]
    assert len((await world.council.get("/v1/lot-applications")).json()["items"]) == 1


async def test_nothing_is_decided_before_it_is_evaluated_nor_twice(world: World) -> None:
    path = await applied(world)
    for verb, body in (("award", PERIOD), ("rejection", WHY)):
        early = await world.council.act(path, verb, body)
        assert (early.status_code, early.json()["rule"]) == (409, "wrong_state")
    await evaluated(world, path)
    answers = await asyncio.gather(world.council.act(path, "award", PERIOD), world.council.act(path, "rejection", WHY))
    assert sorted(each.status_code for each in answers)[0] == 200
    assert sorted(each.status_code for each in answers)[1] in (409, 412)
    assert (await put(world, path)).json()["rule"] == "wrong_state"
    withdrawn = await world.provider.act(path, "withdrawal")
    assert (withdrawn.status_code, withdrawn.json()["rule"]) == (409, "wrong_state")
    awards = len((await world.council.get("/v1/lot-awards")).json()["items"])
    assert awards == (1 if (await world.council.get(path)).json()["state"] == "awarded" else 0)


async def test_an_award_that_does_not_fit_the_framework_leaves_the_application_as_it_was(world: World) -> None:
    path = await evaluated(world, await applied(world))
    refused = await world.council.act(path, "award", PERIOD | {"ends_on": "2028-09-01"})
    assert (refused.status_code, refused.json()["rule"]) == (409, "award_outside_framework")
    assert (await world.council.get(path)).json()["state"] == "under_evaluation"


async def test_an_evaluation_is_recorded_anew_until_the_decision(world: World) -> None:
    path = await evaluated(world, await applied(world))
    again = await put(world, path, EVALUATION | {"summary": "References have come.", "notes": []})
    assert (again.status_code, again.json()["evaluation"]["summary"]) == (200, "References have come.")
    assert again.json()["evaluation"]["notes"] == []
    for body in (EVALUATION | {"evaluators": []}, EVALUATION | {"score": 5}):
        assert (await put(world, path, body)).status_code == 422
    foreign = await world.other_council.http.put(
        f"{path}/evaluation", json=EVALUATION, headers={"If-Match": again.headers["ETag"]}
    )
    assert foreign.status_code == 404


async def test_applications_are_filtered(world: World) -> None:
    lot = await open_lot(world)
    path = await evaluated(world, await applied(world, lot=lot))
    await applied(world, world.other_provider, lot)
    for filters, number in (
        ({"state": "under_evaluation"}, 1),
        ({"state": "awarded"}, 0),
        ({"provider_id": str(world.other_provider.id)}, 1),
        ({"lot_id": lot}, 2),
        ({"framework_id": path.rsplit("/", 1)[1]}, 0),
        ({"changed_since": "2026-11-24T08:00:00Z"}, 2),
        ({"changed_since": "2026-11-24T08:00:01Z"}, 0),
    ):
        assert len((await world.council.get("/v1/lot-applications", **filters)).json()["items"]) == number, filters
