"""The endpoints of the run: whose each is, how its receiver behaves once things go wrong, and how it must end."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from benchmarks.deliveries_receivers import (
    BREAKING,
    ERRING,
    GONE,
    HANGING,
    REDIRECTING,
    SLOW,
    WELL,
    Receiver,
)
from benchmarks.deliveries_world import World

PROOF_SECONDS = 30


@dataclass(frozen=True, slots=True)
class Wanted:
    """`ends_well` says that everything must have arrived in the end; `rotated`, that its secret changes on the way."""

    name: str
    party: str
    behaviour: str = WELL
    ends_well: bool = True
    rotated: bool = False
    event_types: tuple[str, ...] | None = None


@dataclass
class Endpoint:
    """An endpoint that was proved. `spoilt` is what a canary has done."""

    wanted: Wanted
    id: str
    receiver: Receiver
    spoilt: list[str] = field(default_factory=list)

    @property
    def name(self) -> str:
        return self.wanted.name

    @property
    def behaviour(self) -> str:
        return self.wanted.behaviour

    @property
    def ends_well(self) -> bool:
        return self.wanted.ends_well

    @property
    def rotated(self) -> bool:
        return self.wanted.rotated

    @property
    def always_well(self) -> bool:
        """Whether its receiver never failed, so that its messages must never wait for others'."""
        return self.behaviour == WELL and self.name != "refusing"


def endpoints_wanted() -> list[Wanted]:
    """An organisation's own endpoint has its name."""
    return [
        Wanted("well", "well"),
        Wanted("erring", "erring", ERRING),
        Wanted("slow", "slow", SLOW),
        Wanted("hanging", "hanging", HANGING, ends_well=False),
        Wanted("refusing", "refusing"),
        Wanted("redirecting", "redirecting", REDIRECTING, ends_well=False),
        Wanted("gone", "gone", GONE, ends_well=False),
        Wanted("breaking", "breaking", BREAKING),
        Wanted("north council", "north council"),
        Wanted("north council, rotated", "north council", rotated=True),
        Wanted("north council, hanging", "north council", HANGING, ends_well=False),
        Wanted("north council, alerts only", "north council", event_types=("absconding-alert.raised",)),
        Wanted("north setting", "north setting"),
        Wanted("south council", "south council"),
        Wanted("south school", "south school"),
        Wanted("south setting", "south setting"),
    ]


async def prove_all(world: World, wanted: Sequence[Wanted], receivers: Mapping[str, Receiver]) -> list[Endpoint]:
    """Each made over HTTP and proved by the workers."""
    endpoints = []
    for each in wanted:
        party, receiver = world.parties[each.party], receivers[each.name]
        types = list(each.event_types) if each.event_types else None
        made = await world.post(party, "/v1/webhook-endpoints", {"url": receiver.url, "event_types": types})
        assert made.status_code == 201, made.text
        receiver.add_secret(made.json()["secret"])
        endpoint = Endpoint(each, made.json()["id"], receiver)
        asked = await world.post(party, f"/v1/webhook-endpoints/{endpoint.id}/proof")
        assert asked.status_code == 201, asked.text
        endpoints.append(endpoint)
    async with asyncio.timeout(PROOF_SECONDS):
        for endpoint in endpoints:
            path = f"/v1/webhook-endpoints/{endpoint.id}"
            while (await world.read(world.parties[endpoint.wanted.party], path))["state"] != "enabled":  # noqa: ASYNC110
                await asyncio.sleep(0.2)
    return endpoints


async def rotate(world: World, endpoint: Endpoint) -> None:
    """A new secret beside the one before, which goes on signing."""
    path = f"/v1/webhook-endpoints/{endpoint.id}/secrets"
    made = await world.post(world.parties[endpoint.wanted.party], path, {"overlap_hours": 24})
    assert made.status_code == 200, made.text
    endpoint.receiver.add_secret(made.json()["secret"])
