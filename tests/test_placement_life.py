"""The life of placements of two tenants, driven at random and compared step by step with a plain model.

Every step is an HTTP request by some party, lawful or not; the model says how it must be answered. After every step each
party lists exactly the placements that the model lets it see, and the ledger holds exactly the sessions of the model.
"""

import asyncio
from collections.abc import Coroutine
from datetime import UTC, date, datetime, timedelta
from functools import partial
from typing import Any, TypeVar

import pytest
from fastapi import FastAPI
from httpx import Response
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from app.db.embedded_database import Addresses
from app.rules.upn import synthetic_upn
from tests.ledger import Ledger
from tests.life_model import AFTERNOONS, ALL_WEEK, CROOKED, MORNINGS, ORDINARY, Life, Suspension
from tests.world import HOURS, TUESDAY_MORNING, Party, World, make_world

T = TypeVar("T")
PARTIES = ("council", "other_council", "school", "other_school", "provider", "other_provider")
TENANTS = (
    ("council", "school"),
    ("other_council", "other_school"),
    ("school", "school"),
    ("council", None),
)
"""Commissioner and host school: two, one in both roles, and a child on no roll."""

parties = st.sampled_from(PARTIES)
picks = st.integers(0, 1_000)
DAYS = [
    *sorted(ORDINARY.lawful_ends | CROOKED.lawful_ends),
    date(2026, 11, 27),
    date(2026, 12, 8),
    date(2026, 12, 28),
    date(2027, 3, 26),
]
"""Lawful ends of either calendar, an INSET day, an ordinary Tuesday, a holiday, a bank holiday."""


@pytest.mark.usefixtures("app")
async def test_no_party_ever_sees_a_life_that_the_model_does_not(app: FastAPI, database: Addresses) -> None:
    loop = asyncio.get_running_loop()

    machine: Any = partial(Lives, loop, app, database)
    await asyncio.to_thread(run_state_machine_as_test, machine, settings=_SETTINGS)


_LONG = settings.get_current_profile_name() == "long"
_SETTINGS = settings(
    max_examples=300 if _LONG else 5,
    stateful_step_count=60 if _LONG else 30,
    derandomize=not _LONG,
    database=None,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)


class Lives(RuleBasedStateMachine):
    """Some placements, some parties, and a clock that only moves on."""

    def __init__(self, loop: asyncio.AbstractEventLoop, app: FastAPI, database: Addresses) -> None:
        super().__init__()
        self.loop, self.app, self.database = loop, app, database
        self.lives: list[Life] = []
        self.today = TUESDAY_MORNING.date()

    def run(self, coroutine: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(coroutine, self.loop).result(60)

    @initialize()
    def open_the_world(self) -> None:
        self.making = make_world(self.app, self.database.owner)
        self.world: World = self.run(self.making.__aenter__())
        self.ledger = Ledger(self.database, self.world)
        self.calendars: dict[tuple[str, str], str] = {}
        self.pupils: dict[tuple[str, str], str] = {}

    def teardown(self) -> None:
        if hasattr(self, "making"):
            self.run(self.making.__aexit__(None, None, None))

    # What may happen. -------------------------------------------------------------------------------------------

    @rule(
        who=st.sampled_from(TENANTS),
        provider=st.sampled_from(("provider", "other_provider")),
        child=st.sampled_from(("Ada", "Ben")),
        year=st.sampled_from((ORDINARY, CROOKED)),
        slots=st.sampled_from((MORNINGS, AFTERNOONS, ALL_WEEK)),
        starts=st.sampled_from((date(2026, 11, 2), date(2026, 12, 1), date(2027, 1, 5))),
        half_term=st.integers(0, 2),
    )
    @precondition(lambda self: len(self.lives) < 4)
    def propose(self, who, provider, child, year, slots, starts, half_term) -> None:  # type: ignore[no-untyped-def]
        commissioner, school = who
        end = sorted(year.lawful_ends)[half_term]
        if end < starts:
            return
        life = Life(commissioner, school, provider, child, year, slots, starts, end)
        proposed = self.run(self._propose(life))
        clash = any(
            life.timetabled(max(starts, self.today), end) & other.taken(self.today)
            for other in self.lives
            if other.child == child
        )
        if proposed.status_code == 409 and clash:
            return
        assert proposed.status_code == 201, proposed.text
        life.path = proposed.headers["Location"]
        self.lives.append(life)

    @rule(pick=picks, by=parties)
    @precondition(lambda self: self.lives)
    def accept(self, pick: int, by: str) -> None:
        life = self._pick(self.lives, pick)
        before = life.provider if pick % 3 else by
        self._expect(life.accept(before, self.today, self._others(life)), self._act(before, life.path, "acceptance"))

    @rule(pick=picks, by=parties)
    @precondition(lambda self: self.lives)
    def decline(self, pick: int, by: str) -> None:
        life = self._pick(self.lives, pick)
        self._expect(life.decline(by), self._act(by, life.path, "refusal", {"reason": "No place"}))

    @rule(pick=picks, by=parties)
    @precondition(lambda self: self.lives)
    def withdraw(self, pick: int, by: str) -> None:
        life = self._pick(self.lives, pick)
        self._expect(life.withdraw(by), self._act(by, life.path, "withdrawal"))

    @rule(pick=picks, by=parties, day=st.sampled_from(DAYS))
    @precondition(lambda self: self.lives)
    def give_notice(self, pick: int, by: str, day: date) -> None:
        life = self._pick(self.lives, pick)
        body = {"placement_id": life.id, "effective_on": str(day), "reason": "Returns to school"}
        answer = self.run(self._party(by).post("/v1/termination-notices", body))
        self._expect(life.give_notice(by, day, self.today), answer)
        if answer.status_code == 201:
            life.notices[-1].path = answer.headers["Location"]

    @rule(pick=picks, by=parties)
    @precondition(lambda self: any(life.notices for life in self.lives))
    def withdraw_notice(self, pick: int, by: str) -> None:
        life = self._pick([each for each in self.lives if each.notices], pick)
        notice = self._pick(life.notices, pick)
        by = notice.given_by if pick % 2 else by
        wanted = life.withdraw_notice(notice, by, self.today, self._others(life))
        self._expect(wanted, self._act(by, notice.path, "withdrawal"))

    @rule(pick=picks, by=parties, first=st.integers(0, 20), length=st.integers(0, 4))
    @precondition(lambda self: self.lives)
    def ask_to_suspend(self, pick: int, by: str, first: int, length: int) -> None:
        life = self._pick(self.lives, pick)
        by = life.provider if pick % 4 else by
        first_day = self.today + timedelta(days=first)
        last_day = first_day + timedelta(days=length)
        body = {
            "placement_id": life.id,
            "starts_on": str(first_day),
            "ends_on": str(last_day),
            "reason": "Put others in danger",
        }
        answer = self.run(self._party(by).post("/v1/suspensions", body))
        self._expect(life.ask_to_suspend(by, first_day, last_day, self.today), answer)
        if answer.status_code == 201:
            life.suspensions[-1].path = answer.headers["Location"]

    @rule(pick=picks, by=parties, agrees=st.booleans())
    @precondition(lambda self: any(life.suspensions for life in self.lives))
    def answer_suspension(self, pick: int, by: str, agrees: bool) -> None:
        life, suspension = self._pick_suspension(pick)
        answer = {"answer": "agreed" if agrees or pick % 2 else "refused", "given_by": "A. Head"}
        given = self.run(self._party(by).post(f"{suspension.path}/agreements", answer))
        self._expect(life.answer(suspension, by, answer["answer"] == "agreed"), given)

    @rule(pick=picks, by=parties)
    @precondition(lambda self: any(life.suspensions for life in self.lives))
    def withdraw_suspension(self, pick: int, by: str) -> None:
        life, suspension = self._pick_suspension(pick)
        by = life.provider if pick % 3 else by
        wanted = life.withdraw_suspension(suspension, by, self.today, self._others(life))
        self._expect(wanted, self._act(by, suspension.path, "withdrawal"))

    @rule(pick=picks, by=parties, days=st.integers(-1, 40))
    @precondition(lambda self: self.lives)
    def ask_to_end_at_once(self, pick: int, by: str, days: int) -> None:
        life = self._pick(self.lives, pick)
        day = self.today + timedelta(days=days)
        body = {
            "placement_id": life.id,
            "effective_on": str(day),
            "reason": "serious_harm",
            "circumstances": "Arson",
            "given_by": "A. Head",
        }
        answer = self.run(self._party(by).post("/v1/immediate-terminations", body))
        self._expect(life.ask("at_once", by, day, self.today), answer)
        if answer.status_code == 201:
            life.requests[-1].path = answer.headers["Location"]

    @rule(pick=picks, by=parties, day=st.sampled_from(DAYS))
    @precondition(lambda self: self.lives)
    def ask_for_longer(self, pick: int, by: str, day: date) -> None:
        life = self._pick(self.lives, pick)
        body = {"placement_id": life.id, "new_end_on": str(day), "reason": "Two units left", "given_by": "A. Head"}
        answer = self.run(self._party(by).post("/v1/extensions", body))
        self._expect(life.ask("longer", by, day, self.today), answer)
        if answer.status_code == 201:
            life.requests[-1].path = answer.headers["Location"]

    @rule(pick=picks, by=parties)
    @precondition(lambda self: any(life.requests for life in self.lives))
    def answer_request(self, pick: int, by: str) -> None:
        life = self._pick([each for each in self.lives if each.requests], pick)
        request = self._pick(life.requests, pick)
        agrees = bool(pick % 5)
        body = {"answer": "agreed" if agrees else "refused", "given_by": "A. Head"}
        answer = self.run(self._party(by).post(f"{request.path}/agreements", body))
        self._expect(life.answer_request(request, by, agrees, self.today, self._others(life)), answer)

    @rule(pick=picks, by=parties)
    @precondition(lambda self: any(life.requests for life in self.lives))
    def withdraw_request(self, pick: int, by: str) -> None:
        life = self._pick([each for each in self.lives if each.requests], pick)
        request = self._pick(life.requests, pick)
        self._expect(life.withdraw_request(request, by), self._act(by, request.path, "withdrawal"))

    @rule(nights=st.sampled_from((1, 1, 2, 7, 24)))
    def nights_pass(self, nights: int) -> None:
        self.today += timedelta(days=nights)
        stands_at = datetime(self.today.year, self.today.month, self.today.day, 8, tzinfo=UTC)
        moved = self.run(self.world.council.http.put("/v1/sandbox/clock", json={"now": stands_at.isoformat()}))
        assert moved.status_code == 200, moved.text
        for life in self.lives:
            life.a_night_passes(self.today)

    # What must always hold. -------------------------------------------------------------------------------------

    @invariant()
    def each_party_sees_its_own_lives(self) -> None:
        for name in PARTIES if self.lives else ():
            listed = self.run(self._party(name).get("/v1/placements", limit=100)).json()["items"]
            seen = {each["id"]: (each["status"], each["ends_on"]) for each in listed}
            wanted = {life.id: (life.status(self.today), str(life.end)) for life in self.lives if name in life.parties}
            assert seen == wanted, name

    @invariant()
    def the_ledger_is_the_model_s(self) -> None:
        for life in self.lives:
            kept = self.run(self.ledger.sessions(life.id))
            assert kept == {
                f"{day} {session}": "suspension" if (day, session) in life.waived else ""
                for day, session in sorted(life.sessions)
            }

    @invariant()
    def suspensions_are_the_model_s(self) -> None:
        for life in self.lives:
            for suspension in life.suspensions:
                shown = self.run(self._party(life.commissioner).get(suspension.path)).json()
                assert (shown["state"], shown["ends_on"]) == (suspension.state, str(suspension.last))

    @invariant()
    def requests_are_the_model_s(self) -> None:
        for life in self.lives:
            for request in life.requests:
                shown = self.run(self._party(life.commissioner).get(request.path)).json()
                assert shown["state"] == request.state

    @invariant()
    def nobody_is_expected_in_two_places(self) -> None:
        for child in ("Ada", "Ben"):
            taken: set[object] = set()
            for life in self.lives:
                if life.child == child:
                    assert not taken & life.taken(self.today)
                    taken |= life.taken(self.today)

    # How it is done. --------------------------------------------------------------------------------------------

    async def _propose(self, life: Life) -> Response:
        commissioner = self._party(life.commissioner)
        body = {
            "pupil_id": await self._pupil(life.commissioner, life.child),
            "provider_id": str(self._party(life.provider).id),
            "host_school_id": str(self._party(life.school).id) if life.school else None,
            "spot_purchase": True,
            "calendar_id": await self._calendar(life),
            "tier": "time_limited",
            "primary_reason": "at_risk_of_exclusion",
            "pattern": "part_time",
            "objectives": ["Attend"],
            "intended_next_step": "Return",
            "starts_on": str(life.starts),
            "planned_end_on": str(life.planned_end),
            "timetable": [{"weekday": day, "session": session, **HOURS[session]} for day, session in life.slots],
        }
        return await commissioner.post("/v1/placements", body)

    async def _calendar(self, life: Life) -> str:
        key = (life.commissioner, life.year.name)
        if key not in self.calendars:
            made = await self._party(life.commissioner).post("/v1/calendars", life.year.as_sent)
            assert made.status_code == 201, made.text
            self.calendars[key] = made.json()["id"]
        return self.calendars[key]

    async def _pupil(self, commissioner: str, child: str) -> str:
        """The commissioner's own record of a child; the UPN says that two records are of one child."""
        key = (commissioner, child)
        if key not in self.pupils:
            body = {
                "given_name": child,
                "family_name": "Example",
                "date_of_birth": "2012-03-04",
                "upn": synthetic_upn(len(child) * 7 + ord(child[0])),
            }
            made = await self._party(commissioner).post("/v1/pupils", body)
            assert made.status_code == 201, made.text
            self.pupils[key] = made.json()["id"]
        return self.pupils[key]

    def _party(self, name: str) -> Party:
        party: Party = getattr(self.world, name)
        return party

    def _act(self, by: str, path: str, verb: str, body: object = None) -> Response:
        return self.run(self._party(by).act(path, verb, body))

    def _expect(self, status: int, answer: Response) -> None:
        assert answer.status_code == status, f"the model says {status}: {answer.request.url} {answer.text}"

    def _others(self, life: Life) -> list[Life]:
        return [each for each in self.lives if each is not life]

    def _pick_suspension(self, pick: int) -> tuple[Life, Suspension]:
        life = self._pick([each for each in self.lives if each.suspensions], pick)
        return life, self._pick(life.suspensions, pick)

    def _pick(self, among: list[T], pick: int) -> T:
        return among[pick % len(among)]
