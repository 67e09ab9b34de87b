"""What happens in the world: a steady stream of requests, each answer noted with the event that it promises."""

import asyncio
import random
from collections import Counter
from dataclasses import dataclass, field

from benchmarks.deliveries_world import STANDS_AT, Placed, World

Promise = tuple[str, str, str]
"""Type of the event, its resource, and the name of an organisation whose feed must tell it."""

AGREED = {"answer": "agreed", "given_by": "A. Head, headteacher"}
MOST_AT_ONCE = 12
_WEIGHTS = {"submit": 50, "correct": 20, "place": 8, "raise_alert": 12, "agree": 10}


@dataclass
class Driver:
    """`promised` counts the events that answers of 2xx promised; `alerts` are the placements of alerts, by id."""

    world: World
    rng: random.Random
    promised: Counter[Promise] = field(default_factory=Counter)
    alerts: dict[str, Placed] = field(default_factory=dict)
    done: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)
    _marks: list[tuple[Placed, str]] = field(default_factory=list)
    _asked: set[str] = field(default_factory=set)
    _states: int = 0

    async def run(self, rate: float, stop: asyncio.Event) -> None:
        """Some requests a second until told to stop; waits for those that have begun."""
        under_way: set[asyncio.Task[None]] = set()
        loop = asyncio.get_running_loop()
        due = loop.time()
        while not stop.is_set():
            due = max(due + 1 / rate, loop.time() - 2)
            await asyncio.sleep(max(0.0, due - loop.time()))
            if len(under_way) < MOST_AT_ONCE:
                name = self.rng.choices(list(_WEIGHTS), list(_WEIGHTS.values()))[0]
                task = asyncio.create_task(self._do(name))
                under_way.add(task)
                task.add_done_callback(under_way.discard)
        await asyncio.gather(*under_way)

    async def _do(self, name: str) -> None:
        try:
            await getattr(self, name)()
        except Exception as error:
            self.faults.append(f"{name}: {error!r}"[:300])

    async def submit(self) -> None:
        """A setting's marks of some children for one session, every time another fact than before."""
        first = self.rng.choice(self.world.placements)
        same = [each for each in self.world.placements if each.provider is first.provider]
        placed = {each.id: each for each in [first, *self.rng.sample(same, min(2, len(same)))]}
        self._states += 1
        stated: dict[str, object] = {"fact": "late", "minutes_late": 1 + self._states % 60}
        when = {"on_date": STANDS_AT.date().isoformat(), "session": self.rng.choice(("am", "pm"))}
        rows = [{"placement_id": each, **when, **stated} for each in placed]
        answer = await self.world.post(first.provider, "/v1/attendance-submissions", {"rows": rows})
        if not self._noted("submit", answer.status_code):
            return
        said = answer.json()
        told = [placed[str(rows[each["index"]]["placement_id"])] for each in said["accepted"]]
        changed = [
            placed[str(rows[each["index"]]["placement_id"])]
            for each in said["accepted"]
            if each["state"] != "unchanged"
        ]
        self.refused.update(f"row {each['code']}" for each in said["rejected"])
        if changed:
            self._promise("attendance.received", f"/v1/attendance-submissions/{said['id']}", changed)
        marks = [f"/v1/attendance-marks/{each['mark_id']}" for each in said["accepted"]]
        self._marks = [*self._marks[-50:], *zip(told, marks, strict=True)]

    async def correct(self) -> None:
        if not self._marks:
            return
        placed, path = self._marks.pop(self.rng.randrange(len(self._marks)))
        self._states += 1
        body = {"fact": "late", "minutes_late": 61 + self._states % 60, "correction_reason": "The carer rang at ten"}
        answer = await self.world.act(placed.provider, path, "correction", body)
        if self._noted("correct", answer.status_code):
            submission = answer.json()["submission_id"]
            self._promise("attendance.received", f"/v1/attendance-submissions/{submission}", [placed])

    async def place(self) -> None:
        schools = sorted({each.school.name for each in self.world.placements})
        placed, path = await self.world.place(self.rng.choice(schools))
        self.done["place"] += 1
        self._promise("placement.proposed", path, [placed])
        self._promise("placement.accepted", path, [placed])

    async def raise_alert(self) -> None:
        placed = self.rng.choice(self.world.placements)
        body = {"placement_id": placed.id, "last_seen_where": "Main gate"}
        answer = await self.world.post(placed.provider, "/v1/absconding-alerts", body)
        if self._noted("alert", answer.status_code):
            alert = str(answer.json()["id"])
            self.alerts[alert] = placed
            self._promise("absconding-alert.raised", f"/v1/absconding-alerts/{alert}", [placed])

    async def agree(self) -> None:
        """An extension that the school asks for and the two others agree to, once for a placement."""
        free = [each for each in self.world.placements if each.id not in self._asked]
        if not free:
            return
        placed = self.rng.choice(free)
        self._asked.add(placed.id)
        body = {
            "placement_id": placed.id,
            "new_end_on": "2027-03-25",
            "reason": "Two units are left",
            "given_by": "C. Lead",
        }
        asked = await self.world.post(placed.school, "/v1/extensions", body)
        if not self._noted("agree", asked.status_code):
            return
        path = f"/v1/extensions/{asked.json()['id']}"
        self._promise("extension.requested", path, [placed])
        for party, event in ((placed.council, "agreement-recorded"), (placed.provider, "agreed")):
            answer = await self.world.post(party, f"{path}/agreements", AGREED)
            if self._noted("agree", answer.status_code):
                self._promise(f"extension.{event}", path, [placed])

    def _noted(self, name: str, status: int) -> bool:
        """Whether it was answered 2xx."""
        well = 200 <= status < 300
        (self.done if well else self.refused)[name if well else f"{name} {status}"] += 1
        return well

    def _promise(self, type_: str, resource: str, about: list[Placed]) -> None:
        for name in {party.name for placed in about for party in placed.parties}:
            self.promised[type_, resource, name] += 1
