"""Claiming attempts to deliver notifications, and noting what became of them: sets of rows at a time.

Each note looks at the present state, so that an acknowledgement that comes meanwhile is never overwritten; which state
may follow which is for the table in the rules to say. Alerts are locked before their notifications, as everywhere, so
that nobody waits for each other. Attempts go by the database's clock: those of machines may differ.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from app.rules.absconding import NOTIFICATIONS, NotificationState
from app.rules.absconding_escalation import call_is_needed, retry_after

_WANTED = """
    n.next_attempt_at is not null and (n.attempts = 0 or n.next_attempt_at <= clock_timestamp())
    and coalesce(n.claimed_until <= clock_timestamp(), true)
    and n.state <> 'acknowledged' and not (n.channel = 'phone' and n.state = 'delivered')
"""
# In turns by provider, so that a flood from one delays no other.
_CLAIM = text(
    f"""
    with waiting as (
        select n.id, n.next_attempt_at, a.raised_by_id
        from alert_notifications n join absconding_alerts a on a.id = n.alert_id
        where {_WANTED} and a.state <> 'closed' and not (n.id = any(:at_hand))
          and not coalesce(n.organisation_id = any(:busy), false)
          and (cast(:only as uuid) is null or n.id = :only)
        order by n.next_attempt_at limit 5000
    ), in_turns as (
        select id, next_attempt_at,
               row_number() over (partition by raised_by_id order by next_attempt_at) as turn
        from waiting
    ), claimed as (
        select n.id from in_turns t join alert_notifications n on n.id = t.id
        where {_WANTED}
        order by t.turn, t.next_attempt_at
        limit :most
        for no key update of n skip locked
    )
    update alert_notifications n
    set attempts = n.attempts + 1, claimed_until = clock_timestamp() + :lease
    from claimed where n.id = claimed.id
    returning n.id, n.attempts, n.next_attempt_at, n.organisation_id
    """  # noqa: S608 - our own literals
)
_RENEW = text(
    """
    update alert_notifications n set claimed_until = clock_timestamp() + :lease
    from (select id from alert_notifications where id = any(:ids) and claimed_until is not null
          for no key update skip locked) as mine
    where n.id = mine.id
    """
)
_INTERRUPTED = text(
    """
    update alert_attempts t set result = 'interrupted', ended_at = t.began_at
    from unnest(cast(:ids as uuid[]), cast(:numbers as integer[])) as now_at(id, number)
    where t.notification_id = now_at.id and t.number < now_at.number and t.result is null
    """
)
_LOCK_ALERTS = text(
    """
    select a.id from absconding_alerts a
    where a.id in (select alert_id from alert_notifications where id = any(:ids))
    order by a.id for no key update of a
    """
)
_END_ATTEMPTS = text(
    """
    update alert_attempts t set result = ended.result, ended_at = ended.at
    from unnest(cast(:ids as uuid[]), cast(:results as text[]), cast(:ats as timestamptz[])) as ended(id, result, at)
    where t.id = ended.id
    """
)
# What one notification's attempt came to. Whoever asked for a further attempt meanwhile keeps the wish. The state as it
# was is read under the lock, so that a step is told once.
_NOTE = text(
    """
    with noted as (
        select * from unnest(
            cast(:ids as uuid[]), cast(:verbs as text[]), cast(:results as text[]), cast(:ats as timestamptz[]),
            cast(:dues as timestamptz[]), cast(:agains as interval[]), cast(:calls as boolean[]),
            cast(:phones as text[])) as each (id, verb, result, at, due, again, call, phone)
    ), before as (
        select n.id, n.state, n.call_needed_at, n.channel from alert_notifications n join noted using (id)
        for no key update of n
    ), moves as (
        select noted.*, before.state as was,
               noted.verb = 'deliver' and before.state = any(:may_deliver) as delivers,
               noted.verb = 'fail' and before.state = any(:may_fail) as fails,
               (noted.call and before.state in ('pending', 'failed') and before.call_needed_at is null) as calls
        from noted join before using (id)
    ), told as (
        update alert_notifications n
        set state = case when m.delivers then :delivered when m.fails then :failed else n.state end,
            delivered_at = case when m.delivers then m.at else n.delivered_at end,
            last_result = case when n.state <> 'acknowledged' then m.result else n.last_result end,
            claimed_until = null,
            next_attempt_at = case when n.next_attempt_at is distinct from m.due then n.next_attempt_at
                                   when m.again is not null then clock_timestamp() + m.again end,
            channel = case when m.calls and m.verb = 'phone' then 'phone' else n.channel end,
            call_needed_at = case when m.calls then m.at else n.call_needed_at end,
            phone = case when m.calls then m.phone else n.phone end
        from moves m where n.id = m.id
        returning n.id, n.alert_id, n.placement_id, m.at, m.was, m.delivers, m.fails, m.calls
    ), touched as (
        update absconding_alerts a set changed_at = greatest(a.changed_at, told.at) from told where a.id = told.alert_id
    ), steps as (
        insert into alert_steps (id, alert_id, placement_id, notification_id, what, at, recorded_at)
        select gen_random_uuid(), t.alert_id, t.placement_id, t.id, step.what, t.at, t.at
        from told t cross join lateral (values
            (1, 'notification_delivered', t.delivers), (1, 'notification_failed', t.fails and t.was = 'pending'),
            (2, 'call_needed', t.calls)) as step (place, what, holds)
        where step.holds order by t.at, step.place
    )
    select alert_id, placement_id, at from told where calls
    """
)
_FORGET = text(
    """
    update alert_notifications n set next_attempt_at = null from absconding_alerts a
    where a.id = n.alert_id and n.next_attempt_at is not null
      and (a.state = 'closed' or n.state = 'acknowledged' or n.channel = 'phone' and n.state = 'delivered')
      and coalesce(n.claimed_until <= clock_timestamp(), true)
    """
)


@dataclass(frozen=True, slots=True)
class Claim:
    """A notification that is the claimer's to attempt, for as long as the claim is renewed. `due` names the wish that
    the attempt fulfils.
    """

    notification_id: UUID
    number: int
    due: datetime
    organisation_id: UUID | None


@dataclass(frozen=True, slots=True)
class Note:
    """What an attempt came to. `verb` is that of the table, `phone` where nobody has an address, and `told` where the
    email was about a call and so delivers nothing.
    """

    claim: Claim
    verb: str
    result: str
    at: datetime
    phone: str | None = None


@dataclass(frozen=True, slots=True)
class EndedAttempt:
    attempt_id: UUID
    result: str
    at: datetime


@dataclass(frozen=True, slots=True)
class CallNeeded:
    alert_id: UUID
    placement_id: UUID
    at: datetime


async def claim_attempts(
    session: AsyncSession,
    *,
    lease: timedelta,
    most: int,
    at_hand: Collection[UUID] = (),
    busy: Collection[UUID] = (),
    only: UUID | None = None,
) -> list[Claim]:
    """Takes up to `most` notifications whose time has come, save those `at_hand` and those to organisations that are
    `busy`. What their last attempt left unfinished is noted as interrupted.
    """
    wanted = {"lease": lease, "most": most, "at_hand": list(at_hand), "busy": list(busy), "only": only}
    rows = (await session.execute(_CLAIM, wanted)).all()
    claims = [Claim(row.id, row.attempts, row.next_attempt_at, row.organisation_id) for row in rows]
    again = [claim for claim in claims if claim.number > 1]
    if again:
        numbers = {"ids": [c.notification_id for c in again], "numbers": [c.number for c in again]}
        await session.execute(_INTERRUPTED, numbers)
    return claims


async def renew_claims(session: AsyncSession, notification_ids: Collection[UUID], lease: timedelta) -> None:
    await session.execute(_RENEW, {"ids": list(notification_ids), "lease": lease})


async def forget_settled(session: AsyncSession) -> None:
    """Takes back wishes to attempt what was closed or settled since."""
    await session.execute(_FORGET)


async def note_attempts(
    session: AsyncSession, ended: Sequence[EndedAttempt], notes: Sequence[Note]
) -> list[CallNeeded]:
    """Writes down what became of attempts; gives the calls that became necessary by it. One note a notification."""
    if notes:
        await session.execute(_LOCK_ALERTS, {"ids": [note.claim.notification_id for note in notes]})
    if ended:
        columns = {
            "ids": [each.attempt_id for each in ended],
            "results": [each.result for each in ended],
            "ats": [each.at for each in ended],
        }
        await session.execute(_END_ATTEMPTS, columns)
    if not notes:
        return []
    rows = await session.execute(_NOTE, {**_columns(notes), **_table()})
    return [CallNeeded(row.alert_id, row.placement_id, row.at) for row in rows]


def _columns(notes: Sequence[Note]) -> dict[str, object]:
    return {
        "ids": [note.claim.notification_id for note in notes],
        "verbs": [note.verb for note in notes],
        "results": [note.result for note in notes],
        "ats": [note.at for note in notes],
        "dues": [note.claim.due for note in notes],
        "agains": [retry_after(note.claim.number) if note.verb == "fail" else None for note in notes],
        "calls": [
            note.verb == "phone" or (note.verb == "fail" and call_is_needed(note.claim.number)) for note in notes
        ],
        "phones": [note.phone for note in notes],
    }


def _table() -> dict[str, object]:
    return {
        "may_deliver": [state.value for state in NOTIFICATIONS.states_for("deliver")],
        "may_fail": [state.value for state in NOTIFICATIONS.states_for("fail")],
        "delivered": NotificationState.DELIVERED.value,
        "failed": NotificationState.FAILED.value,
    }
