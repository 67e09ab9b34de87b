"""A submission's rows into the ledger: one statement on the session's own connection.

It authorises (a row is reached only where the ledger names the caller as the session's provider), locks the sessions
in one order so that two submissions meet without deadlock, compares each row with the mark that stands, appends what
is new, moves the ledger on, and records the event. It knows nothing of why a row found no session.

Where it had to wait for a lock, the mark that was committed meanwhile is not in the statement's view of the database.
Then it changes nothing and is run again: the locks are held by now, so the second run sees what stands.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import time
from typing import Any
from uuid import UUID, uuid4

from psycopg import AsyncConnection
from sqlalchemy.ext.asyncio import AsyncSession

from app.access.caller import Caller
from app.clock import utc_now
from app.db.driver import driver
from app.outbox.catalogue import EventType
from app.problems import Unavailable
from app.rules.attendance_circumstances import KNOWN_OF_A_SESSION
from app.rules.attendance_marks import MarkOrigin
from app.rules.attendance_times import Moment
from app.services.attendance_rows import Statement

# What may be known of a session, in the order of the suggestions of a statement; each comes in four (see there).
_KNOWN = "{" + ",".join(each.value for each in KNOWN_OF_A_SESSION if each is not None) + "}"
_SETTINGS = 4 * len(KNOWN_OF_A_SESSION)

# Left to itself PostgreSQL plans the statement below anew for every post, which takes longer than running it.
_PLAN_ONCE = "set local plan_cache_mode = force_generic_plan"

_RECORD = """
with said as (
    select * from unnest(
        %(index)s::int[], %(mark_id)s::uuid[], %(placement_id)s::uuid[], %(on_date)s::date[],
        %(session)s::varchar[], %(fact)s::varchar[],
        %(arrived_at)s::time[], %(left_at)s::time[], %(minutes_late)s::int[], %(reason)s::varchar[],
        %(code)s::varchar[], %(holds)s::varchar[], %(because)s::varchar[], %(leads_to)s::int[]
    ) as row (
        index, mark_id, placement_id, on_date, session, fact, arrived_at, left_at, minutes_late, reason, code, holds,
        because, leads_to)
), ledger as (
    select said.*, e.online, e.current_mark_id, e.starts_at, e.ends_at,
           coalesce(e.first_received_at, %(now)s) <= e.due_at
               or coalesce(e.waived_at <= coalesce(e.first_received_at, %(now)s), false) as on_time,
           said.leads_to + 4 * coalesce(array_position(%(known)s::varchar[], coalesce(e.circumstance, e.waived_by)), 0)
               + 2 * e.online::int + e.council_commissioned::int + 1 as suggestion
    from said
    join expected_sessions e
      on e.placement_id = said.placement_id and e.on_date = said.on_date and e.session = said.session
    where e.provider_id = %(provider)s and e.on_date between %(first)s and %(last)s
    order by e.placement_id, e.on_date, e.session
    for update of e
), judged as (
    select ledger.*,
        case when ledger.holds = 'in_person' and ledger.online then 'code_never_online'
             when ledger.holds = 'online' and not ledger.online then 'code_contradicts_fact'
             when ledger.fact <> 'absent' and (
                      ledger.on_date = %(today)s
                          and (ledger.starts_at > %(latest_start)s
                               or ledger.minutes_late * interval '1 minute' > %(latest_event)s - ledger.starts_at)
                      or ledger.arrived_at >= ledger.ends_at
                      or ledger.left_at <= ledger.starts_at
                      or ledger.fact = 'late' and ledger.arrived_at <= ledger.starts_at
                      or ledger.minutes_late * interval '1 minute' >= ledger.ends_at - ledger.starts_at
                  ) then 'mistimed'
             when ledger.current_mark_id is null then 'recorded'
             when m.id is null then 'raced'
             when (m.fact, m.arrived_at, m.left_at, m.minutes_late, m.reason, m.code) is not distinct from
                  (ledger.fact, ledger.arrived_at, ledger.left_at, ledger.minutes_late, ledger.reason, ledger.code)
             then 'unchanged'
             else 'corrected' end as outcome,
        (%(codes)s::varchar[])[suggestion] as suggested_code, (%(rules)s::varchar[])[suggestion] as suggested_by
    from ledger
    left join attendance_marks m
      on m.id = ledger.current_mark_id and m.on_date = ledger.on_date and m.on_date between %(first)s and %(last)s
), settled as (
    select not exists (select from judged where outcome = 'raced') as so
), fresh as (
    select * from judged where outcome in ('recorded', 'corrected') and (select so from settled)
), submitted as (
    insert into attendance_submissions (id, provider_id, client_id, received_at, recorded, unchanged, rejected)
    select %(submission)s, %(provider)s, %(client)s, %(now)s, recorded, unchanged, %(rows)s - recorded - unchanged
    from (select count(*) filter (where outcome in ('recorded', 'corrected')) as recorded,
                 count(*) filter (where outcome = 'unchanged') as unchanged from judged) as counted
    where (select so from settled)
), marked as (
    insert into attendance_marks (
        id, on_date, placement_id, session, submission_id, provider_id, fact, arrived_at, left_at, minutes_late, reason,
        code, suggested_code, suggested_by, received_at, supersedes_id, origin, correction_reason, client_id,
        acting_for)
    select mark_id, on_date, placement_id, session, %(submission)s, %(provider)s, fact, arrived_at, left_at,
           minutes_late, reason, code, suggested_code, suggested_by, %(now)s, current_mark_id,
           case when outcome = 'recorded' then 'submission' else %(superseding)s end,
           case when outcome = 'corrected' then because end, %(client)s, %(acting_for)s
    from fresh
), moved as (
    update expected_sessions e
    set current_mark_id = fresh.mark_id, current_fact = fresh.fact,
        current_code = coalesce(fresh.code, fresh.suggested_code),
        first_received_at = coalesce(e.first_received_at, %(now)s), changed_at = %(now)s
    from fresh
    where e.placement_id = fresh.placement_id and e.on_date = fresh.on_date and e.session = fresh.session
      and e.on_date between %(first)s and %(last)s
), told as (
    select record_event(%(event)s, %(now)s, %(recorded_at)s, %(resource)s, changed, '{}')
    from (select array_agg(distinct placement_id) as changed from fresh) as each
    where changed is not null
)
select index, outcome, suggested_code, suggested_by,
       case when outcome = 'unchanged' then current_mark_id else mark_id end, on_time,
       case when outcome = 'mistimed' then starts_at end, case when outcome = 'mistimed' then ends_at end,
       (select count(*) from told)
from judged
"""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the ledger made of one row: a state of `MarkState`, or the code of a fault that only the ledger knows.

    `mark_id` is the mark that stands. `on_time` says whether the session's first mark came by its deadline, as
    `rules.attendance_due.punctuality`. A row that is `mistimed` (`rules.attendance_times.check_hours`) has the hours
    of its session.
    """

    index: int
    what: str
    suggested_code: str
    suggested_by: str
    mark_id: UUID
    on_time: bool
    starts_at: time | None
    ends_at: time | None


@dataclass(frozen=True, slots=True)
class Recorded:
    submission_id: UUID
    outcomes: list[Outcome]


async def record(
    caller: Caller,
    session: AsyncSession,
    statements: Sequence[Statement],
    rows: int,
    at: Moment,
    superseding: MarkOrigin = MarkOrigin.RESTATEMENT,
) -> Recorded:
    """Records a submission of `rows` rows, of which `statements` had no fault of their own.

    `superseding` is the origin of a mark that takes another's place. A statement without an outcome found no session of
    the caller's. Raises Unavailable where a mark that stands is not to be seen even with its session locked.
    """
    submission = uuid4()
    days = [each.row.on_date for each in statements] or [caller.today]
    connection = await driver(session)
    await connection.execute(_PLAN_ONCE)
    given = {
        **_columns(statements),
        "known": _KNOWN,
        "superseding": superseding.value,
        "acting_for": caller.on_behalf_of,
        "provider": caller.organisation_id,
        "client": caller.client_id,
        "submission": submission,
        "rows": rows,
        "first": min(days),
        "last": max(days),
        "today": at.today,
        "latest_event": at.latest_event,
        "latest_start": at.latest_start,
        "now": caller.now,
        "recorded_at": utc_now(),
        "event": EventType.ATTENDANCE_RECEIVED.value,
        "resource": f"/v1/attendance-submissions/{submission}",
    }
    outcomes = await _run(connection, given)
    if _raced(outcomes):
        outcomes = await _run(connection, given)
    if _raced(outcomes):
        raise Unavailable
    return Recorded(submission, outcomes)


async def _run(connection: AsyncConnection[Any], given: dict[str, object]) -> list[Outcome]:
    cursor = await connection.execute(_RECORD, given)
    return [Outcome(*found[:8]) for found in await cursor.fetchall()]


def _raced(outcomes: Sequence[Outcome]) -> bool:
    return any(each.what == "raced" for each in outcomes)


_COLUMNS = (
    "index", "mark_id", "placement_id", "on_date", "session", "fact", "arrived_at", "left_at", "minutes_late", "reason",
    "code", "holds", "because", "leads_to",
)  # fmt: skip


def _columns(statements: Sequence[Statement]) -> dict[str, object]:
    """One array a column, as text: every value is of our own making and holds none of an array's own signs but `\\`.

    The reasons for corrections are other people's words: they go as a list, and only where there are any.
    The ids of the marks are one random id, numbered in its last digits: they fall on one page of the index.
    """
    of_marks = str(uuid4())[:-4]
    leads_to: dict[tuple[tuple[str, str], ...], int] = {}
    rows = [
        (
            s.index,
            f"{of_marks}{s.index:04x}",
            s.row.placement_id,
            s.row.on_date,
            s.row.session.value,
            s.stated.fact.value,
            s.row.arrived_at,
            s.row.left_at,
            s.row.minutes_late,
            s.row.reason and s.row.reason.value,
            s.stated.code and s.stated.code.replace("\\", "\\\\"),
            s.stated.holds.value,
            None,
            leads_to.setdefault(s.suggestions, len(leads_to)) * _SETTINGS,
        )
        for s in statements
    ]
    columns: Iterable[Sequence[object]] = zip(*rows, strict=True) if rows else [()] * len(_COLUMNS)
    given: dict[str, object] = {name: _array(column) for name, column in zip(_COLUMNS, columns, strict=True)}
    if any(s.row.correction_reason for s in statements):
        given["because"] = [s.row.correction_reason for s in statements]
    suggested = [each for suggestions in leads_to for each in suggestions]
    return given | {"codes": _array([code for code, _ in suggested]), "rules": _array([rule for _, rule in suggested])}


def _array(column: Sequence[object]) -> str:
    return "{" + ",".join(["NULL" if value is None else str(value) for value in column]) + "}"
