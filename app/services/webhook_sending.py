"""Sending webhooks, by the worker: what is new in each feed becomes messages, and what is due is sent.

An endpoint has a place in its organisation's feed. Its messages are added and the place is moved on in one
transaction, so that none is lost or added twice, however many workers there are and whenever one is killed. Whoever
sends a message leases it for a little longer than an attempt may last; a killed worker's messages are taken up again
when the lease is over. Attempts run beside one another, so that a receiver that hangs delays nobody else.
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import structlog
from sqlalchemy import insert
from sqlalchemy.dialects.postgresql import insert as insert_or_leave
from sqlalchemy.ext.asyncio import AsyncSession

from app.clock import utc_now
from app.models.webhooks import WebhookAttempt, WebhookDelivery, WebhookEndpoint, WebhookSecret
from app.outbox.tools import Tools
from app.outbox.webhook_http import SECONDS, Sender
from app.outbox.webhook_messages import body_of, message_id_of
from app.outbox.webhook_secrets import SealingKeys, SecretNotOpened, sealing_keys, signed_headers
from app.queries.webhook_sending import (
    due_deliveries,
    endpoints_behind,
    free_endpoint,
    sealed_secrets,
    stretch_behind,
)
from app.rules.webhook_deliveries import PROOF, AttemptResult, result_of
from app.rules.webhook_retries import asked_wait
from app.services.webhook_deliveries import message_of
from app.services.webhook_outcomes import Outcome, note_outcome

LEASE = timedelta(seconds=SECONDS + 5)
LOOK_SECONDS, SHORTEST_PAUSE_SECONDS = 1.0, 0.05
GRACE_SECONDS = 8.0

# Of one worker. Endpoints that fail share places of their own, one at a time each.
AT_ONCE, FAILING_AT_ONCE, EACH_AT_ONCE = 60, 30, 6

# Of all workers together: one host may receive for hundreds of schools.
EACH_HOST_AT_ONCE = 20

NOTING_AT_ONCE = 4

MOST_ENDPOINTS, MOST_EVENTS = 200, 500

_log = structlog.get_logger("waymark.webhooks")


@dataclass(frozen=True, slots=True)
class Held:
    """A message under our lease, with all that an attempt needs."""

    delivery: WebhookDelivery
    url: str
    leased_until: datetime
    secrets: Sequence[WebhookSecret]


class Sending:
    """One worker's sending. `sender` is another where tests receive."""

    def __init__(self, tools: Tools, sender: Sender | None = None) -> None:
        self._sessions = tools.sessions
        self._keys: SealingKeys = sealing_keys(tools.settings)
        self._sender = sender or Sender(private=tools.settings.webhook_private_receivers)
        self._noting = asyncio.Semaphore(NOTING_AT_ONCE)
        self._running: dict[bool, set[asyncio.Task[None]]] = {False: set(), True: set()}

    async def run(self, alive: Callable[[], None] = lambda: None) -> None:
        """Sends until cancelled, then lets attempts that have begun end. Raises where the database goes away."""
        try:
            while True:
                await self.round()
                alive()
                await self._until_something_ends()
        finally:
            await self.settle(GRACE_SECONDS)

    async def round(self) -> int:
        """Adds what is new and begins what is due; gives how many attempts it began."""
        await self.fan_out()
        begun = 0
        for failing, places in ((False, AT_ONCE), (True, FAILING_AT_ONCE)):
            running = self._running[failing]
            for held in await self._lease(failing=failing, most=places - len(running)):
                task = asyncio.create_task(self._attempt(held))
                running.add(task)
                task.add_done_callback(running.discard)
                begun += 1
        return begun

    async def settle(self, seconds: float | None = None) -> None:
        """Waits for the attempts that have begun, and cancels those that last longer: their lease will end."""
        running = self._running[False] | self._running[True]
        if running:
            _, late = await asyncio.wait(running, timeout=seconds)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)

    async def fan_out(self) -> int:
        """Adds the messages for what is new in the feeds; gives how many."""
        async with self._sessions() as session:
            behind = await endpoints_behind(session, MOST_ENDPOINTS)
        return sum([await self._follow(endpoint_id) for endpoint_id in behind])

    async def _follow(self, endpoint_id: UUID) -> int:
        """Messages and place in one transaction, for whichever worker has the endpoint's row."""
        async with self._sessions() as session:
            endpoint = await free_endpoint(session, endpoint_id)
            if endpoint is None:
                return 0
            stretch = await stretch_behind(session, endpoint, MOST_EVENTS)
            if not stretch:
                return 0
            now = utc_now()
            wanted = endpoint.event_types
            new = [
                message_of(endpoint, each.event, now) for each in stretch if wanted is None or each.event.type in wanted
            ]
            if new:
                rows = [each.model_dump() for each in new]
                await session.execute(insert_or_leave(WebhookDelivery).on_conflict_do_nothing(), rows)
            endpoint.position_txid, endpoint.position_seq = stretch[-1].txid, stretch[-1].seq
            await session.commit()
        return len(new)

    async def _lease(self, *, failing: bool, most: int) -> list[Held]:
        if most <= 0:
            return []
        async with self._sessions() as session:
            now = utc_now()
            due = await due_deliveries(
                session, now, failing=failing, each=EACH_AT_ONCE, each_host=EACH_HOST_AT_ONCE, most=most
            )
            if not due:
                return []
            sealed = await sealed_secrets(session, [endpoint.id for _, endpoint in due], now)
            await _note_interrupted(session, [delivery for delivery, _ in due])
            held = [_hold(delivery, endpoint, sealed, now + LEASE) for delivery, endpoint in due]
            await session.commit()
        return held

    async def _attempt(self, held: Held) -> None:
        """One attempt, and what came of it. No connection to the database is held while a receiver is waited for."""
        try:
            outcome = await self._send(held)
            async with self._noting, self._sessions() as session:
                await note_outcome(session, outcome)
                await session.commit()
        except Exception:
            _log.exception("webhook_not_noted", delivery_id=str(held.delivery.id))
            return
        if outcome.result is not AttemptResult.SUCCEEDED:
            _log.info(
                "webhook_not_delivered",
                delivery_id=str(held.delivery.id),
                endpoint_id=str(held.delivery.endpoint_id),
                result=outcome.result.value,
                status=outcome.status,
            )

    async def _send(self, held: Held) -> Outcome:
        delivery, at, body = held.delivery, utc_now(), body_of(held.delivery)
        try:
            opened = [self._keys.open(each.id, each.key_id, each.sealed) for each in held.secrets]
        except SecretNotOpened:
            return Outcome(delivery.id, held.url, held.leased_until, at, utc_now(), AttemptResult.NOT_SIGNED)
        headers = signed_headers(opened, message_id_of(delivery), at, body)
        proof = delivery.type == PROOF
        try:
            answer = await self._sender.post(held.url, headers, body, read_answer=proof)
        except Exception:  # a receiver that finds a fault of ours is told no oftener than one that fails
            _log.exception("webhook_not_attempted", delivery_id=str(delivery.id))
            answer = AttemptResult.BROKEN_ANSWER
        ended_at = utc_now()
        if isinstance(answer, AttemptResult):
            return Outcome(delivery.id, held.url, held.leased_until, at, ended_at, answer)
        result = result_of(answer.status)
        if proof and result is AttemptResult.SUCCEEDED and not _answers(delivery.challenge, answer.body):
            result = AttemptResult.CHALLENGE_MISSING
        asked = asked_wait(answer.status, answer.retry_after, ended_at)
        return Outcome(delivery.id, held.url, held.leased_until, at, ended_at, result, answer.status, asked)

    async def _until_something_ends(self) -> None:
        await asyncio.sleep(SHORTEST_PAUSE_SECONDS)
        running = self._running[False] | self._running[True]
        if running:
            await asyncio.wait(running, timeout=LOOK_SECONDS, return_when=asyncio.FIRST_COMPLETED)
        else:
            await asyncio.sleep(LOOK_SECONDS)


def _answers(challenge: str | None, body: bytes) -> bool:
    return bool(challenge) and str(challenge).encode() in body


def _hold(
    delivery: WebhookDelivery, endpoint: WebhookEndpoint, sealed: Sequence[WebhookSecret], until: datetime
) -> Held:
    delivery.leased_until = until
    return Held(delivery, endpoint.url, until, [each for each in sealed if each.endpoint_id == endpoint.id])


async def _note_interrupted(session: AsyncSession, due: Sequence[WebhookDelivery]) -> None:
    """A lease that ran out was of an attempt that nobody could note: it may have arrived, so it is shown."""
    lost = [
        {
            "delivery_id": each.id,
            "organisation_id": each.organisation_id,
            "at": each.leased_until - LEASE,
            "result": AttemptResult.INTERRUPTED,
            "milliseconds": int(LEASE.total_seconds() * 1000),
        }
        for each in due
        if each.leased_until is not None
    ]
    if lost:
        await session.execute(insert(WebhookAttempt), lost)
