"""Which reports are owed, due, overdue and late, begun or not; and whom the clock tells."""

from typing import Any

import pytest

from tests.ledger import Ledger
from tests.test_progress_reports import PATH, begun, form
from tests.world import CALENDAR, Party, World

DUE = "/v1/progress-reports-due"
NOTICE = "/v1/termination-notices"


async def states(party: Party, placement: str) -> list[tuple[Any, ...]]:
    terms = (await party.get(f"/v1/placements/{placement}/progress-reports-due")).json()["terms"]
    return [(t["term"], t["due_on"], t["state"], t["late"]) for t in terms]


async def listed(party: Party, **params: Any) -> dict[str, list[str]]:
    items = (await party.get(DUE, **params)).json()["items"]
    return {each["placement_id"]: [t["term"] for t in each["terms"]] for each in items}


async def told(party: Party) -> list[tuple[str, str]]:
    items = (await party.get("/v1/events", limit="200")).json()["items"]
    return [
        (e["type"], e["resource"]) for e in items if e["type"] in ("progress-report.due", "progress-report.overdue")
    ]


async def advance(world: World, days: int) -> None:
    moved = await world.council.post("/v1/sandbox/clock/advance", {"seconds": days * 24 * 3600})
    assert moved.status_code == 200, moved.text


async def test_what_nobody_has_begun_is_due_all_the_same(world: World) -> None:
    placement = await world.placement()
    for days, autumn in ((1, "due"), (9, "due_soon"), (14, "due_soon"), (1, "overdue")):
        await advance(world, days)
        for party in (world.provider, world.school, world.council):
            assert await states(party, placement) == [
                ("autumn", "2026-12-18", autumn, False),
                ("spring", "2027-02-12", "upcoming", False),
            ]
    assert await listed(world.council, state="overdue") == {placement: ["autumn"]}
    assert await listed(world.school, term="spring", school_year="2026-27") == {placement: ["spring"]}
    assert await listed(world.provider, due_before="2026-12-19", provider_id=str(world.provider.id)) == {
        placement: ["autumn"]
    }
    assert await listed(world.council, host_school_id=str(world.other_school.id)) == {}
    for party in (world.other_provider, world.other_council, world.other_school):
        assert await listed(party) == {}
        assert (await party.get(f"/v1/placements/{placement}/progress-reports-due")).status_code == 404


async def test_it_is_told_once_that_a_report_is_due_and_once_that_it_is_overdue(world: World) -> None:
    placement = await world.placement()
    path = f"/v1/placements/{placement}/progress-reports-due"
    await advance(world, 10)
    for party in (world.provider, world.school, world.council):
        assert await told(party) == [("progress-report.due", path)]
    await advance(world, 16)
    await advance(world, 1)
    expected = [("progress-report.due", path), ("progress-report.overdue", path)]
    for party in (world.provider, world.school, world.council):
        assert await told(party) == expected
    for party in (world.other_provider, world.other_council, world.other_school):
        assert await told(party) == []


async def test_a_report_handed_in_late_stays_late(world: World) -> None:
    placement = await world.placement()
    path = await begun(world, placement_id=placement)
    assert (await world.school.get(f"/v1/placements/{placement}/progress-reports-due")).json()["terms"][0][
        "report_id"
    ] is None
    await advance(world, 25)
    submitted = (await world.provider.act(path, "submission")).json()
    assert (submitted["late"], submitted["overdue"]) == (True, False)
    await world.council.act(path, "return", {"reason": "Say more"})
    assert (await states(world.school, placement))[0] == ("autumn", "2026-12-18", "overdue", True)
    await world.provider.act(path, "submission")
    await world.school.act(path, "acceptance")
    assert (await states(world.council, placement))[0] == ("autumn", "2026-12-18", "received_late", True)
    assert [r["late"] for r in (await world.council.get(PATH, late="true")).json()["items"]] == [True]
    assert (await world.council.get(PATH, late="false")).json()["items"] == []


async def test_a_report_handed_in_on_its_day_and_returned_afterwards_is_not_late(world: World) -> None:
    placement = await world.placement()
    path = await begun(world, placement_id=placement)
    await advance(world, 24)
    assert (await world.provider.act(path, "submission")).json()["late"] is False
    await advance(world, 3)
    await world.council.act(path, "return", {"reason": "Say more"})
    again = (await world.provider.act(path, "submission")).json()
    assert (again["late"], again["first_submitted_at"][:10], again["submitted_at"][:10]) == (
        False,
        "2026-12-18",
        "2026-12-21",
    )
    assert (await states(world.council, placement))[0][2:] == ("received", False)


async def test_a_placement_that_ends_early_owes_its_report_by_then(world: World) -> None:
    placement, of = await world.placement(), await form(world.council)
    spring = await begun(world, placement_id=placement, form_id=of, term="spring")
    autumn = await begun(world, placement_id=placement, form_id=of)
    before = (await world.provider.get(spring)).headers["ETag"]
    notice = {"placement_id": placement, "effective_on": "2026-12-18", "reason": "Back at school"}
    given = await world.council.post(NOTICE, notice)
    assert given.status_code == 201
    left = await world.provider.get(spring)
    assert (left.json()["owed"], left.json()["overdue"]) == (False, False)
    assert left.headers["ETag"] != before
    refused = await world.provider.act(spring, "submission")
    assert (refused.status_code, refused.json()["rule"]) == (409, "term_not_in_placement")
    assert await states(world.provider, placement) == [("autumn", "2026-12-18", "due", False)]
    assert (await world.provider.get(autumn)).json()["owed"] is True
    await world.council.act(given.headers["Location"], "withdrawal")
    assert (await world.provider.get(spring)).json()["owed"] is True
    assert (await world.provider.act(spring, "submission")).status_code == 200


async def test_what_was_handed_in_stays_as_it_was_when_the_placement_ends_early(world: World) -> None:
    placement = await world.placement()
    path = await begun(world, placement_id=placement, term="spring")
    await world.provider.act(path, "submission")
    notice = {"placement_id": placement, "effective_on": "2026-12-18", "reason": "Back at school"}
    assert (await world.council.post(NOTICE, notice)).status_code == 201
    shown = (await world.council.get(path)).json()
    assert (shown["owed"], shown["due_on"], shown["state"]) == (True, "2027-02-12", "submitted")


async def test_a_draft_follows_its_calendar(world: World) -> None:
    calendar = await world.calendar()
    placement = await world.placement(calendar_id=calendar)
    path = await begun(world, placement_id=placement)
    body = CALENDAR | {"closures": [*CALENDAR["closures"], {"date": "2026-12-18", "reason": "INSET"}]}
    changed = await world.council.change("PUT", f"/v1/calendars/{calendar}", body)
    assert changed.status_code == 200, changed.text
    await advance(world, 1)
    assert (await world.provider.get(path)).json()["due_on"] == "2026-12-17"
    assert (await states(world.school, placement))[0][1] == "2026-12-17"


@pytest.mark.parametrize("ends_on", ["2026-12-16", "2027-01-29"])
async def test_the_database_and_the_rules_agree_on_the_day(world: World, ledger: Ledger, ends_on: str) -> None:
    placement = await world.placement(planned_end_on=ends_on, planned_end_by_agreement=True)
    shown = (await world.provider.get(f"/v1/placements/{placement}/progress-reports-due")).json()["terms"]
    for each in shown:
        found = await ledger.sql(
            "select report_due_on(cast(:id as uuid), :year, :term)",
            id=placement,
            year=each["school_year"],
            term=each["term"],
        )
        assert str(found[0][0]) == each["due_on"]


async def test_a_proposal_owes_nothing(world: World) -> None:
    proposed = (await world.council.post("/v1/placements", await world.proposal())).json()["id"]
    assert await states(world.council, proposed) == []
    assert await listed(world.council) == {}


async def test_the_clocks_of_a_placement_hold_its_reports(world: World) -> None:
    placement = await world.placement()
    path = await begun(world, placement_id=placement)
    clocks = (await world.school.get(f"/v1/placements/{placement}/clocks")).json()["clocks"]
    found = [(c["due_on"], c["state"], c["done_on"]) for c in clocks if c["kind"] == "progress_report"]
    assert found == [("2026-12-18", "upcoming", None), ("2027-02-12", "upcoming", None)]
    await world.provider.act(path, "submission")
    done = await world.school.get("/v1/clocks", kind="progress_report", state="done")
    assert [c["done_on"] for each in done.json()["items"] for c in each["clocks"]] == ["2026-11-24"]


async def test_a_page_of_what_is_due_goes_on_where_it_stopped(world: World) -> None:
    calendar = await world.calendar()
    placements = {await world.placement(calendar_id=calendar) for _ in range(3)}
    first = (await world.council.get(DUE, limit="2")).json()
    second = (await world.council.get(DUE, limit="2", cursor=first["next_cursor"])).json()
    found = [each["placement_id"] for page in (first, second) for each in page["items"]]
    assert (len(found), set(found), second["next_cursor"]) == (3, placements, None)
