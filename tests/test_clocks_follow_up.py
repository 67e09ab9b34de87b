"""The clocks of reviews, host schools' checks, moves, and what providers renew: each state, with the clock moved."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from fastapi import FastAPI
from sqlalchemy import event
from sqlalchemy.engine import Engine

from app.rules.clocks import ClockKind
from app.services import duties_clocks
from app.services.duties import do_duties, do_duties_in_order
from tests.assuring import confirmed, insured
from tests.coming_out import check_of, ended_placement
from tests.coming_out import recorded as outcome_recorded
from tests.ledger import Ledger
from tests.test_clocks import clocks, listed, stand
from tests.test_duties_clocks import at, events
from tests.test_host_school_checks import recorded as check_recorded
from tests.test_reviews import recorded as review_recorded
from tests.world import World

Seen = tuple[str, str | None, str, str | None]
REVIEW, CHECK, MOVE = "half_termly_review", "host_school_check", "sustained_check"
CONFIRMATION, INSURANCE = "safeguarding_confirmation", "insurance"


async def of_check(world: World, placement: str, kind: str) -> list[tuple[Any, ...]]:
    """Day, state, day done and number missed of the clocks of one kind of check."""
    found = (await world.school.get(f"/v1/placements/{placement}/clocks")).json()["clocks"]
    subject = f"/v1/placements/{placement}/checks?kind={kind}"
    return [(c["due_on"], c["state"], c["done_on"], c["counted"]) for c in found if c["subject"] == subject]


@pytest.mark.parametrize(
    ("today", "expected"),
    [
        pytest.param("2026-12-03", ["upcoming", "upcoming"], id="fifteen days before"),
        pytest.param("2026-12-04", ["due", "upcoming"], id="fourteen days before"),
        pytest.param("2026-12-18", ["due", "upcoming"], id="on the last open day of the half-term"),
        pytest.param("2026-12-19", ["overdue", "upcoming"], id="the day after"),
        pytest.param("2027-02-12", ["overdue", "due"], id="on the last day of the placement"),
        pytest.param("2027-02-26", ["overdue", "overdue"], id="two weeks after the end"),
        pytest.param("2027-02-27", [], id="no longer"),
    ],
)
async def test_a_review_of_each_half_term(world: World, ledger: Ledger, today: str, expected: list[str]) -> None:
    placement = await world.placement()
    await stand(ledger, today)
    days = ["2026-12-18", "2027-02-12"][: len(expected)]
    assert await clocks(world.provider, placement, REVIEW) == [
        (REVIEW, day, state, None) for day, state in zip(days, expected, strict=True)
    ]


async def test_a_review_that_was_held_is_done_and_the_next_is_due_when_it_said(world: World, ledger: Ledger) -> None:
    placement = await world.placement()
    assert (await review_recorded(world.school, placement, next_review_by="2027-01-15")).status_code == 201
    held = (REVIEW, "2026-12-18", "done", "2026-11-24")
    late = (REVIEW, "2027-02-12", "upcoming", None)
    for today, state in (("2026-11-24", "upcoming"), ("2027-01-15", "due"), ("2027-01-16", "overdue")):
        await stand(ledger, today)
        found = await clocks(world.council, placement, REVIEW)
        assert found == [held, late, (REVIEW, "2027-01-15", state, None)], today
    await stand(ledger, "2027-02-27")
    assert await clocks(world.council, placement, REVIEW) == [held]


@pytest.mark.parametrize(
    ("today", "kind", "expected"),
    [
        pytest.param("2026-11-27", "termly_meeting", [("2026-12-18", "upcoming", None, None)], id="a term's, early"),
        pytest.param("2026-12-18", "termly_meeting", [("2026-12-18", "due", None, None)], id="a term's, on its day"),
        pytest.param(
            "2026-12-19",
            "termly_meeting",
            [("2026-12-18", "overdue", None, 1), ("2027-02-12", "upcoming", None, None)],
            id="a term's, missed",
        ),
        pytest.param(
            "2026-11-27",
            "weekly_safeguarding_checkin",
            [("2026-11-26", "overdue", None, 1), ("2026-12-04", "upcoming", None, None)],
            id="a week's, missed, a week before the next",
        ),
        pytest.param(
            "2026-12-14",
            "weekly_safeguarding_checkin",
            [("2026-12-11", "overdue", None, 3), ("2026-12-18", "due", None, None)],
            id="a week's, the last of three that were missed",
        ),
        pytest.param("2026-11-26", "social_worker_aware", [("2026-11-26", "due", None, None)], id="once"),
        pytest.param("2026-11-27", "social_worker_aware", [("2026-11-26", "overdue", None, 1)], id="once, missed"),
        pytest.param("2027-02-27", "social_worker_aware", [], id="long after the end"),
    ],
)
async def test_what_the_host_school_owes(
    world: World, ledger: Ledger, today: str, kind: str, expected: list[tuple[Any, ...]]
) -> None:
    placement = await world.placement(starts_on="2026-11-23")
    await stand(ledger, today)
    assert await of_check(world, placement, kind) == expected


async def test_what_the_host_school_did_is_done(world: World, ledger: Ledger) -> None:
    placement = await world.placement(starts_on="2026-11-23")
    for kind, outcome in (("social_worker_aware", "done"), ("sen_officer_aware", "attempted"), (None, "done")):
        named = {"kind": kind} if kind else {}
        assert (await check_recorded(world.school, placement, outcome=outcome, **named)).status_code == 201
    done = [(None, "done", "2026-11-24", None)]
    assert await of_check(world, placement, "social_worker_aware") == done
    assert await of_check(world, placement, "sen_officer_aware") == [("2026-11-26", "due", None, None)]
    assert await of_check(world, placement, "weekly_safeguarding_checkin") == [("2026-12-04", "upcoming", None, None)]
    listed_as_done = await listed(world.council, kind=CHECK, state="done")
    assert listed_as_done == {placement: [CHECK]}
    corrected = (await world.school.get(f"/v1/placements/{placement}/checks", kind="social_worker_aware")).json()
    again = {"kind": "social_worker_aware", "outcome": "attempted", "corrects_id": corrected["items"][0]["id"]}
    assert (await check_recorded(world.school, placement, **again)).status_code == 201
    assert await of_check(world, placement, "social_worker_aware") == [("2026-11-26", "due", None, None)]


async def test_a_move_is_checked_two_terms_later(world: World, ledger: Ledger) -> None:
    placement = await ended_placement(world, ledger)
    await outcome_recorded(world.council, placement)
    check = await check_of(world.council, placement)
    for today, state in (
        ("2027-07-19", "upcoming"),
        ("2027-07-20", "due"),
        ("2027-08-17", "due"),
        ("2027-08-18", "overdue"),
    ):
        await stand(ledger, today)
        found = await clocks(world.council, placement, MOVE)
        assert found == [(MOVE, "2027-07-20", state, None)], today
    assert (await listed(world.council, state="overdue"))[placement][0] == MOVE
    finding = {"finding": "sustained", "evidence": "On roll and attending", "recorded_by": "A. Officer"}
    answer = await world.council.act(f"/v1/sustained-checks/{check['id']}", "findings", finding)
    assert answer.status_code in (200, 201), answer.text
    assert await clocks(world.council, placement, MOVE) == [(MOVE, "2027-07-20", "done", "2027-08-18")]


async def confirm_until(world: World, last_day: str, **changes: Any) -> str:
    return await confirmed(world.provider, valid_until=last_day, **changes)


async def insure_until(world: World, last_day: str, **changes: Any) -> str:
    return await insured(world.provider, expires_on=last_day, **changes)


@pytest.mark.parametrize(("kind", "give"), [(CONFIRMATION, confirm_until), (INSURANCE, insure_until)])
async def test_what_a_provider_renews(
    world: World, ledger: Ledger, kind: str, give: Callable[..., Awaitable[str]]
) -> None:
    placement = await world.placement()
    path = await give(world, "2026-12-31")
    for today, state in (
        ("2026-11-30", "upcoming"),
        ("2026-12-01", "due"),
        ("2026-12-31", "due"),
        ("2027-01-01", "overdue"),
    ):
        await stand(ledger, today)
        for party in (world.provider, world.council, world.school):
            found = await clocks(party, placement, kind)
            assert found == [(kind, "2026-12-31", state, None)], (today, party.name)
    assert await listed(world.council, state="overdue", kind=kind) == {placement: [kind]}
    renewal = {"starts_on": "2027-01-04"} if kind == INSURANCE else {"confirmed_on": "2027-01-01"}
    await give(world, "2027-11-30", **renewal)
    await stand(ledger, "2027-01-04")
    assert await clocks(world.school, placement, kind) == [
        (kind, "2026-12-31", "done", "2027-01-01"),
        (kind, "2027-11-30", "upcoming", None),
    ]
    own = (await world.provider.get(f"/v1/providers/{world.provider.id}/clocks")).json()["clocks"]
    assert next(each["subject"] for each in own if each["kind"] == kind) == path
    stranger = await world.other_council.get(f"/v1/providers/{world.provider.id}/clocks")
    assert stranger.json()["clocks"] == []
    await stand(ledger, "2027-02-13")
    assert await clocks(world.school, placement, kind) == []


async def test_staff_who_change_make_a_confirmation_due(world: World) -> None:
    placement = await world.placement()
    path = await confirmed(world.provider)
    assert await clocks(world.school, placement, CONFIRMATION) == [(CONFIRMATION, "2027-07-31", "upcoming", None)]
    change = {"changed_on": "2026-11-23", "note": "A new tutor"}
    assert (await world.provider.act(path, "staff-change", change)).status_code == 200
    assert await clocks(world.school, placement, CONFIRMATION) == [(CONFIRMATION, "2027-07-31", "due", None)]


async def test_all_that_apply_are_shown_in_one_call(world: World, ledger: Ledger) -> None:
    placement = await world.placement()
    await insured(world.provider)
    await confirmed(world.provider)
    kinds = [each[0] for each in await clocks(world.provider, placement)]
    assert {*kinds} == {
        REVIEW, CHECK, CONFIRMATION, INSURANCE, "twelve_weeks", "planned_end", "progress_report",
        "registration_threshold"
    }  # fmt: skip
    assert list(await listed(world.provider)) == [placement]


async def test_each_source_is_asked_once_however_many_placements_there_are(world: World) -> None:
    asked: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        asked.append(statement)

    calendar = await world.calendar()
    counts = []
    for more in (1, 4):
        for _ in range(more):
            placement = await world.placement(calendar_id=calendar)
            assert (await check_recorded(world.school, placement)).status_code == 201
            assert (await review_recorded(world.school, placement)).status_code == 201
        event.listen(Engine, "before_cursor_execute", note)
        assert (await world.school.get("/v1/clocks")).status_code == 200
        event.remove(Engine, "before_cursor_execute", note)
        counts.append(len(asked))
        asked.clear()
    assert counts[0] == counts[1]


async def test_who_sees_a_placement_for_a_time_is_not_told_what_was_left_undone(world: World, ledger: Ledger) -> None:
    placement = await world.placement()
    await ledger.watches(world.other_council.id, placement)
    assert await clocks(world.other_council, placement, REVIEW) == await clocks(world.council, placement, REVIEW)
    await ledger.sql(
        "update placement_viewers set until_on = '2026-11-20' where organisation_id = :who", who=world.other_council.id
    )
    kinds = {each[0] for each in await clocks(world.other_council, placement)}
    assert "planned_end" in kinds
    assert not {REVIEW, CHECK} & kinds


@pytest.fixture
def reviews_and_checkins(monkeypatch: pytest.MonkeyPatch) -> None:
    follow_up = frozenset({ClockKind.HALF_TERMLY_REVIEW, ClockKind.HOST_SCHOOL_CHECK})
    monkeypatch.setattr(duties_clocks, "TOLD", duties_clocks.TOLD & follow_up)


TOLD = [
    ("clock.overdue", "2026-11-27"),
    ("clock.due", "2026-11-28"),
    ("clock.due", "2026-12-04"),
    ("clock.due", "2026-12-05"),
    ("clock.overdue", "2026-12-05"),
    ("clock.due", "2026-12-12"),
    ("clock.overdue", "2026-12-12"),
    ("clock.overdue", "2026-12-19"),
]


@pytest.mark.usefixtures("reviews_and_checkins")
@pytest.mark.parametrize("step", [1, 26])
async def test_reviews_and_checks_are_told_alike_by_day_and_in_one_step(
    world: World, app: FastAPI, ledger: Ledger, step: int
) -> None:
    """Checks of the week to 26 November are due from the first sweep on; 27 November is an INSET day."""
    placement = await world.placement(starts_on="2026-11-25")
    path = f"/v1/placements/{placement}/clocks"
    for day in ["2026-11-24", "2026-11-25", *[f"2026-11-{n}" for n in range(26, 31)], *_december()][::step]:
        await do_duties(app.state.worker_sessions, world.sandbox_id, at(day))
    await do_duties_in_order(app.state.worker_sessions, world.sandbox_id, at("2026-12-19"))
    found = await events(ledger, path)
    assert [each for each in found if each[1] > "2026-11-24"] == TOLD


async def test_what_has_events_of_its_own_is_not_told_twice(world: World, app: FastAPI, ledger: Ledger) -> None:
    await world.placement()
    await insured(world.provider, expires_on="2026-12-01")
    await confirmed(world.provider, valid_until="2026-12-01")
    await do_duties(app.state.worker_sessions, world.sandbox_id, at("2026-12-02"))
    assert await events(ledger, f"/v1/providers/{world.provider.id}/clocks") == []
    lapsed = await ledger.sql(
        "select count(*) from events e join event_audiences a on a.event_id = e.id"
        " where e.type in ('insurance-certificate.lapsed', 'safeguarding-confirmation.lapsed') and a.organisation_id = :id",
        id=world.provider.id,
    )
    assert lapsed[0][0] == 2


async def test_a_move_to_be_checked_is_told_by_its_own_event_alone(world: World, app: FastAPI, ledger: Ledger) -> None:
    placement = await ended_placement(world, ledger)
    await outcome_recorded(world.council, placement)
    check = await check_of(world.council, placement)
    for day in ("2027-07-19", "2027-07-20", "2027-08-18"):
        await do_duties(app.state.worker_sessions, world.sandbox_id, at(day))
    assert await events(ledger, f"/v1/placements/{placement}/clocks") == []
    assert world.council.id in await ledger.told("sustained-check.due", f"/v1/sustained-checks/{check['id']}")


def _december() -> list[str]:
    return [f"2026-12-{number:02}" for number in range(1, 20)]
