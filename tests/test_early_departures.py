"""A pupil is sent home during the day only when the host school agreed itself and a parent's consent is on record."""

from asyncio import gather
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.attendance_days import MORNINGS
from tests.departing import (
    AGREED,
    DEPARTURES,
    MOTHER,
    NEIGHBOUR,
    REFUSED,
    TODAY,
    agreed,
    answer,
    asked,
    asking,
    consent,
    consented,
    left,
    reported,
)
from tests.ledger import Ledger
from tests.world import World

NOON = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


async def test_school_and_parent_agree_and_the_pupil_leaves(world: World, ledger: Ledger) -> None:
    placement = await world.placement()
    path = await asked(world, placement)
    first = (await world.school.get(path)).json()
    assert (first["state"], first["still_to_agree"]) == ("requested", ["host_school", "parent"])
    assert first["agreements_needed"] == [{"organisation_id": str(world.school.id), "roles": ["host_school"]}]
    assert (first["leaving_time"], first["leaving_at"]) == ("11:40", "2026-11-24T11:40:00Z")
    assert (await answer(world.school, path)).json()["still_to_agree"] == ["parent"]
    settled = (await consented(world, path)).json()
    assert (settled["state"], settled["still_to_agree"]) == ("agreed", [])
    await ledger.stand_at(NOON)
    gone = await world.provider.act(path, "departure", left())
    assert gone.status_code == 200, gone.text
    read = (await world.council.get(path)).json()
    assert (read["state"], read["left_at"], read["handed_to"]) == ("departed", "2026-11-24T11:42:00Z", NEIGHBOUR)
    assert [each["given_by"] for each in read["parental_consents"]] == [MOTHER]
    told = {world.council.id, world.school.id, world.provider.id}
    for event in ("requested", "agreement-recorded", "agreed", "departed"):
        assert await ledger.told(f"early-departure.{event}", path) == told, event
    assert await ledger.waived(placement) == []


async def test_the_parent_may_be_asked_first(world: World, ledger: Ledger) -> None:
    path = await asked(world, await world.placement())
    first = (await consented(world, path)).json()
    assert (first["state"], first["still_to_agree"]) == ("requested", ["host_school"])
    assert await ledger.told("early-departure.consent-recorded", path)
    assert (await answer(world.school, path)).json()["state"] == "agreed"


async def test_either_refusal_settles_it(world: World, ledger: Ledger) -> None:
    placement = await world.placement()
    by_school = await asked(world, placement)
    assert (await answer(world.school, by_school, REFUSED)).json()["state"] == "refused"
    by_parent = await asked(world, placement)
    assert (await answer(world.school, by_parent)).status_code == 200
    assert (await consented(world, by_parent, answer="refused")).json()["state"] == "refused"
    one_of_two = await asked(world, placement)
    assert (await consented(world, one_of_two)).json()["state"] == "requested"
    assert (await consented(world, one_of_two, answer="refused", given_by="P. Example")).json()["state"] == "refused"
    for path in (by_school, by_parent, one_of_two):
        assert world.school.id in await ledger.told("early-departure.refused", path)


@pytest.mark.parametrize(
    ("who", "status", "rule"),
    [
        pytest.param("provider", 409, "not_a_party_to_agree", id="the provider for the school"),
        pytest.param("council", 409, "not_a_party_to_agree", id="the commissioner where there is a host school"),
        pytest.param("other_school", 404, None, id="a stranger"),
    ],
)
async def test_nobody_else_agrees(world: World, who: str, status: int, rule: str | None) -> None:
    path = await asked(world, await world.placement())
    refusal = await answer(getattr(world, who), path)
    assert (refusal.status_code, refusal.json().get("rule")) == (status, rule)
    assert (await world.school.get(path)).json()["agreements"] == []


@pytest.mark.parametrize("host_school", ["none", "provider"])
async def test_the_commissioner_agrees_where_no_other_school_can(world: World, host_school: str) -> None:
    host = None if host_school == "none" else str(world.provider.id)
    path = await asked(world, await world.placement(host_school_id=host))
    assert (await consented(world, path)).json()["still_to_agree"] == ["commissioner"]
    assert (await answer(world.provider, path)).json()["rule"] == "not_a_party_to_agree"
    assert (await answer(world.council, path)).json()["state"] == "agreed"


async def test_only_the_provider_asks_and_records_consent(world: World, ledger: Ledger) -> None:
    placement = await world.placement()
    assert (await world.school.post(DEPARTURES, asking(placement))).status_code == 403
    assert (await world.other_provider.post(DEPARTURES, asking(placement))).status_code == 404
    path = await asked(world, placement)
    assert (await world.school.post(f"{path}/parental-consents", consent())).status_code == 403
    assert (await world.other_provider.post(f"{path}/parental-consents", consent())).status_code == 404
    await ledger.watches(world.other_provider.id, placement)
    for attempt in (
        await world.other_provider.post(DEPARTURES, asking(placement)),
        await world.other_provider.post(f"{path}/parental-consents", consent()),
        await world.other_provider.act(path, "departure", left()),
        await world.other_provider.act(path, "withdrawal"),
    ):
        assert (attempt.status_code, attempt.json()["rule"]) == (409, "not_a_party")
    hosted = await world.placement(host_school_id=str(world.other_provider.id))
    path = await asked(world, hosted)
    for attempt in (
        await world.other_provider.post(DEPARTURES, asking(hosted)),
        await world.other_provider.post(f"{path}/parental-consents", consent()),
        await world.other_provider.act(path, "departure", left(at="2026-11-24T07:59:00Z")),
        await world.other_provider.act(path, "withdrawal"),
    ):
        assert (attempt.status_code, attempt.json()["rule"]) == (409, "wrong_party")


async def test_too_late_to_ask_names_what_is_missing_and_where_to_report(world: World, ledger: Ledger) -> None:
    placement = await world.placement()
    await ledger.stand_at(NOON)
    refusal = (await world.provider.post(DEPARTURES, asking(placement))).json()
    assert refusal["rule"] == "early_departure_not_prior"
    assert refusal["still_to_agree"] == ["host_school", "parent"]
    assert refusal["report_as"] == "report_unagreed_absence"
    assert (await world.provider.get(DEPARTURES)).json()["items"] == []


@pytest.mark.parametrize(
    ("changes", "rule"),
    [
        pytest.param({"on_date": "2026-11-23"}, "early_departure_not_prior", id="yesterday"),
        pytest.param({"on_date": "2026-11-27"}, "early_departure_not_on_pupil_day", id="an INSET day"),
        pytest.param({"on_date": "2027-02-22"}, "no_session_that_day", id="after the placement"),
        pytest.param({"leaving_time": "09:00"}, "leaves_before_first_session", id="not let in at all"),
        pytest.param({"leaving_time": "12:00"}, "leaves_after_last_session", id="when the day is over"),
    ],
)
async def test_a_request_against_the_rules_is_refused(world: World, changes: dict[str, Any], rule: str) -> None:
    placement = await world.placement(timetable=MORNINGS, pattern="part_time")
    refusal = await world.provider.post(DEPARTURES, asking(placement, **changes))
    assert (refusal.status_code, refusal.json()["rule"]) == (409, rule)


async def test_a_suspended_pupil_is_not_sent_home(world: World) -> None:
    placement = await world.placement()
    ahead = await asked(world, placement, on_date="2026-11-26")
    days = {"placement_id": placement, "starts_on": "2026-11-26", "ends_on": "2026-11-26", "reason": "A fight"}
    suspension = (await world.provider.post("/v1/suspensions", days)).headers["Location"]
    for party in (world.school, world.council):
        await party.post(f"{suspension}/agreements", AGREED)
    await world.provider.act(ahead, "withdrawal")
    refusal = await world.provider.post(DEPARTURES, asking(placement, on_date="2026-11-26"))
    assert refusal.json()["rule"] == "suspended_that_day"


async def test_a_proposal_has_nobody_to_send_home(world: World) -> None:
    proposed = await world.council.post("/v1/placements", await world.proposal())
    assert (await world.provider.post(DEPARTURES, asking(proposed.json()["id"]))).status_code == 409


async def test_a_malformed_request_is_named_and_nothing_stored(world: World) -> None:
    placement = await world.placement()
    wrong = asking(placement, on_date="2026-02-30", leaving_time="25:00", state="agreed", way_home="by magic")
    refusal = await world.provider.post(DEPARTURES, wrong)
    pointers = {error["pointer"] for error in refusal.json()["errors"]}
    assert (refusal.status_code, pointers) == (422, {"/on_date", "/leaving_time", "/state", "/way_home"})
    nobody = await world.provider.post(DEPARTURES, asking(placement, collected_by=None))
    assert [each["pointer"] for each in nobody.json()["errors"]] == ["/collected_by"]
    assert (await world.provider.get(DEPARTURES)).json()["items"] == []


@pytest.mark.parametrize(
    ("changes", "status", "told"),
    [
        pytest.param({"at": "2026-11-24T08:06:00Z"}, 422, "in_future", id="in the future"),
        pytest.param({"at": "2026-11-23T16:00:00Z"}, 409, "consent_not_for_this", id="the day before the request"),
        pytest.param({"how": "telepathy"}, 422, "not_one_of", id="by no known way"),
        pytest.param({"given_by": " "}, 422, "blank", id="by nobody"),
    ],
)
async def test_consent_that_is_no_evidence_is_refused(
    world: World, changes: dict[str, Any], status: int, told: str
) -> None:
    path = await asked(world, await world.placement())
    refusal = await consented(world, path, **changes)
    problem = refusal.json()
    assert (refusal.status_code, problem.get("rule") or problem["errors"][0]["code"]) == (status, told)
    assert (await world.school.get(path)).json()["parental_consents"] == []


async def test_a_request_lapses_at_its_leaving_time(world: World, ledger: Ledger) -> None:
    placement = await world.placement()
    path = await asked(world, placement)
    await answer(world.school, path)
    before = datetime(2026, 11, 24, 11, 39, 59, tzinfo=UTC)
    await ledger.stand_at(before)
    assert (await world.council.get(DEPARTURES, state="lapsed")).json()["items"] == []
    await ledger.stand_at(datetime(2026, 11, 24, 11, 40, tzinfo=UTC))
    assert (await world.council.get(path)).json()["state"] == "lapsed"
    since = {"changed_since": before.isoformat().replace("+00:00", "Z")}
    for filters, found in (({"state": "lapsed"}, 1), ({"state": "requested"}, 0), (since, 1), ({"on_date": TODAY}, 1)):
        page = (await world.council.get(DEPARTURES, placement_id=placement, **filters)).json()
        assert len(page["items"]) == found, filters
    late = await consented(world, path, at="2026-11-24T11:30:00Z")
    assert (late.status_code, late.json()["rule"]) == (409, "consent_too_late")
    assert (await world.provider.act(path, "withdrawal")).json()["rule"] == "wrong_state"
    late = await world.provider.act(path, "departure", left(at="2026-11-24T11:40:00Z"))
    assert (late.status_code, late.json()["rule"]) == (409, "departure_not_agreed")
    assert (late.json()["still_to_agree"], late.json()["report_as"]) == (["parent"], "report_unagreed_absence")


async def test_agreement_after_the_leaving_time_is_too_late(world: World, ledger: Ledger) -> None:
    path = await asked(world, await world.placement())
    await consented(world, path)
    await ledger.stand_at(NOON)
    late = await answer(world.school, path)
    assert (late.status_code, late.json()["rule"]) == (409, "agreement_too_late")


async def test_the_clock_notes_a_lapse_and_tells(world: World, ledger: Ledger) -> None:
    path = await asked(world, await world.placement())
    moved = await world.council.http.put("/v1/sandbox/clock", json={"now": "2026-11-24T11:40:00Z"})
    assert moved.status_code == 200
    read = (await world.school.get(path)).json()
    assert (read["state"], read["settled_at"]) == ("lapsed", "2026-11-24T11:40:00Z")
    assert await ledger.told("early-departure.lapsed", path) == {world.council.id, world.school.id, world.provider.id}


async def test_what_was_asked_may_be_withdrawn_and_asked_anew(world: World, ledger: Ledger) -> None:
    placement = await world.placement()
    path = await agreed(world, placement)
    again = await world.provider.post(DEPARTURES, asking(placement, leaving_time="14:00"))
    assert (again.status_code, again.json()["rule"]) == (409, "early_departure_already_asked")
    assert (await world.council.act(path, "withdrawal")).status_code == 403
    assert (await world.provider.act(path, "withdrawal")).json()["state"] == "withdrawn"
    assert world.school.id in await ledger.told("early-departure.withdrawn", path)
    assert (await answer(world.school, path)).json()["rule"] == "already_answered"
    assert (await consented(world, path)).json()["rule"] == "wrong_state"
    await asked(world, placement, leaving_time="14:00")


@pytest.mark.parametrize(
    ("body", "status", "told"),
    [
        pytest.param(left(at="2026-11-24T12:06:00Z"), 422, "in_future", id="in the future"),
        pytest.param(left(handed_to=None), 422, "required", id="handed to nobody, though collected"),
        pytest.param(left(at="2026-11-23T11:40:00Z"), 409, "departure_on_another_day", id="on another day"),
        pytest.param(left(at="2026-11-24T07:50:00Z"), 409, "left_before_agreement", id="before all had agreed"),
        pytest.param(left(at="2026-11-24T11:00:00Z"), 409, "left_too_early", id="long before the time agreed to"),
    ],
)
async def test_a_departure_that_is_not_what_was_agreed_is_refused(
    world: World, ledger: Ledger, body: object, status: int, told: str
) -> None:
    path = await agreed(world, await world.placement())
    await ledger.stand_at(NOON)
    refusal = await world.provider.act(path, "departure", body)
    problem = refusal.json()
    assert (refusal.status_code, problem.get("rule") or problem["errors"][0]["code"]) == (status, told)
    assert (await world.school.get(path)).json()["state"] == "agreed"


async def test_a_forgotten_departure_is_recorded_the_next_day(world: World, ledger: Ledger) -> None:
    path = await agreed(world, await world.placement(), way_home="alone", collected_by=None)
    await ledger.stand_at(datetime(2026, 11, 25, 9, 0, tzinfo=UTC))
    gone = await world.provider.act(path, "departure", left(handed_to=None))
    assert (gone.status_code, gone.json()["state"], gone.json()["handed_to"]) == (200, "departed", None)
    assert gone.json()["departure_recorded_at"] == "2026-11-25T09:00:00Z"


async def test_what_is_reported_as_unagreed_is_not_agreed_to_afterwards(world: World) -> None:
    placement = await world.placement()
    path = await asked(world, placement)
    absence = await reported(world.school, placement)
    assert (await world.school.get(absence)).json()["early_departure_id"] == path.rsplit("/", 1)[1]
    for late in (await answer(world.school, path), await consented(world, path)):
        assert (late.status_code, late.json()["rule"]) == (409, "reported_as_unagreed")
    assert (await answer(world.school, path, REFUSED)).json()["state"] == "refused"
    again = await world.provider.post(DEPARTURES, asking(placement))
    assert (again.status_code, again.json()["rule"]) == (409, "reported_as_unagreed")
    await world.council.act(absence, "review", {"outcome": "reported_in_error", "reviewed_by": "J. Okafor"})
    await asked(world, placement)


async def test_a_placement_that_ends_takes_later_departures_with_it(world: World, ledger: Ledger) -> None:
    placement = await world.placement()
    beyond = await asked(world, placement, on_date="2027-01-05")
    within = await asked(world, placement, on_date="2026-12-18")
    notice = {"placement_id": placement, "effective_on": "2026-12-18", "reason": "Back at school"}
    assert (await world.council.post("/v1/termination-notices", notice)).status_code == 201
    assert (await world.school.get(beyond)).json()["state"] == "withdrawn"
    assert (await world.school.get(within)).json()["state"] == "requested"
    assert world.provider.id in await ledger.told("early-departure.withdrawn", beyond)


async def test_agreeing_and_withdrawing_at_one_instant_gives_one_outcome(world: World, ledger: Ledger) -> None:
    placement = await world.placement()
    for day in ("2026-11-25", "2026-11-26", "2026-11-30"):
        path = await asked(world, placement, on_date=day)
        await consented(world, path)
        last, withdrawal = await gather(answer(world.school, path), world.provider.act(path, "withdrawal"))
        state = (await world.council.get(path)).json()["state"]
        assert (last.status_code, withdrawal.status_code, state) in [
            (200, 412, "agreed"),
            (200, 200, "withdrawn"),
            (409, 200, "withdrawn"),
        ]
        assert bool(await ledger.told("early-departure.agreed", path)) is (last.status_code == 200)


async def test_the_school_and_the_parent_at_one_instant_give_one_outcome(world: World, ledger: Ledger) -> None:
    placement = await world.placement()
    for day in ("2026-11-25", "2026-11-26", "2026-11-30"):
        path = await asked(world, placement, on_date=day)
        answers = await gather(answer(world.school, path), consented(world, path))
        assert [each.status_code for each in answers] == [200, 200]
        assert sorted(each.json()["state"] for each in answers) == ["agreed", "requested"]


async def test_two_departures_recorded_at_once_are_one(world: World, ledger: Ledger) -> None:
    path = await agreed(world, await world.placement())
    await ledger.stand_at(NOON)
    both = await gather(*(world.provider.act(path, "departure", left(handed_to=who)) for who in (MOTHER, NEIGHBOUR)))
    assert sorted(each.status_code for each in both) in ([200, 409], [200, 412])
    again = await world.provider.act(path, "departure", left())
    assert (again.status_code, again.json()["rule"]) == (409, "wrong_state")
    assert again.json()["possible_verbs"] == []


async def test_two_requests_for_one_day_at_once_are_one(world: World) -> None:
    placement = await world.placement()
    both = await gather(*(world.provider.post(DEPARTURES, asking(placement)) for _ in range(2)))
    assert sorted(each.status_code for each in both) == [201, 409]


async def test_strangers_see_nothing(world: World) -> None:
    path = await asked(world, await world.placement())
    for stranger in (world.other_council, world.other_school, world.other_provider):
        assert (await stranger.get(path)).status_code == 404
        assert (await stranger.get(DEPARTURES)).json()["items"] == []
