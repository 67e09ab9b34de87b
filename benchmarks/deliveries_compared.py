"""What every organisation's feed tells, compared event by event with what its receivers got and what is shown of it."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import psycopg

from benchmarks.deliveries_driver import Driver
from benchmarks.deliveries_endpoints import Endpoint
from benchmarks.deliveries_receivers import GONE
from benchmarks.deliveries_world import World

SUCCEEDED = "succeeded"
MOST_TOLD = 5


@dataclass
class Row:
    """One endpoint's line of the table."""

    name: str
    events: int = 0
    received: int = 0
    doubled: int = 0
    attempts: int = 0
    failed: int = 0
    pending: int = 0
    state: str = ""


@dataclass
class Compared:
    """`faults` is everything that is not as it must be. `waits` are seconds from commit to first receipt, by period."""

    rows: list[Row] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    waits: dict[str, list[float]] = field(default_factory=dict)
    notes: dict[str, int] = field(default_factory=dict)
    events: int = 0
    promised: int = 0

    def check(self, holds: bool, fault: str) -> None:
        if not holds:
            self.faults.append(fault)

    def none(self, those: Sequence[object], fault: str) -> None:
        """None of `those` may be."""
        if those:
            shown = ", ".join(str(each) for each in sorted(map(str, those))[:MOST_TOLD])
            self.faults.append(f"{len(those)} {fault}: {shown}{' …' if len(those) > MOST_TOLD else ''}")


async def compare(
    world: World, driver: Driver, endpoints: Sequence[Endpoint], owner_url: str, began: dict[str, float]
) -> Compared:
    """Reads feeds, endpoints and deliveries over HTTP, as an integrator would; only times of commits by hand."""
    compared = Compared()
    feeds = {name: await world.pages(party, "/v1/events") for name, party in world.parties.items()}
    committed = _commits(compared, world, feeds, owner_url)
    compared.events = len(committed)
    _promises(compared, driver, feeds)
    for endpoint in endpoints:
        await _endpoint(compared, world, endpoint, feeds[endpoint.wanted.party])
        if endpoint.always_well:
            _waits(compared, endpoint, committed, began)
    return compared


def _commits(
    compared: Compared, world: World, feeds: dict[str, list[dict[str, Any]]], owner_url: str
) -> dict[str, float]:
    """When each event was committed; and the feeds must tell what the tables hold, each once."""
    committed: dict[str, float] = {}
    held: dict[str, list[str]] = {}
    with psycopg.connect(owner_url.replace("+psycopg", "", 1)) as connection:
        for row in connection.execute("select id::text, pg_xact_commit_timestamp(xmin) from events"):
            at: datetime = row[1]
            committed[row[0]] = at.timestamp()
        for organisation, event in connection.execute(
            "select organisation_id::text, event_id::text from event_audiences order by txid, seq"
        ):
            held.setdefault(organisation, []).append(event)
    for name, feed in feeds.items():
        told = [each["id"] for each in feed]
        compared.check(told == held.get(world.parties[name].id, []), f"the feed of {name} is not what its table holds")
    return committed


def _promises(compared: Compared, driver: Driver, feeds: dict[str, list[dict[str, Any]]]) -> None:
    """Every event that an answer of 2xx promised is told, as often as promised, to each who must know."""
    told = Counter((each["type"], each["resource"], name) for name, feed in feeds.items() for each in feed)
    compared.promised = sum(driver.promised.values())
    wrong = [f"{key} {told[key]} for {times}" for key, times in driver.promised.items() if told[key] != times]
    compared.none(wrong, "promised events are not told just once")


async def _endpoint(compared: Compared, world: World, endpoint: Endpoint, feed: list[dict[str, Any]]) -> None:
    party = world.parties[endpoint.wanted.party]
    shown = await world.read(party, f"/v1/webhook-endpoints/{endpoint.id}")
    listed = await world.pages(party, "/v1/webhook-deliveries", endpoint_id=endpoint.id)
    deliveries = {each["event_id"]: each for each in listed if each["event_id"]}
    receipts = Counter(each.webhook_id for each in endpoint.receiver.receipts)
    due = _since_enabled(endpoint, feed)
    row = Row(endpoint.name, len(due), len(receipts), state=shown["state"])
    compared.rows.append(row)
    row.doubled = sum(times - 1 for times in receipts.values())
    row.attempts = sum(len(each["attempts"]) for each in deliveries.values())
    row.failed = sum(a["result"] != SUCCEEDED for each in deliveries.values() for a in each["attempts"])
    row.pending = sum(each["state"] == "pending" for each in deliveries.values())
    of = f"of {endpoint.name}"
    compared.none([e for e in receipts if e not in {each["id"] for each in feed}], f"received are not in the feed {of}")
    compared.none([e for e in receipts if e not in deliveries], f"received are not shown as deliveries {of}")
    compared.none([r.webhook_id for r in endpoint.receiver.receipts if not r.signed], f"signatures are wrong {of}")
    compared.none(_unexplained(receipts, deliveries), f"came more often than attempts explain {of}")
    if endpoint.ends_well:
        compared.none([e for e in due if e not in receipts], f"events were never received {of}")
        undelivered = [e for e in due if deliveries.get(e, {}).get("state") != "delivered"]
        compared.none(undelivered, f"events are not shown as delivered {of}")
        compared.check(shown["state"] == "enabled", f"the endpoint {endpoint.name} is {shown['state']}")
    else:
        _failing(compared, endpoint, shown, due, deliveries, feed)


def _failing(
    compared: Compared,
    endpoint: Endpoint,
    shown: dict[str, Any],
    due: Sequence[str],
    deliveries: dict[str, Any],
    feed: list[dict[str, Any]],
) -> None:
    """Nothing is lost silently: what did not arrive is shown, tried or still to be tried, up to a loud disabling."""
    of = f"of {endpoint.name}"
    gone = endpoint.behaviour == GONE
    missing = [e for e in due if e not in deliveries]
    if gone:
        told = any(each["type"] == "webhook-endpoint.disabled" for each in feed)
        compared.check(told and shown["disabled_because"] == "gone", f"a disabling was not told {of}")
        last = max((n for n, e in enumerate(due) if e in deliveries), default=-1)
        missing = [e for e in due[:last] if e not in deliveries]
    compared.none(missing, f"events are not shown as deliveries {of}")
    states = {"delivered", "abandoned" if gone else "pending"}
    odd = [e for e, each in deliveries.items() if each["state"] not in states]
    compared.none(odd, f"deliveries are in no state that they may be in {of}")
    untried = [e for e, each in deliveries.items() if each["state"] == "delivered" and not each["attempts"]]
    compared.none(untried, f"deliveries have no attempt {of}")


def _since_enabled(endpoint: Endpoint, feed: list[dict[str, Any]]) -> list[str]:
    """The ids of what the endpoint must be told: its own enabling, and all that its feed tells behind it."""
    own = f"/v1/webhook-endpoints/{endpoint.id}"
    first = next(
        n for n, each in enumerate(feed) if (each["type"], each["resource"]) == ("webhook-endpoint.enabled", own)
    )
    types = endpoint.wanted.event_types
    return [each["id"] for each in feed[first:] if types is None or each["type"] in types]


def _unexplained(receipts: Counter[str], deliveries: dict[str, Any]) -> list[str]:
    """Each receipt is an attempt that is shown, and a second one is due to an attempt that was not seen to succeed.

    The last attempt of a message that is still pending may have been under way when the workers were stopped.
    """
    found = []
    for event, times in receipts.items():
        results = [each["result"] for each in deliveries.get(event, {}).get("attempts", [])]
        under_way = deliveries.get(event, {}).get("state") == "pending"  # when the workers were stopped
        if times > len(results) + under_way or (times > 1 and all(each == SUCCEEDED for each in results)):
            found.append(f"{event} ({times} for {results})")
    return found


def _waits(compared: Compared, endpoint: Endpoint, committed: dict[str, float], began: dict[str, float]) -> None:
    first: dict[str, float] = {}
    for each in endpoint.receiver.receipts:
        first.setdefault(each.webhook_id, each.at)
    for event, at in first.items():
        when = committed.get(event)
        periods = [name for name, since in began.items() if when is not None and since <= when]
        if when is not None and periods:
            compared.waits.setdefault(periods[-1], []).append(at - when)
