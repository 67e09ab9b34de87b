"""The plan done over HTTP: placements, suspensions, a part-time plan, a submission a week, the register."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from tests.a_setting_year.plan import CLOSED, HALF_TERMS, STARTS, Stay
from tests.attendance_days import submit
from tests.ledger import Ledger
from tests.part_time_planning import agreed as plan_agreed
from tests.world import Party, World

ENDS = {"am": "12:00", "pm": "15:00"}
CALENDAR = {
    "name": "2026/27",
    "half_terms": [
        {"term": term, "half": half, "first": str(first), "last": str(last)} for term, half, first, last in HALF_TERMS
    ],
    "closures": [{"date": str(day), "reason": "Closed"} for day in CLOSED],
}


class Played:
    """`placements` and `pupils` give the ids by the name of the stay and the number of the child."""

    def __init__(self, world: World, ledger: Ledger, stays: Sequence[Stay]) -> None:
        self.world, self.ledger, self.stays = world, ledger, stays
        self.placements: dict[str, str] = {}
        self.pupils: dict[int, str] = {}
        self.calendars: dict[bool, str] = {}

    async def begin(self) -> None:
        """All placements are accepted before the year begins."""
        await self.ledger.stand_at(datetime.fromisoformat("2026-09-01T08:00:00+00:00"))
        for by_school, owner in ((False, self.world.council), (True, self.world.school)):
            self.calendars[by_school] = await _made(owner, "/v1/calendars", CALENDAR)
        for stay in self.stays:
            await self._place(stay)

    async def until(self, now: datetime, since: datetime) -> None:
        """Everything that happens after `since` and not after `now`, each at its time."""
        doings: defaultdict[datetime, list[Any]] = defaultdict(list)
        for stay in self.stays:
            for (day, session), statements in stay.said.items():
                for each in statements:
                    doings[each.at].append(("said", stay, day, session, each))
            for (day, session), (when, code) in stay.entered.items():
                doings[when].append(("entered", stay, day, session, code))
            for kind, event in (("suspended", stay.suspended), ("part_time", stay.part_time)):
                if event:
                    doings[event[0]].append((kind, stay, None, None, event))
        for when in sorted(each for each in doings if since < each <= now):
            await self.ledger.stand_at(when)
            await self._do(doings[when])
        await self.ledger.stand_at(now)

    async def _do(self, doings: list[Any]) -> None:
        rows: defaultdict[bool, list[dict[str, Any]]] = defaultdict(list)
        for kind, stay, day, session, what in doings:
            placement = self.placements[stay.name]
            if kind == "said":
                row = {"placement_id": placement, "on_date": str(day), "session": session}
                told = {"fact": what.fact, "reason": what.reason, "code": what.code}
                rows[stay.elsewhere].append(row | {name: value for name, value in told.items() if value})
            elif kind == "entered":
                entry = {"placement_id": placement, "on_date": str(day), "session": session, "code": what}
                await _made(self.world.school, "/v1/register-codes", entry)
            elif kind == "suspended":
                await self._suspend(stay, *what)
            else:
                await self._plan_part_time(stay, *what)
        for elsewhere, of_provider in rows.items():
            provider = self.world.other_provider if elsewhere else self.world.provider
            answer = (await submit(provider, *of_provider)).json()
            assert answer["rejected"] == [], answer["rejected"][:3]

    async def _place(self, stay: Stay) -> None:
        commissioner = self.world.school if stay.by_school else self.world.council
        if stay.child not in self.pupils:
            child = {"given_name": "Ada", "family_name": "Example", "date_of_birth": "2012-03-04"}
            self.pupils[stay.child] = await _made(commissioner, "/v1/pupils", child)
        provider = self.world.other_provider if stay.elsewhere else self.world.provider
        body = await self.world.proposal(
            calendar_id=self.calendars[stay.by_school],
            provider_id=str(provider.id),
            pupil_id=self.pupils[stay.child],
            host_school_id=str(self.world.school.id) if stay.on_roll else None,
            starts_on=str(stay.first),
            planned_end_on=str(stay.last),
            pattern="full_time" if len(stay.slots) == 10 else "part_time",
            timetable=[
                {
                    "weekday": weekday,
                    "session": session,
                    "starts_at": f"{STARTS[session]:%H:%M}",
                    "ends_at": ENDS[session],
                    "online": online,
                }
                for weekday, session, online in sorted(stay.slots)
            ],
        )
        self.placements[stay.name] = await _made(commissioner, "/v1/placements", body)
        accepted = await provider.act(f"/v1/placements/{self.placements[stay.name]}", "acceptance")
        assert accepted.status_code == 200, accepted.text

    async def _suspend(self, stay: Stay, when: datetime, first: Any, last: Any) -> None:
        body = {"placement_id": self.placements[stay.name], "starts_on": str(first), "ends_on": str(last)}
        path = f"/v1/suspensions/{await _made(self.world.provider, '/v1/suspensions', body | {'reason': 'A fight'})}"
        for party in (self.world.school, self.world.council):
            answer = await party.post(f"{path}/agreements", {"answer": "agreed", "given_by": "A. Head"})
            assert answer.status_code == 200, answer.text

    async def _plan_part_time(self, stay: Stay, when: datetime, first: Any, last: Any, off: tuple[str, str]) -> None:
        known = str((when - timedelta(days=1)).date())
        await plan_agreed(
            self.world,
            self.placements[stay.name],
            starts_on=str(first),
            sessions_not_attended=[{"weekday": off[0], "session": off[1]}],
            targets=[{"target": "Stay all day", "measured_by": "The register", "by": str(last)}],
            review_dates=["2027-01-29", "2027-02-12"],
            risk_assessment={"done_on": known, "done_by": "C. Lead"},
            parents_agreement={"given_by": "Mother", "how": "phone", "given_on": known},
        )


async def _made(party: Party, path: str, body: Any) -> str:
    answer = await party.post(path, body)
    assert answer.status_code in (200, 201), answer.text
    return str(answer.json()["id"])
