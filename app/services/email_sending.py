"""Sending the emails about attendance: done by the worker, each on its own, for as long as it is of use.

An attempt is claimed for a while before anything is sent, so that two workers do not send the same email, and no
connection to the database is held while a server is waited for. A worker killed between sending and noting it leaves
the claim to run out: the email is then sent a second time, with the same Message-ID. A sandbox that sends nothing keeps
the email in the transaction that notes it, and keeps it once.
"""

import asyncio
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from app.clock import utc_now
from app.db.engine import Sessions
from app.models.emails import EmailDelivery
from app.outbox.email import MailFailure, failure_of, send_mail
from app.outbox.tools import Tools
from app.queries.email_content import email_again, unsent_emails
from app.services.email_attempts import begin, end_failed, end_not_needed, end_sent
from app.services.email_writing import Letter, NotWritten, write_email

LINES = 4
SEND_SECONDS = 20
CLAIMED_FOR = timedelta(seconds=60)
MOST_KEPT_AT_ONCE = 50
NOT_WRITTEN = MailFailure("not_written")

_log = structlog.get_logger("waymark.emails")


@dataclass(frozen=True, slots=True)
class Claim:
    delivery_id: UUID
    attempt: int


async def send_due_emails(tools: Tools) -> int:
    """Attempts every email whose time has come, a few at once so that one that hangs delays no other."""
    if tools.settings.keeps_mails and tools.settings.is_sandbox:
        return await keep_due_emails(tools.sessions)
    async with asyncio.TaskGroup() as lines:
        counts = [lines.create_task(_one_after_another(tools)) for _ in range(LINES)]
    return sum(each.result() for each in counts)


async def keep_due_emails(sessions: Sessions, sandbox_id: UUID | None = None) -> int:
    """Keeps, as of when it was due, each email that nothing sends; of one sandbox and waiting for others, or of all."""
    kept, more = 0, True
    while more:
        async with sessions() as session:
            now = utc_now()
            due = await unsent_emails(
                session, due_by=now, most=MOST_KEPT_AT_ONCE, of_sandbox=sandbox_id, wait=sandbox_id is not None
            )
            for delivery in due:
                await _keep(session, delivery, now)
            await session.commit()
        kept, more = kept + len(due), len(due) == MOST_KEPT_AT_ONCE
    return kept


async def _keep(session: AsyncSession, delivery: EmailDelivery, now: datetime) -> None:
    await begin(session, delivery, delivery.due_at, next_attempt_at=now)
    outcome: Letter | NotWritten | MailFailure
    try:
        outcome = await write_email(session, delivery, delivery.due_at)
    except (ValueError, KeyError, TypeError):
        _log.exception("email_not_written", delivery_id=str(delivery.id))
        outcome = NOT_WRITTEN
    if isinstance(outcome, Letter):
        session.add(outcome.mail)
    await _note(session, delivery, outcome)


async def _one_after_another(tools: Tools) -> int:
    """Until none is due, or the worker stops: a cancellation that something below has swallowed is seen here."""
    attempted, me = 0, asyncio.current_task()
    while not (me and me.cancelling()) and (claim := await _claimed(tools)) is not None:
        await _attempt(tools, claim)
        attempted += 1
    return attempted


async def _claimed(tools: Tools) -> Claim | None:
    """The next email, claimed; None where none is due. One whose day is over is given up on the way."""
    while True:
        async with tools.sessions() as session:
            now = utc_now()
            due = await unsent_emails(session, due_by=now, most=1)
            if not due:
                return None
            delivery = due[0]
            over = now >= delivery.useful_until
            if over:
                await end_failed(session, delivery, MailFailure("too_late", final=True), now=now)
            else:
                await begin(session, delivery, now, next_attempt_at=now + CLAIMED_FOR)
            await session.commit()
        if not over:
            return Claim(delivery.id, len(delivery.attempts))


async def _attempt(tools: Tools, claim: Claim) -> None:
    outcome = await _sent(tools, claim)
    async with tools.sessions() as session:
        delivery = await email_again(session, claim.delivery_id, lock=True)
        if delivery is not None and outcome is not None:
            await _note(session, delivery, outcome, attempt=claim.attempt)
        await session.commit()


async def _sent(tools: Tools, claim: Claim) -> Letter | NotWritten | MailFailure | None:
    """What became of it; None where the email is there no more."""
    delivery_id, attempt = str(claim.delivery_id), claim.attempt
    try:
        letter = await _written(tools, claim)
    except Exception:
        _log.exception("email_not_written", delivery_id=delivery_id, attempt=attempt)
        return NOT_WRITTEN
    if not isinstance(letter, Letter):
        return letter
    try:
        async with asyncio.timeout(SEND_SECONDS):
            await send_mail(tools.settings, letter.mail)
    except Exception as error:
        failure = failure_of(error)
        _log.warning("email_not_sent", delivery_id=delivery_id, attempt=attempt, result=failure.result)
        return failure
    return letter


async def _written(tools: Tools, claim: Claim) -> Letter | NotWritten | None:
    async with tools.sessions() as session:
        delivery = await email_again(session, claim.delivery_id)
        return None if delivery is None else await write_email(session, delivery)


async def _note(
    session: AsyncSession,
    delivery: EmailDelivery,
    outcome: Letter | NotWritten | MailFailure,
    attempt: int | None = None,
) -> None:
    if isinstance(outcome, Letter):
        end_sent(delivery, outcome.at, outcome.placement_ids, attempt=attempt)
    elif isinstance(outcome, NotWritten):
        end_not_needed(delivery, outcome.at, outcome.result, attempt=attempt)
    else:
        await end_failed(session, delivery, outcome, now=utc_now(), attempt=attempt)
    await session.flush()
