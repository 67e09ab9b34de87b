"""Delivering the notifications of an alert: done by the worker, each on its own, until it has arrived.

The worker is called when an alert is raised and looks by itself every second, so that nothing depends on the call. It
claims what is due, sends it, and renews the claim for as long as it is at it. A worker that is killed renews nothing:
another takes its notifications up seconds later. One killed between sending and noting it is the one case in which
somebody is told twice.
"""

import asyncio
from collections import Counter
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import structlog

from app.clock import utc_now
from app.models.absconding import AlertAttempt, Mail
from app.outbox.catalogue import EventType
from app.outbox.email import failure_of, send_mail
from app.outbox.jobs import Tools
from app.outbox.recording import Telling, record_events
from app.outbox.waking import ALERTS, listening
from app.queries.absconding_alerts_delivery import Address, Delivery, deliveries_of
from app.services.absconding_alerts import PATH
from app.services.absconding_alerts_attempts import (
    CallNeeded,
    Claim,
    EndedAttempt,
    Note,
    claim_attempts,
    note_attempts,
    renew_claims,
)
from app.services.absconding_alerts_outcomes import attempt_at, instant_of, is_about_a_call, keep_mails, mail_to

LOOK_SECONDS = 1.0
SEND_SECONDS = 8
CLAIMED_FOR = timedelta(seconds=4)
"""Renewed at every look. With the look that finds it, a killed worker's claim costs 5 s."""
MOST_AT_ONCE = 48
MOST_TO_ONE = 8
"""Attempts at once to one organisation: its mail may hang, and others' must go on."""
DRAIN_SECONDS = 6
_MOST_NOTED = 200

_log = structlog.get_logger("waymark.alerts")


async def keep_delivering(tools: Tools, alive: Callable[[], None] = lambda: None) -> None:
    """Delivers until cancelled, then lets the emails that are under way end. Calls `alive` at every look."""
    async with listening(tools.settings.database_worker_url, ALERTS) as bell:
        round_ = Round(tools, bell.ring)
        try:
            while True:
                await round_.renew()
                await round_.take_up()
                alive()
                await bell.listen(LOOK_SECONDS)
        finally:
            await round_.drain(DRAIN_SECONDS)


async def deliver_due(tools: Tools) -> int:
    """Attempts every notification whose time has come, and waits for the outcomes; how many were attempted."""
    round_ = Round(tools)
    taken = await round_.take_up()
    await round_.drain(SEND_SECONDS + 1)
    return taken


async def deliver(tools: Tools, notification_id: UUID) -> None:
    """One attempt to deliver this notification, where one is due and nobody else is at it."""
    round_ = Round(tools)
    await round_.take_up(notification_id)
    await round_.drain(SEND_SECONDS + 1)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What is to be written at once: the end of an attempt, what it means for the notification, an email to be kept."""

    ended: EndedAttempt | None = None
    note: Note | None = None
    mail: Mail | None = None


class Round:
    """What one worker has in hand. No connection to the database is held while a mail server is waited for."""

    def __init__(self, tools: Tools, free: Callable[[], None] = lambda: None) -> None:
        self._tools = tools
        self._free = free
        self._at_hand: dict[UUID, Claim] = {}
        self._under_way: set[asyncio.Task[None]] = set()
        self._abandoned: set[asyncio.Task[bool]] = set()
        self._unwritten: list[Outcome] = []
        self._writing = asyncio.Lock()

    async def take_up(self, only: UUID | None = None) -> int:
        """Claims what is due, as far as there are hands free, and begins to send it."""
        free = MOST_AT_ONCE - len(self._at_hand)
        if free <= 0:
            return 0
        told = Counter(claim.organisation_id for claim in self._at_hand.values())
        busy = [id_ for id_, number in told.items() if id_ is not None and number >= MOST_TO_ONE]
        async with self._tools.sessions() as session:
            claims = await claim_attempts(
                session, lease=CLAIMED_FOR, most=free, at_hand=self._at_hand, busy=busy, only=only
            )
            await session.commit()
        if claims:
            self._at_hand |= {claim.notification_id: claim for claim in claims}
            self._begin(self._prepare(claims))
        return len(claims)

    async def renew(self) -> None:
        if self._at_hand:
            async with self._tools.sessions() as session:
                await renew_claims(session, list(self._at_hand), CLAIMED_FOR)
                await session.commit()

    async def drain(self, seconds: float) -> None:
        """Waits until what is under way has ended, for at most so long. The rest is another worker's."""
        until = asyncio.get_running_loop().time() + seconds
        try:
            while self._under_way and (left := until - asyncio.get_running_loop().time()) > 0:
                await asyncio.wait(self._under_way, timeout=left)
        finally:
            for task in self._under_way:
                task.cancel()
            await asyncio.gather(*self._under_way, return_exceptions=True)

    def _begin(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)

    async def _prepare(self, claims: Sequence[Claim]) -> None:
        """Reads what to send, all at once; one that cannot be read holds up no other."""
        try:
            await self._open(claims)
        except Exception:
            _log.exception("alerts_not_read", notifications=len(claims))
            for claim in claims:
                try:
                    await self._open([claim])
                except Exception:
                    _log.exception("alert_not_attempted", notification_id=str(claim.notification_id))
                    await self._write(Outcome(note=Note(claim, "fail", "not_read", utc_now())))
                    self._ended(claim)

    async def _open(self, claims: Sequence[Claim]) -> None:
        by_id = {claim.notification_id: claim for claim in claims}
        async with self._tools.sessions() as session:
            deliveries = await deliveries_of(session, by_id)
            attempts = [
                [attempt_at(by_id[delivery.notification.id], delivery, address) for address in delivery.addresses]
                for delivery in deliveries
            ]
            session.add_all(attempt for each in attempts for attempt in each)
            await session.commit()
        for delivery, each in zip(deliveries, attempts, strict=True):
            self._begin(self._send(by_id.pop(delivery.notification.id), delivery, each))
        for claim in by_id.values():  # it is no more
            self._ended(claim)

    async def _send(self, claim: Claim, delivery: Delivery, attempts: list[AlertAttempt]) -> None:
        """Writes to every address at once. The first email that is taken delivers; where none is, it is tried again."""
        try:
            taken: list[str] = []
            sending = zip(delivery.addresses, attempts, strict=True)
            results = await asyncio.gather(*(self._send_to(claim, delivery, *each, taken) for each in sending))
            if not results:
                verb = "told" if is_about_a_call(delivery) else "phone"
                await self._write(
                    Outcome(note=Note(claim, verb, "no_email_address", instant_of(delivery), delivery.phone))
                )
            elif not taken:
                await self._write(Outcome(note=Note(claim, "fail", results[-1], instant_of(delivery), delivery.phone)))
        finally:
            self._ended(claim)

    async def _send_to(
        self, claim: Claim, delivery: Delivery, address: Address, attempt: AlertAttempt, taken: list[str]
    ) -> str:
        """One email. Its outcome in a slug: an exception's text may quote an address."""
        kept = None
        try:
            mail = mail_to(delivery, address)
            kept = None if await self._bounded(send_mail(self._tools.settings, mail)) else mail
            result = "sent"
        except Exception as error:
            result = failure_of(error).result
            _log.warning(
                "alert_not_delivered",
                notification_id=str(claim.notification_id),
                attempt=claim.number,
                result=result,
                exc_info=result == "not_sent",  # to print what is known costs the time of other emails
            )
        note = None
        if result == "sent" and not taken:
            taken.append(result)
            note = Note(claim, "told" if is_about_a_call(delivery) else "deliver", result, instant_of(delivery))
        await self._write(Outcome(EndedAttempt(attempt.id, result, instant_of(delivery)), note, kept))
        return result

    async def _bounded(self, sending: Coroutine[Any, Any, bool]) -> bool:
        """As `sending`, but for SEND_SECONDS at most: what was given up takes leave of its server by itself, which may
        hang as well. Raises TimeoutError.
        """
        task = asyncio.create_task(sending)
        self._abandoned.add(task)
        task.add_done_callback(self._abandoned.discard)
        try:
            await asyncio.wait({task}, timeout=SEND_SECONDS)
            if not task.done():
                raise TimeoutError
        finally:
            task.cancel()
        return task.result()

    async def _write(self, outcome: Outcome) -> None:
        """Writes an outcome with those that came while another write was under way: many in one transaction."""
        self._unwritten.append(outcome)
        async with self._writing:
            together, self._unwritten = self._unwritten[:_MOST_NOTED], self._unwritten[_MOST_NOTED:]
            try:
                await self._note(together)
            except Exception:
                _log.exception("attempts_not_noted", attempts=len(together))
                for each in together:
                    await self._note_alone(each)

    async def _note_alone(self, outcome: Outcome) -> None:
        """Where even that fails, the attempt counts as failed and is made again: better told twice than never."""
        failed = Outcome(note=replace(outcome.note, verb="fail", result="not_noted")) if outcome.note else Outcome()
        for each in (outcome, failed):
            try:
                await self._note([each])
                return
            except Exception:
                _log.exception("attempt_not_noted")

    async def _note(self, outcomes: Sequence[Outcome]) -> None:
        if not outcomes:
            return
        async with self._tools.sessions() as session:
            calls = await note_attempts(
                session,
                [each.ended for each in outcomes if each.ended is not None],
                [each.note for each in outcomes if each.note is not None],
            )
            await keep_mails(session, [each.mail for each in outcomes if each.mail is not None])
            await record_events(session, [_call_needed(call) for call in calls])
            await session.commit()

    def _ended(self, claim: Claim) -> None:
        self._at_hand.pop(claim.notification_id, None)
        self._free()


def _call_needed(call: CallNeeded) -> Telling:
    """Email does not reach somebody, so the provider must phone, and the feed tells it so."""
    path = f"{PATH}/{call.alert_id}"
    return Telling(EventType.ALERT_CALL_NEEDED, path, call.at, placements=(call.placement_id,))
