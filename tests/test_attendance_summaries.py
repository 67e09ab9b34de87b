"""Attendance summed: what counts, for whom, and who may see it."""

from typing import Any

from app.db.embedded_database import Addresses
from tests.attendance_days import ONLINE, mark, placement_accepted_at, set_clock, submit
from tests.ledger import Ledger
from tests.world import Party, World

MONDAY, EVENING = "2026-11-23T08:00:00+00:00", "2026-11-24T17:00:00+00:00"
DAYS = {"from": "2026-11-23", "to": "2026-11-24"}
NOWHERE = "3f0c8e0a-8d0e-4a65-9a57-0a1a3c1f2b77"
GROUPS = ("pupil", "placement", "provider", "host_school", "council")


async def summed(party: Party, **asked: Any) -> list[dict[str, Any]]:
    answer = await party.get("/v1/attendance-summaries", **asked)
    assert answer.status_code == 200, answer.text
    return list(answer.json()["items"])


async def recorded(world: World, *rows: dict[str, Any]) -> None:
    answer = await submit(world.provider, *rows)
    assert answer.json()["rejected_count"] == 0, answer.text


def counts(summary: dict[str, Any]) -> dict[str, int]:
    """The counts that are not zero."""
    return {name: number for name, number in summary["sessions"].items() if number}


async def refused(party: Party, **asked: Any) -> list[tuple[str, str]]:
    answer = await party.get("/v1/attendance-summaries", **asked)
    assert answer.status_code == 422, answer.text
    return [(each["parameter"], each["code"]) for each in answer.json()["errors"]]


async def test_each_group_counts_the_same_sessions_for_each_party(world: World, database: Addresses) -> None:
    placement = await placement_accepted_at(database, world, MONDAY)
    pupil = (await world.council.get(f"/v1/placements/{placement}")).json()["pupil_id"]
    set_clock(database, world, EVENING)
    await recorded(world, mark(placement), mark(placement, session="pm", fact="absent", reason="ill"))
    ids = {
        "pupil": (None, pupil, None),
        "placement": (placement, pupil, None),
        "provider": (None, None, str(world.provider.id)),
        "host_school": (None, None, str(world.school.id)),
        "council": (None, None, str(world.council.id)),
    }
    for by in GROUPS:
        for party in (world.council, world.school, world.provider):
            [found] = await summed(party, by=by, **DAYS)
            assert (found["placement_id"], found["pupil_id"], found["organisation_id"]) == ids[by]
            assert counts(found) == {
                "expected": 4, "possible": 2, "attended": 1, "authorised": 1, "not_reported": 2,
            }  # fmt: skip
            assert found["absence"] == {"numerator": 1, "denominator": 2, "percent": 50.0}
            of_a_child = by in ("pupil", "placement")
            assert found["severely_absent"] is (True if of_a_child else None)
            assert found["pupils"]["severely_absent"] == {"numerator": 1, "denominator": 1, "percent": 100.0}
        for stranger in (world.other_council, world.other_school, world.other_provider):
            assert await summed(stranger, by=by, **DAYS) == []
            assert await summed(stranger, by=by, placement_id=placement, pupil_id=pupil, **DAYS) == []


async def test_the_stated_code_counts_before_the_suggested_and_the_last_correction_before_all(
    world: World, database: Addresses
) -> None:
    placement = await placement_accepted_at(database, world, MONDAY)
    set_clock(database, world, EVENING)
    await recorded(
        world, mark(placement, fact="absent", reason="unknown"), mark(placement, session="pm", fact=None, code="Y1")
    )
    [found] = await summed(world.school, **DAYS)
    assert (found["sessions"]["unauthorised"], found["sessions"]["not_possible"]) == (1, 1)
    await recorded(world, mark(placement, fact=None, code="D"), mark(placement, session="pm", code="U", fact="late"))
    [found] = await summed(world.school, **DAYS)
    assert counts(found) == {
        "expected": 4, "possible": 1, "unauthorised": 1, "not_possible": 1, "not_reported": 2, "late": 1,
    }  # fmt: skip


async def test_the_code_in_the_register_counts_first(world: World, database: Addresses) -> None:
    placement = await placement_accepted_at(database, world, MONDAY)
    set_clock(database, world, EVENING)
    await recorded(world, mark(placement, fact="absent"), mark(placement, session="pm"))

    async def entered(code: str, session: str, day: str = "2026-11-24") -> dict[str, int]:
        entry = {"placement_id": placement, "on_date": day, "session": session, "code": code}
        answer = await world.school.post("/v1/register-codes", entry)
        assert answer.status_code == 201, answer.text
        [found] = await summed(world.council, **DAYS)
        return counts(found)

    assert await entered("M", "am") == {
        "expected": 4, "possible": 2, "attended": 1, "authorised": 1, "not_reported": 2,
    }  # fmt: skip
    assert (await entered("Y1", "am"))["not_possible"] == 1
    await recorded(world, mark(placement, fact="absent", reason="ill"))
    assert (await entered("G", "pm", "2026-11-23")) == {
        "expected": 4, "possible": 2, "attended": 1, "unauthorised": 1, "not_possible": 1, "not_reported": 1,
    }  # fmt: skip


async def test_late_and_online_are_counted_beside_the_code(world: World, database: Addresses) -> None:
    online = await placement_accepted_at(database, world, MONDAY, timetable=ONLINE)
    set_clock(database, world, EVENING)
    await recorded(
        world,
        mark(online, on_date="2026-11-23", session="pm", fact="absent", reason="medical"),
        mark(online, fact="late", arrived_at="09:20"),
        mark(online, session="pm", code="I", fact="present"),
    )
    [found] = await summed(world.school, **DAYS)
    assert counts(found) == {
        "expected": 4, "possible": 3, "authorised": 2, "unauthorised": 1, "not_reported": 1, "late": 1,
        "online": 4, "online_came": 2,
    }  # fmt: skip


async def test_what_is_waived_counts_once_it_is_due_and_nothing_before(world: World, database: Addresses) -> None:
    placement = await placement_accepted_at(database, world, MONDAY)
    days = {"placement_id": placement, "starts_on": "2026-11-25", "ends_on": "2026-11-25", "reason": "A fight"}
    path = (await world.provider.post("/v1/suspensions", days)).headers["Location"]
    for party in (world.school, world.council):
        answer = await party.post(f"{path}/agreements", {"answer": "agreed", "given_by": "A. Head"})
        assert answer.status_code == 200, answer.text
    on_the_day = {"from": "2026-11-25", "to": "2026-11-25"}
    [found] = await summed(world.school, **on_the_day)
    assert counts(found) == {"expected": 2, "not_yet_due": 2}
    assert (found["absence"]["percent"], found["persistently_absent"], found["severely_absent"]) == (None, None, None)
    set_clock(database, world, "2026-11-25T12:00:00+00:00")
    [found] = await summed(world.school, **on_the_day)
    assert counts(found) == {"expected": 2, "possible": 1, "authorised": 1, "not_yet_due": 1}


async def test_a_pupil_with_two_placements_is_one_pupil(world: World, database: Addresses) -> None:
    mornings = [s for s in (await world.proposal())["timetable"] if s["session"] == "am"]
    afternoons = [s for s in (await world.proposal())["timetable"] if s["session"] == "pm"]
    first = await placement_accepted_at(database, world, MONDAY, timetable=mornings)
    pupil = (await world.council.get(f"/v1/placements/{first}")).json()["pupil_id"]
    second = await placement_accepted_at(database, world, MONDAY, timetable=afternoons, pupil_id=pupil)
    set_clock(database, world, EVENING)
    await recorded(
        world, mark(first), mark(second, session="pm", fact="absent", reason="ill"),
        mark(second, on_date="2026-11-23", session="pm"),
    )  # fmt: skip
    assert {each["placement_id"] for each in await summed(world.council, **DAYS)} == {first, second}
    [found] = await summed(world.council, by="pupil", **DAYS)
    assert (found["placements"], found["pupils"]["total"]) == (2, 1)
    assert found["absence"] == {"numerator": 1, "denominator": 3, "percent": 33.3}
    [group] = await summed(world.council, by="provider", **DAYS)
    assert group["pupils"] == {
        "total": 1,
        "with_possible_sessions": 1,
        "persistently_absent": {"numerator": 1, "denominator": 1, "percent": 100.0},
        "severely_absent": {"numerator": 0, "denominator": 1, "percent": 0.0},
    }
    [one] = await summed(world.council, by="provider", placement_id=first, **DAYS)
    assert (one["placements"], one["absence"]["numerator"]) == (1, 0)


async def test_the_change_is_since_the_first_half_term(world: World, database: Addresses) -> None:
    placement = await placement_accepted_at(database, world, MONDAY)
    set_clock(database, world, "2027-01-05T17:00:00+00:00")
    first = [
        mark(placement, on_date=f"2026-11-{day}", session="pm", fact=fact)
        for day, fact in ((23, "absent"), (24, "present"))
    ]
    await recorded(world, *first, mark(placement, on_date="2027-01-05", session="pm"))
    [found] = await summed(world.school, month="2027-01")
    assert found["absence"] == {"numerator": 0, "denominator": 1, "percent": 0.0}
    at_first = {"numerator": 1, "denominator": 2, "percent": 50.0}
    assert found["since_the_beginning"] == {"absence_at_first": at_first, "change": -50.0}
    [found] = await summed(world.school, by="provider", month="2027-01")
    assert found["since_the_beginning"]["change"] == -50.0


async def test_a_viewer_counts_its_own_days_and_no_others(world: World, database: Addresses, ledger: Ledger) -> None:
    placement = await placement_accepted_at(database, world, MONDAY)
    set_clock(database, world, EVENING)
    rows = [mark(placement, session=each) for each in ("am", "pm")]
    await recorded(world, *rows, mark(placement, on_date="2026-11-23", session="pm", fact="absent"))
    viewer = (
        "insert into placement_viewers (organisation_id, placement_id, basis, from_on, until_on)"
        " values (:who, :what, :basis, cast(:first as date), cast(:last as date))"
    )
    seen = {"who": world.other_council.id, "what": placement}
    await ledger.sql(viewer, **seen, basis="home_council", first=None, last=None)
    await ledger.sql(viewer, **seen, basis="framework_council", first=None, last=None)
    [found] = await summed(world.other_council, **DAYS)
    assert found["sessions"]["expected"] == 4, "twice a viewer, once counted"
    await ledger.sql(
        "update placement_viewers set from_on = '2026-11-24', until_on = '2026-11-24' where organisation_id = :who",
        who=world.other_council.id,
    )
    for by in GROUPS:
        [found] = await summed(world.other_council, by=by, **DAYS)
        assert counts(found) == {"expected": 2, "possible": 2, "attended": 2}
        assert found["since_the_beginning"]["absence_at_first"]["denominator"] == 2
    assert await summed(world.other_council, **{"from": "2026-11-23", "to": "2026-11-23"}) == []


async def test_periods_are_asked_for_in_one_way_and_bounded(world: World, database: Addresses) -> None:
    await placement_accepted_at(database, world, MONDAY)
    assert await refused(world.school, **{"from": "2026-11-24", "to": "2026-11-23"}) == [("to", "period_backwards")]
    assert await refused(world.school, **{"from": "2026-01-01", "to": "2027-02-05"}) == [("to", "period_too_long")]
    assert await refused(world.school, month="2026-11", to="2026-11-24") == [("month", "days_given_twice")]
    assert await refused(world.school, school_year="2026-27", month="2026-11") == [("school_year", "days_given_twice")]
    assert await refused(world.school, school_year="2026-28") == [("school_year", "not_as_written")]
    assert await summed(world.school, month="2026-10") == []
    for asked, first, last in (
        ({}, "2026-08-01", "2026-11-24"),
        ({"to": "2026-07-31"}, "2025-08-01", "2026-07-31"),
        ({"month": "2028-02"}, "2028-02-01", "2028-02-29"),
        ({"school_year": "2026-27"}, "2026-08-01", "2027-07-31"),
        ({"term": "spring"}, "2027-01-01", "2027-04-11"),
        ({"from": "2026-01-01", "to": "2027-02-04"}, "2026-01-01", "2027-02-04"),
    ):
        answer = (await world.school.get("/v1/attendance-summaries", **asked)).json()
        assert (answer["first_on"], answer["last_on"]) == (first, last)


async def test_filters_narrow_pages_go_on_and_the_audit_names_the_children(
    world: World, database: Addresses, ledger: Ledger
) -> None:
    calendar = await world.calendar()
    placements = sorted(
        [
            await placement_accepted_at(database, world, MONDAY, calendar_id=calendar),
            await placement_accepted_at(database, world, MONDAY, calendar_id=calendar),
            await placement_accepted_at(database, world, MONDAY, calendar_id=calendar, host_school_id=None),
        ]
    )
    found, cursor = [], None
    while True:
        answer = await world.council.get(
            "/v1/attendance-summaries", limit=2, **DAYS, **({"cursor": cursor} if cursor else {})
        )
        found += [each["placement_id"] for each in answer.json()["items"]]
        cursor = answer.json()["next_cursor"]
        if cursor is None:
            break
    assert found == placements
    by_school = await summed(world.council, by="host_school", **DAYS)
    assert {each["organisation_id"]: each["placements"] for each in by_school} == {None: 1, str(world.school.id): 2}
    for name, party, number in (
        ("provider_id", world.provider, 3),
        ("host_school_id", world.school, 2),
        ("council_id", world.council, 3),
        ("council_id", world.other_council, 0),
    ):
        assert len(await summed(world.council, **DAYS, **{name: str(party.id)})) == number
    assert await summed(world.council, placement_id=NOWHERE, **DAYS) == []
    audited = await ledger.sql(
        "select distinct id, unnest(placement_ids)::text from audit_entries"
        " where operation = 'list_attendance_summaries' and organisation_id = :id",
        id=world.council.id,
    )
    assert {each[1] for each in audited} == set(placements)
