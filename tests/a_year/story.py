"""The people and the days of a year of one child's life, and the strangers who must learn nothing of it."""

import re
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from httpx import Response

from app.outbox.tools import Tools
from app.services.absconding_alerts_delivery import deliver
from tests.world import TIMETABLE, Party, World

YEAR: dict[str, Any] = {
    "name": "2026/27",
    "half_terms": [
        {"term": "autumn", "half": 1, "first": "2026-09-03", "last": "2026-10-23"},
        {"term": "autumn", "half": 2, "first": "2026-11-02", "last": "2026-12-18"},
        {"term": "spring", "half": 1, "first": "2027-01-04", "last": "2027-02-12"},
        {"term": "spring", "half": 2, "first": "2027-02-22", "last": "2027-03-24"},  # a Wednesday
        {"term": "summer", "half": 1, "first": "2027-04-12", "last": "2027-05-28"},
        {"term": "summer", "half": 2, "first": "2027-06-07", "last": "2027-07-21"},
    ],
    "closures": [
        {"date": "2026-09-03", "reason": "INSET"},
        {"date": "2026-11-27", "reason": "INSET"},
        {"date": "2027-01-04", "reason": "INSET"},
        {"date": "2027-05-03", "reason": "Bank holiday"},
        {"date": "2027-05-28", "reason": "INSET"},
        {"date": "2027-07-21", "reason": "INSET"},
    ],
}
NEXT_YEAR = YEAR | {
    "half_terms": [
        *YEAR["half_terms"],
        {"term": "autumn", "half": 1, "first": "2027-09-02", "last": "2027-10-22"},
        {"term": "autumn", "half": 2, "first": "2027-11-01", "last": "2027-12-17"},
        {"term": "spring", "half": 1, "first": "2028-01-04", "last": "2028-02-11"},
        {"term": "spring", "half": 2, "first": "2028-02-21", "last": "2028-03-31"},
    ]
}
EASTER, LAST_DAY = "2027-03-24", "2027-05-27"  # 28 May is INSET
PURPOSE = {
    "tier": "time_limited",
    "primary_reason": "suspension",
    "key_stage": "ks4",
    "objectives": ["Attend every morning", "Pass the first unit of animal care"],
    "intended_next_step": "Return to school",
}
TERMS = {"pattern": "full_time", "planned_end_on": EASTER, "timetable": TIMETABLE}
CHILD = {"given_name": "Perpetua", "family_name": "Quillfeather", "date_of_birth": "2011-11-04"}
AGREED = {"answer": "agreed", "given_by": "A. Head, headteacher"}

# What the directory of a world and its councils publish to everybody.
PUBLISHED = {"frameworks", "framework-windows", "lots", "calendars", "providers", "schools", "councils", "report-forms"}
ALWAYS_LOOKED_AT = ("placements", "clocks", "attendance-marks")


@dataclass
class Story:
    """`farm` and `garage` apply, `farm` takes the child; `hill` is its school, then `brook`.

    `made` holds the path of everything that came of it and is nobody else's. The world's other organisations are the
    strangers, who have a child of their own: `theirs` holds the paths of that.
    """

    world: World
    tools: Tools
    garage: Party
    brook: Party
    made: set[str] = field(default_factory=set)
    theirs: set[str] = field(default_factory=set)
    looked_at: set[str] = field(default_factory=set)
    feeds: dict[str, str] = field(default_factory=dict)
    ids: dict[str, str] = field(default_factory=dict)

    @property
    def council(self) -> Party:
        return self.world.council

    @property
    def hill(self) -> Party:
        return self.world.school

    @property
    def farm(self) -> Party:
        return self.world.provider

    @property
    def ours(self) -> tuple[Party, ...]:
        return (self.council, self.hill, self.brook, self.farm, self.garage)

    @property
    def strangers(self) -> tuple[Party, ...]:
        return (self.world.other_council, self.world.other_school, self.world.other_provider)

    @property
    def placement(self) -> str:
        return self.ids["placement"]

    def path(self, what: str) -> str:
        """The address of something named in `ids`: `placement` is at `/v1/placements/{id}`."""
        return f"/v1/{what}s/{self.ids[what]}"

    async def stands_at(self, instant: str) -> None:
        """Moves the clock, in steps that it takes, with all that falls due on the way done."""
        moved = await self.council.http.put("/v1/sandbox/clock", json={"now": instant})
        assert moved.status_code == 200, moved.text

    async def waits(self, days: int) -> None:
        """Moves the clock on by so many days, at most 92 in a step."""
        while days > 0:
            moved = await self.council.post("/v1/sandbox/clock/advance", {"seconds": min(days, 92) * 86_400})
            assert moved.status_code == 200, moved.text
            days -= 92

    async def the_post_is_carried(self, alert: dict[str, Any]) -> None:
        """What the worker does with an alert's emails, which follow the machine's clock and not the sandbox's."""
        for each in alert["notifications"]:
            if each["channel"] == "email":
                await deliver(self.tools, UUID(each["id"]))


def keeps_in(paths: set[str]) -> Callable[[Response], Awaitable[None]]:
    """A hook of an HTTP client: what was made is nobody's business but that of those who made it."""

    async def keep(answer: Response) -> None:
        path = answer.headers.get("Location", "")
        if answer.status_code == 201 and path.split("/")[2] not in PUBLISHED:
            paths.add(path)

    return keep


@asynccontextmanager
async def begun(world: World, tools: Tools, *newcomers: Any) -> AsyncIterator[Story]:
    """The story on its first day; `newcomers` are the contexts of the second provider and the second school."""
    async with AsyncExitStack() as stack:
        garage, brook = [await stack.enter_async_context(each) for each in newcomers]
        story = Story(world, tools, garage, brook)
        for parties, paths in ((story.ours, story.made), (story.strangers, story.theirs)):
            for party in parties:
                party.http.event_hooks["response"].append(keeps_in(paths))
        await the_strangers_place_a_child_too(story)
        yield story


async def the_strangers_place_a_child_too(story: Story) -> None:
    """So that their lists are not empty of everything."""
    council, school, provider = story.strangers
    calendar = await created(council, "/v1/calendars", YEAR)
    pupil = await created(council, "/v1/pupils", {**CHILD, "family_name": "Otherwise"})
    proposed = await created(
        council,
        "/v1/placements",
        PURPOSE
        | TERMS
        | {
            "pupil_id": pupil["id"],
            "provider_id": str(provider.id),
            "host_school_id": str(school.id),
            "spot_purchase": True,
            "calendar_id": calendar["id"],
            "starts_on": "2026-10-05",
        },
    )
    await done(provider, f"/v1/placements/{proposed['id']}", "acceptance")


async def created(party: Party, path: str, body: object) -> Any:
    """What the party has just made."""
    answer = await party.post(path, body)
    assert answer.status_code == 201, answer.text
    return answer.json()


async def added(party: Party, path: str, body: object) -> Any:
    """The resource with what the party has just added to it."""
    answer = await party.post(path, body)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def done(party: Party, path: str, verb: str, body: object = None) -> Any:
    """The resource as the verb left it."""
    answer = await party.act(path, verb, body)
    assert answer.status_code in (200, 201), answer.text
    return answer.json()


async def written(party: Party, path: str, body: object, part: str = "") -> Any:
    """Puts the whole of a resource, or of a `part` of it."""
    etag = (await party.get(path)).headers["ETag"]
    answer = await party.http.put(f"{path}{part}", json=body, headers={"If-Match": etag})
    assert answer.status_code == 200, answer.text
    return answer.json()


async def read(party: Party, path: str, **asked: Any) -> Any:
    answer = await party.get(path, **asked)
    assert answer.status_code == 200, f"{path}: {answer.text}"
    return answer.json()


async def listed(party: Party, path: str, **asked: Any) -> list[Any]:
    return list((await read(party, path, limit=200, **asked))["items"])


async def refused(rule: str, answer: Any) -> Any:
    """The body of a refusal by this rule."""
    found = await answer
    assert (found.status_code, found.json().get("rule")) == (409, rule), found.text
    return found.json()


async def agreed(party: Party, path: str) -> Any:
    """The party's own word, and the resource as it is then."""
    return await added(party, f"{path}/agreements", AGREED)


async def told(party: Party, kind: str) -> list[str]:
    """The resources of all events of a kind in a party's feed."""
    return [event["resource"] for event in await listed(party, "/v1/events", types=kind)]


async def clocks(party: Party, placement: str) -> dict[str, list[tuple[str, str | None]]]:
    """The clocks of a placement as the party reads them: state and day, by kind."""
    found: dict[str, list[tuple[str, str | None]]] = {}
    for each in (await read(party, f"/v1/placements/{placement}/clocks"))["clocks"]:
        found.setdefault(each["kind"], []).append((each["state"], each["due_on"]))
    return found


async def nobody_else_saw_it(story: Story) -> None:
    """The strangers' lists and feeds hold nothing of the story, and none of its addresses exists for them."""
    new, story.looked_at = story.made - story.looked_at, set(story.made)
    secret = ids_in(story.made)
    lists = {*ALWAYS_LOOKED_AT, *(path.split("/")[2] for path in new)}
    for stranger in story.strangers:
        for name in sorted(lists):
            await _holds_none(stranger, f"/v1/{name}", secret, limit=200)
        for path in sorted(new):
            answer = await stranger.get(path)
            assert answer.status_code in (403, 404), f"{stranger.name} reads {path}"
        await _feed_holds_none(story, stranger, secret)


async def _feed_holds_none(story: Story, stranger: Party, secret: set[str]) -> None:
    """Reads on in a stranger's feed from where it was left."""
    more = True
    while more:
        cursor = story.feeds.get(stranger.name)
        page = await stranger.get("/v1/events", limit=200, **({"cursor": cursor} if cursor else {}))
        assert page.status_code == 200, page.text
        assert not [id_ for id_ in secret if id_ in page.text], f"{stranger.name}'s feed"
        story.feeds[stranger.name], more = page.json()["next_cursor"], page.json()["more"]


async def _holds_none(party: Party, path: str, secret: set[str], **asked: Any) -> None:
    """One list: what a caller of this kind may not ask at all shows nothing either."""
    answer = await party.get(path, **asked)
    assert answer.status_code in (200, 403), f"{path}: {answer.text}"
    found = [id_ for id_ in secret if id_ in answer.text]
    assert not found, f"{party.name} meets {found} in {path}"


async def no_list_mixes_the_two(story: Story, contract: dict[str, Any]) -> None:
    """Every list of the contract: the strangers meet nothing of the story in it, and the council nothing of theirs."""
    for stranger in story.strangers:
        assert len(await listed(stranger, "/v1/placements")) == 1, "the strangers' own"
    for parties, others in ((story.strangers, ids_in(story.made)), ((story.council,), ids_in(story.theirs))):
        for path, asked in _lists(contract):
            for party in parties:
                await _holds_none(party, path, others, **asked)


def ids_in(paths: set[str]) -> set[str]:
    return {id_ for path in paths for id_ in re.findall(r"[0-9a-f]{8}-[0-9a-f-]{27}", path)}


def _lists(contract: dict[str, Any]) -> Iterator[tuple[str, dict[str, str]]]:
    values = {"on_date": "2026-11-24", "school_year": "2026-27"}
    for path, methods in contract["paths"].items():
        if "get" in methods and "{" not in path and path.startswith("/v1/"):
            required = [each["name"] for each in methods["get"].get("parameters", []) if each.get("required")]
            yield path, {name: values[name] for name in required}
