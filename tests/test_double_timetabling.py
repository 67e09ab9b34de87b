"""A child is expected in one place for a session, whoever placed it, and a refusal says nothing of anybody else."""

from asyncio import gather
from datetime import UTC, datetime
from typing import Any

import pytest
from fastapi import FastAPI
from httpx import Response
from sqlalchemy.exc import DBAPIError

from app.rules.upn import synthetic_upn
from app.services.duties import do_duties
from tests.ledger import Ledger
from tests.test_suspensions import agreed
from tests.world import CALENDAR, HOURS, TIMETABLE, TUESDAY_MORNING, Party, World

UPN = synthetic_upn(4711)
CHILD = {"given_name": "Ada", "family_name": "Example", "date_of_birth": "2012-03-04"}
MORNINGS = [slot for slot in TIMETABLE if slot["session"] == "am"]
AFTERNOONS = [slot for slot in TIMETABLE if slot["session"] == "pm"]
MONDAY_MORNING = [{"weekday": "monday", "session": "am", **HOURS["am"]}]


async def registered(party: Party, upn: str | None = UPN) -> str:
    made = await party.post("/v1/pupils", CHILD | ({"upn": upn} if upn else {}))
    assert made.status_code == 201, made.text
    return str(made.json()["id"])


async def proposed(world: World, by: Party, provider: Party, pupil: str, **changes: Any) -> Response:
    """A proposal of either council's own, under a calendar of its own."""
    calendar = (await by.post("/v1/calendars", CALENDAR)).json()["id"]
    body = await world.proposal(calendar_id=calendar, pupil_id=pupil, provider_id=str(provider.id), host_school_id=None)
    return await by.post("/v1/placements", body | changes)


async def two_proposals(world: World, upn: str = UPN) -> tuple[str, str]:
    """The paths of what two councils that know nothing of one another propose for one child to two providers."""
    one = await proposed(world, world.council, world.provider, await registered(world.council, upn))
    unknown = await registered(world.other_council, upn)
    other = await proposed(world, world.other_council, world.other_provider, unknown)
    assert (one.status_code, other.status_code) == (201, 201), other.text
    return one.headers["Location"], other.headers["Location"]


async def placed(world: World, by: Party, provider: Party, pupil: str, **changes: Any) -> str:
    path = (await proposed(world, by, provider, pupil, **changes)).headers["Location"]
    accepted = await provider.act(path, "acceptance")
    assert accepted.status_code == 200, accepted.text
    return str(path)


def refused_without_a_word_of(answer: Response, *others: Party | str) -> dict[str, Any]:
    problem: dict[str, Any] = answer.json()
    assert (answer.status_code, problem["rule"]) == (409, "timetabled_elsewhere"), answer.text
    said = {key: value for key, value in problem.items() if key not in ("instance", "request_id")}
    for other in others:
        for word in [other] if isinstance(other, str) else [str(other.id), other.name]:
            assert word not in str(said)
    return problem


async def test_a_second_council_is_refused_and_learns_nothing_of_the_first(world: World, ledger: Ledger) -> None:
    first, second = await two_proposals(world)
    assert (await world.provider.act(first, "acceptance")).status_code == 200
    refusal = await world.other_provider.act(second, "acceptance")
    problem = refused_without_a_word_of(refusal, world.council, world.provider, first.rsplit("/", 1)[1])
    assert problem["clashing_sessions"] == [f"2026-11-{day} {part}" for day in (24, 25, 26) for part in ("am", "pm")]
    assert "at 96 of these sessions" in problem["detail"]
    assert UPN not in refusal.text
    assert (await world.other_provider.get(second)).json()["status"] == "proposed"
    assert await ledger.sessions(second.rsplit("/", 1)[1]) == {}


async def test_two_councils_accepting_at_one_instant_have_one_winner(world: World, ledger: Ledger) -> None:
    for number in range(3):
        first, second = await two_proposals(world, synthetic_upn(number))
        answers = await gather(world.provider.act(first, "acceptance"), world.other_provider.act(second, "acceptance"))
        assert sorted(answer.status_code for answer in answers) == [200, 409]
        rules = [answer.json().get("rule") for answer in answers]
        assert "timetabled_elsewhere" in rules
        sessions = [await ledger.sessions(path.rsplit("/", 1)[1]) for path in (first, second)]
        assert sorted(bool(each) for each in sessions) == [False, True]


async def test_a_proposal_is_refused_as_well(world: World) -> None:
    await placed(world, world.council, world.provider, await registered(world.council))
    refusal = await proposed(world, world.other_council, world.other_provider, await registered(world.other_council))
    refused_without_a_word_of(refusal, world.council, world.provider)
    assert (await world.other_council.get("/v1/placements")).json()["items"] == []


async def test_mornings_here_and_afternoons_there_are_no_clash(world: World) -> None:
    await placed(world, world.council, world.provider, await registered(world.council), timetable=MORNINGS)
    pupil = await registered(world.other_council)
    other = await placed(world, world.other_council, world.other_provider, pupil, timetable=AFTERNOONS)
    changed = await world.other_provider.act(
        other, "timetables", {"applies_from": "2026-11-30", "slots": [*AFTERNOONS, *MONDAY_MORNING]}
    )
    problem = refused_without_a_word_of(changed, world.council, world.provider)
    assert problem["clashing_sessions"][0] == "2026-11-30 am"
    versions = (await world.other_provider.get(f"{other}/timetables")).json()["items"]
    assert len(versions) == 1


async def test_one_pupil_of_one_council_clashes_with_itself_at_the_same_provider(world: World) -> None:
    pupil = await registered(world.council, upn=None)
    await placed(world, world.council, world.provider, pupil)
    assert (await proposed(world, world.council, world.provider, pupil)).json()["rule"] == "timetabled_elsewhere"


async def test_children_without_a_common_upn_are_different_children(world: World) -> None:
    await placed(world, world.council, world.provider, await registered(world.council, upn=None))
    pupil = await registered(world.other_council)
    await placed(world, world.other_council, world.other_provider, pupil)


async def test_a_placement_that_ended_clashes_with_nothing_after_it(world: World) -> None:
    first = await placed(world, world.council, world.provider, await registered(world.council))
    notice = {"placement_id": first.rsplit("/", 1)[1], "effective_on": "2026-12-18", "reason": "Moves"}
    given = await world.council.post("/v1/termination-notices", notice)
    assert given.status_code == 201
    other = await registered(world.other_council)
    await placed(world, world.other_council, world.other_provider, other, starts_on="2027-01-04")
    withdrawn = await world.council.act(given.headers["Location"], "withdrawal")
    problem = refused_without_a_word_of(withdrawn, world.other_council, world.other_provider)
    assert problem["clashing_sessions"][0] == "2027-01-04 am"
    assert (await world.council.get(first)).json()["ends_on"] == "2026-12-18"


async def test_a_suspended_session_is_free_and_is_not_taken_back_from_another(world: World) -> None:
    first = await placed(
        world,
        world.council,
        world.provider,
        await registered(world.council),
        host_school_id=str(world.school.id),
        timetable=MORNINGS,
    )
    suspension = await agreed(world, first.rsplit("/", 1)[1], "2026-11-30", "2026-11-30")
    body: dict[str, Any] = {"timetable": MONDAY_MORNING, "planned_end_by_agreement": True}
    body |= {"starts_on": "2026-11-30", "planned_end_on": "2026-11-30"}
    await placed(world, world.other_council, world.other_provider, await registered(world.other_council), **body)
    withdrawal = await world.provider.act(suspension, "withdrawal")
    assert refused_without_a_word_of(withdrawal, world.other_council)["clashing_sessions"] == ["2026-11-30 am"]
    assert (await world.provider.get(suspension)).json()["state"] == "agreed"


async def test_days_that_have_passed_are_no_clash(world: World, ledger: Ledger) -> None:
    body: dict[str, Any] = {"planned_end_by_agreement": True, "planned_end_on": "2026-11-25"}
    await placed(world, world.council, world.provider, await registered(world.council), **body)
    await ledger.stand_at(datetime(2026, 11, 26, 8, 0, tzinfo=UTC))
    await placed(world, world.other_council, world.other_provider, await registered(world.other_council))


async def test_a_upn_that_comes_later_shows_the_same_child(world: World) -> None:
    await placed(world, world.council, world.provider, await registered(world.council))
    unknown = await registered(world.other_council, upn=None)
    second = (await proposed(world, world.other_council, world.other_provider, unknown)).headers["Location"]
    learned = await world.other_council.change("PATCH", f"/v1/pupils/{unknown}", {"upn": UPN})
    assert learned.status_code == 200, learned.text
    refused_without_a_word_of(await world.other_provider.act(second, "acceptance"), world.council, world.provider)
    other_child = await world.other_council.change("PATCH", f"/v1/pupils/{unknown}", {"upn": synthetic_upn(9)})
    assert other_child.status_code == 200
    assert (await world.other_provider.act(second, "acceptance")).status_code == 200


async def test_a_upn_that_would_put_a_child_in_two_places_is_refused(world: World) -> None:
    await placed(world, world.council, world.provider, await registered(world.council))
    unknown = await registered(world.other_council, upn=None)
    await placed(world, world.other_council, world.other_provider, unknown, timetable=MONDAY_MORNING)
    refusal = await world.other_council.change("PATCH", f"/v1/pupils/{unknown}", {"upn": UPN})
    problem = refused_without_a_word_of(refusal, world.council, world.provider)
    assert problem["clashing_sessions"][:2] == ["2026-11-30 am", "2026-12-07 am"]
    assert not (await world.other_council.get(f"/v1/pupils/{unknown}")).json()["upn_held"]


async def test_a_upn_and_an_acceptance_at_one_instant_leave_one_place(world: World, ledger: Ledger) -> None:
    await placed(world, world.council, world.provider, await registered(world.council))
    unknown = await registered(world.other_council, upn=None)
    second = (await proposed(world, world.other_council, world.other_provider, unknown)).headers["Location"]
    correction, acceptance = await gather(
        world.other_council.change("PATCH", f"/v1/pupils/{unknown}", {"upn": UPN}),
        world.other_provider.act(second, "acceptance"),
    )
    assert sorted([correction.status_code, acceptance.status_code]) == [200, 409]
    doubled = await ledger.sql(
        "select 1 from expected_sessions e join placements p on p.id = e.placement_id"
        " join child_identities i on i.pupil_id = p.pupil_id"
        " where p.provider_id in (:one, :other) group by i.child_id, e.on_date, e.session having count(*) > 1",
        one=world.provider.id,
        other=world.other_provider.id,
    )
    assert doubled == []


async def test_only_the_registrar_corrects_a_pupil(world: World) -> None:
    pupil = f"/v1/pupils/{await registered(world.council)}"
    assert await world.other_council.act(pupil, "home-council", {"home_council_id": None, "from_on": "2026-11-24"})
    stranger = await world.other_council.http.patch(
        pupil, json={"given_name": "Eve"}, headers={"If-Match": '"1-0000000000000000"'}
    )
    assert stranger.status_code == 404
    assert (await world.council.change("PATCH", pupil, {"upn": "A801200005001"})).status_code == 422
    assert (await world.council.change("PATCH", pupil, {"given_name": None})).status_code == 422
    fixed = await world.council.change("PATCH", pupil, {"given_name": "Eve"})
    assert fixed.json().keys() == {"id"}
    assert (await world.council.get(pupil)).json()["given_name"] == "Eve"


@pytest.mark.parametrize("table", ["child_identities", "child_sessions"])
async def test_nobody_reads_who_is_the_same_child(world: World, ledger: Ledger, table: str) -> None:
    await placed(world, world.council, world.provider, await registered(world.council))
    assert await ledger.sql_as(world.council.id, f"select * from {table}") == []
    with pytest.raises(DBAPIError, match="permission denied"):
        await ledger.sql_as(world.council.id, f"delete from {table}")


async def test_a_stranger_asks_nothing_about_a_child(world: World, ledger: Ledger) -> None:
    path = await placed(world, world.council, world.provider, await registered(world.council))
    pupil = (await world.council.get(path)).json()["pupil_id"]
    for question, value in (
        ("select * from sessions_elsewhere(:id, array[current_date], array['am'], current_date)", path[-36:]),
        ("select * from sessions_elsewhere_as(:id, 'A000012345678', current_date)", pupil),
        ("select move_home(:id, null, current_date)", pupil),
    ):
        with pytest.raises(DBAPIError) as refusal:
            await ledger.sql_as(world.other_council.id, question, id=value)
        assert getattr(refusal.value.orig, "sqlstate", None) == "42501"


async def test_a_day_that_a_calendar_opens_later_is_not_expected_in_a_second_place(
    world: World, ledger: Ledger, app: FastAPI
) -> None:
    body: dict[str, Any] = {"timetable": MONDAY_MORNING, "starts_on": "2026-12-07", "planned_end_on": "2026-12-18"}
    paths, calendars = [], []
    for by, provider, closed in (
        (world.council, world.provider, "2026-12-14"),
        (world.other_council, world.other_provider, "2026-12-07"),
    ):
        calendar = CALENDAR | {"closures": [{"date": closed, "reason": "INSET"}]}
        calendars.append((await by.post("/v1/calendars", calendar)).json()["id"])
        pupil = await registered(by)
        paths.append(await placed(world, by, provider, pupil, calendar_id=calendars[-1], **body))
    opened = await world.council.change("PUT", f"/v1/calendars/{calendars[0]}", CALENDAR)
    assert opened.status_code == 200, opened.text
    assert (await do_duties(app.state.worker_sessions, world.sandbox_id, TUESDAY_MORNING)).failed == ()
    expected = [list(await ledger.sessions(path.rsplit("/", 1)[1])) for path in paths]
    assert expected == [["2026-12-07 am"], ["2026-12-14 am"]]


async def test_a_child_under_a_new_identity_keeps_its_sessions(world: World, ledger: Ledger) -> None:
    pupil = await registered(world.council)
    await placed(world, world.council, world.provider, pupil, timetable=MONDAY_MORNING)
    new = CHILD | {"family_name": "Rivers", "upn": synthetic_upn(12)}
    severance = {"reason": "protection", "authorised_by": "B. Lead", "new_identity": new}
    severed = await world.council.act(f"/v1/pupils/{pupil}", "identity-severance", severance)
    assert severed.status_code == 200, severed.text
    unknown = await registered(world.other_council, upn=synthetic_upn(12))
    refusal = await proposed(world, world.other_council, world.other_provider, unknown)
    assert refused_without_a_word_of(refusal, world.council)["clashing_sessions"][0] == "2026-11-30 am"
    by_old_upn = await registered(world.other_council)
    await placed(world, world.other_council, world.other_provider, by_old_upn)


async def test_the_key_alone_would_keep_two_from_one_session(world: World, ledger: Ledger) -> None:
    first, second = await two_proposals(world)
    assert (await world.provider.act(first, "acceptance")).status_code == 200
    expect = (
        "insert into expected_sessions (placement_id, on_date, session, provider_id, starts_at, ends_at, online,"
        " council_commissioned, due_at, changed_at) values (:id, '2026-11-25', 'am', :provider, '09:00', '12:00',"
        " false, true, now(), now())"
    )
    with pytest.raises(DBAPIError, match="pk_child_sessions"):
        await ledger.sql_as(
            world.other_provider.id, expect, id=second.rsplit("/", 1)[1], provider=world.other_provider.id
        )
