"""What a part-time plan leaves out is not expected while it lasts, alone and beside suspensions."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy.exc import DBAPIError

from tests.ledger import Ledger
from tests.part_time_planning import FRIDAY_PM, MONDAY_AM, agreed, answer, plan, proposed
from tests.test_suspensions import agreed as suspended
from tests.world import TIMETABLE, World

ENDED = {"because": "Full time again"}
SHORT = {"ends_on": "2026-12-11", "review_dates": ["2026-12-11"]}
LEFT_OUT = ["2026-11-30 am", "2026-12-04 pm", "2026-12-07 am", "2026-12-11 pm"]


async def waived(ledger: Ledger, placement: str, by: str | None = "part_time_plan") -> list[str]:
    found = (await ledger.sessions(placement)).items()
    return [session for session, reason in found if (reason if by is None else reason == by)]


async def test_the_named_sessions_are_waived_from_first_day_to_last(world: World, ledger: Ledger) -> None:
    placement = await world.placement()
    path = await proposed(world.school, placement, **SHORT)
    assert await waived(ledger, placement) == []
    await answer(world.council, path)
    assert await waived(ledger, placement) == LEFT_OUT


async def test_the_roll_says_why_a_session_is_waived_and_what_the_school_enters(world: World) -> None:
    placement = await world.placement()
    await agreed(world, placement, **SHORT)
    await suspended(world, placement, "2026-12-01", "2026-12-01")
    rows: dict[tuple[str, str], dict[str, Any]] = {}
    for on_date in ("2026-11-30", "2026-12-01"):
        items = (await world.school.get("/v1/expected-sessions", on_date=on_date)).json()["items"]
        rows |= {(on_date, row["session"]): row for row in items}
    shown = {key: (row["state"], row["waived_by"], row["suggested_code"]) for key, row in rows.items()}
    assert shown == {
        ("2026-11-30", "am"): ("waived", "part_time_plan", "C2"),
        ("2026-11-30", "pm"): ("expected", None, None),
        ("2026-12-01", "am"): ("waived", "suspension", "E"),
        ("2026-12-01", "pm"): ("waived", "suspension", "E"),
    }


async def test_ended_early_it_leaves_out_only_what_has_begun(world: World, ledger: Ledger) -> None:
    placement = await world.placement()
    path = await agreed(world, placement, **SHORT)
    await ledger.stand_at(datetime(2026, 12, 7, 9, 30, tzinfo=UTC))
    assert (await world.school.act(path, "ending", ENDED)).status_code == 200
    assert await waived(ledger, placement) == LEFT_OUT[:3]


async def test_what_was_received_already_is_not_waived(world: World, ledger: Ledger) -> None:
    placement = await world.placement()
    path = await proposed(world.school, placement, **SHORT)
    await ledger.sql(
        "update expected_sessions set first_received_at = now()"
        " where placement_id = :p and on_date = '2026-11-30' and session = 'am'",
        p=placement,
    )
    await answer(world.council, path)
    assert await waived(ledger, placement) == LEFT_OUT[1:]


@pytest.mark.parametrize("plan_first", [True, False], ids=["plan first", "suspension first"])
async def test_where_both_hold_the_plan_says_why(world: World, ledger: Ledger, plan_first: bool) -> None:
    placement = await world.placement()
    if plan_first:
        await agreed(world, placement, **SHORT)
        await suspended(world, placement, "2026-12-04", "2026-12-07")
    else:
        await suspended(world, placement, "2026-12-04", "2026-12-07")
        await agreed(world, placement, **SHORT)
    assert await waived(ledger, placement) == LEFT_OUT
    assert await waived(ledger, placement, "suspension") == ["2026-12-04 am", "2026-12-07 pm"]


@pytest.mark.parametrize("plan_first", [True, False], ids=["plan first", "suspension first"])
async def test_a_suspension_withdrawn_leaves_the_plan(world: World, ledger: Ledger, plan_first: bool) -> None:
    placement = await world.placement()
    if plan_first:
        await agreed(world, placement, **SHORT)
    suspension = await suspended(world, placement, "2026-12-04", "2026-12-07")
    if not plan_first:
        await agreed(world, placement, **SHORT)
    assert (await world.provider.act(suspension, "withdrawal")).status_code == 200
    assert await waived(ledger, placement, None) == LEFT_OUT


@pytest.mark.parametrize("plan_first", [True, False], ids=["plan first", "suspension first"])
async def test_a_plan_ended_leaves_the_suspension(world: World, ledger: Ledger, plan_first: bool) -> None:
    placement = await world.placement()
    if not plan_first:
        await suspended(world, placement, "2026-12-04", "2026-12-07")
    path = await agreed(world, placement, **SHORT)
    if plan_first:
        await suspended(world, placement, "2026-12-04", "2026-12-07")
    assert (await world.council.act(path, "ending", ENDED)).status_code == 200
    days = ["2026-12-04 am", "2026-12-04 pm", "2026-12-07 am", "2026-12-07 pm"]
    assert await waived(ledger, placement, None) == days
    assert await waived(ledger, placement, "suspension") == days


async def test_a_new_timetable_keeps_a_plan_true(world: World, ledger: Ledger) -> None:
    placement = await world.placement()
    await agreed(world, placement, **SHORT)
    without_mondays = [slot for slot in TIMETABLE if slot["weekday"] != "monday"]
    body = {"applies_from": "2026-12-05", "slots": without_mondays}
    assert (await world.school.act(f"/v1/placements/{placement}", "timetables", body)).status_code == 201
    assert await waived(ledger, placement) == ["2026-11-30 am", "2026-12-04 pm", "2026-12-11 pm"]


@pytest.mark.parametrize(
    ("off", "rule"),
    [
        pytest.param([FRIDAY_PM], "plan_session_not_timetabled", id="a session that is not in the timetable"),
        pytest.param([MONDAY_AM], "plan_leaves_nothing", id="the only session there is"),
    ],
)
async def test_a_plan_names_sessions_of_the_timetable_and_leaves_some(
    world: World, off: list[dict[str, str]], rule: str
) -> None:
    monday = [slot for slot in TIMETABLE if (slot["weekday"], slot["session"]) == ("monday", "am")]
    placement = await world.placement(timetable=monday, pattern="part_time")
    refusal = await world.school.post("/v1/part-time-plans", plan(placement, sessions_not_attended=off))
    assert (refusal.status_code, refusal.json()["rule"]) == (409, rule)


async def test_a_timetable_that_begins_within_the_plan_counts(world: World) -> None:
    monday = [slot for slot in TIMETABLE if (slot["weekday"], slot["session"]) == ("monday", "am")]
    placement = await world.placement(timetable=monday, pattern="part_time")
    body = {"applies_from": "2026-12-07", "slots": TIMETABLE}
    assert (await world.school.act(f"/v1/placements/{placement}", "timetables", body)).status_code == 201
    off = {"sessions_not_attended": [FRIDAY_PM]}
    assert (await world.school.post("/v1/part-time-plans", plan(placement, **off))).status_code == 201


async def test_a_termination_taken_back_keeps_a_plan_true(world: World, ledger: Ledger) -> None:
    placement = await world.placement()
    await agreed(world, placement)
    body = {"placement_id": placement, "effective_on": "2026-12-18", "reason": "Back at school"}
    notice = await world.council.post("/v1/termination-notices", body)
    assert (await world.council.act(notice.headers["Location"], "withdrawal")).status_code == 200
    left = await waived(ledger, placement)
    assert max(left) == "2026-12-18 pm"
    assert (await ledger.sessions(placement))["2027-01-04 am"] == ""


PROPOSE = (
    "insert into part_time_plans (id, created_at, changed_at, version, placement_id, proposed_by_id, state, reason,"
    " explanation, starts_on, weeks, ends_on, sessions_not_attended, targets, review_dates, risk_assessed_on,"
    " risk_assessed_by, parents_agreed_by, parents_agreed_how, parents_agreed_on) values (gen_random_uuid(), now(),"
    " now(), 1, :placement, :by, 'proposed', 'other', 'x', '2027-02-01', 6, '2027-02-12', '{monday_am}', '[]',"
    " '{2027-02-12}', now(), 'x', 'x', 'phone', now())"
)
REVIEW = (
    "insert into part_time_plan_reviews (id, plan_id, placement_id, recorded_by_id, recorded_at, held_on, led_by,"
    " note, decision) values (gen_random_uuid(), :plan, :placement, :by, now(), '2026-12-11', 'x', 'x', 'continue')"
)


async def test_row_security_lets_the_right_party_alone_write(world: World, ledger: Ledger) -> None:
    placement, elsewhere = await world.placement(), await world.placement()
    await ledger.watches(world.other_council.id, placement)
    path = await proposed(world.school, placement)
    of_plan = {"id": path.rsplit("/", 1)[1]}
    provider, council, watcher = world.provider.id, world.council.id, world.other_council.id
    review = {"plan": of_plan["id"], "placement": placement}
    forbidden: list[tuple[UUID, str, dict[str, Any]]] = [
        (watcher, PROPOSE, {"placement": placement, "by": watcher}),
        (provider, PROPOSE, {"placement": placement, "by": provider}),
        (council, PROPOSE, {"placement": placement, "by": world.school.id}),
        (provider, REVIEW, review | {"by": provider}),
        (watcher, REVIEW, review | {"by": watcher}),
        (provider, "update part_time_plans set state = 'agreed' where id = :id", of_plan),
        (council, "update part_time_plans set state = 'lapsed' where id = :id", of_plan),
        (council, "update part_time_plans set ends_on = ends_on + 1 where id = :id", of_plan),
        (council, "update part_time_plans set weeks = 12 where id = :id", of_plan),
        (council, "delete from part_time_plans where id = :id", of_plan),
        (council, "delete from part_time_plan_reviews where plan_id = :id", of_plan),
    ]
    for organisation, statement, values in forbidden:
        with pytest.raises(DBAPIError) as refusal:
            await ledger.sql_as(organisation, statement, **values)
        assert getattr(refusal.value.orig, "sqlstate", None) == "42501", statement
    change = "update part_time_plans set state = 'agreed' where id = :id returning id"
    assert await ledger.sql_as(watcher, change, **of_plan) == []
    with pytest.raises(DBAPIError, match="fk_part_time_plan_reviews"):
        await ledger.sql_as(council, REVIEW, plan=of_plan["id"], placement=elsewhere, by=council)
    await ledger.sql_as(council, REVIEW, **review, by=council)
    await ledger.sql_as(council, PROPOSE, placement=placement, by=council)
