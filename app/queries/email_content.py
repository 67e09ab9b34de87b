"""What the worker reads to write an email, over all organisations: at the moment of sending, and nothing of it is kept.

Each statement asks again who may be told: what changed since the email was planned decides.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Row, select, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from app.models.emails import EmailDelivery
from app.models.organisations import Organisation
from app.queries.child_naming import NAMING_OF_PLACEMENT
from app.rules.emails import EMAIL_DELIVERIES, EmailKind

UNSENT = EMAIL_DELIVERIES.states_for("send")
WHOM_FIRST = ("safeguarding_lead", "ap_officer", "head", "senco")
WHOM_FIRST_FOR_LISTS = ("ap_officer", "safeguarding_lead", "head", "senco")

# The addresses of an organisation for one kind of email: its own list, else its first contact that has one. `s` holds
# its settings, `told` its id.
ADDRESSES = """
case when cardinality({list}) > 0 then {list}
     else array(select c.email from contacts c
                where c.organisation_id = {told} and c.email is not null
                  and c.role = any(cast(:{whom} as text[]))
                order by array_position(cast(:{whom} as text[]), cast(c.role as text)), c.id limit 1) end
"""
SEEN_ON = """
exists (select 1 from placement_viewers v
        where v.placement_id = {placement} and v.organisation_id = {told}
          and coalesce(v.from_on <= {day}, true) and coalesce({day} <= v.until_on, true))
"""
PHONE = """
(select c.phone from contacts c
 where c.organisation_id = {of} and c.phone is not null and c.role = any(cast(:whom_first as text[]))
 order by array_position(cast(:whom_first as text[]), cast(c.role as text)), c.id limit 1)
"""

_TO_ORGANISATION = text(
    f"""
    select o.name, null as role, o.sandbox_id, b.stands_at,
           coalesce(s.daily_on, true) as daily_on, coalesce(s.list_on, true) as list_on,
           {ADDRESSES.format(list="s.daily_addresses", told="o.id", whom="whom_first")} as daily_addresses,
           {ADDRESSES.format(list="s.list_addresses", told="o.id", whom="whom_first_for_lists")} as list_addresses
    from organisations o
    left join sandboxes b on b.id = o.sandbox_id
    left join notification_settings s on s.organisation_id = o.id
    where o.id = :organisation_id
    """  # noqa: S608 - our own literals
)
_TO_SERVICE = text(
    f"""
    select c.name, c.role, o.sandbox_id, b.stands_at, true as daily_on, false as list_on,
           array[c.email] as daily_addresses, cast(array[] as text[]) as list_addresses
    from placement_contacts c
    join organisations o on o.id = c.kept_by_id
    left join sandboxes b on b.id = o.sandbox_id
    where c.placement_id = :placement_id and c.email = :address and c.told_daily_attendance and c.listed_on <= :on_date
      and {SEEN_ON.format(placement="c.placement_id", told="c.kept_by_id", day="cast(:on_date as date)")}
    order by c.listed_on, c.id limit 1
    """  # noqa: S608 - our own literals
)
_SESSIONS = f"""
    select p.id as placement_id, u.given_name, u.family_name, {NAMING_OF_PLACEMENT} as named_as,
           o.id as setting_id, o.name as setting, {PHONE.format(of="o.id")} as phone,
           e.session, e.starts_at, e.due_at, e.online, e.waived_by, e.waived_at, e.first_received_at,
           m.fact, m.arrived_at, m.left_at, m.minutes_late, m.reason, m.code, m.suggested_code, m.received_at
    from placements p
    join pupils u on u.id = p.pupil_id
    join organisations o on o.id = p.provider_id
    join expected_sessions e on e.placement_id = p.id and e.on_date = :on_date
    left join attendance_marks m on m.id = e.current_mark_id and m.on_date = e.on_date
    where p.state = 'accepted' and (e.waived_by is null or e.first_received_at is not null or :waived_too)
"""  # noqa: S608 - our own literals
_OF_ORGANISATION = f"""
      and p.id in (select v.placement_id from placement_viewers v where v.organisation_id = :organisation_id)
      and :organisation_id in (p.commissioner_id, p.host_school_id) and p.provider_id <> :organisation_id
      and {SEEN_ON.format(placement="p.id", told=":organisation_id", day="e.on_date")}
"""  # noqa: S608 - our own literals
_OF_SERVICE = "      and p.id = :placement_id"
_ORDER = " order by o.name, u.family_name, u.given_name, p.id, e.starts_at"
_DAILY = {
    True: text(_SESSIONS + _OF_ORGANISATION + "      and e.session = :part" + _ORDER),
    False: text(_SESSIONS + _OF_SERVICE + "      and e.session = :part" + _ORDER),
}
# What was received after the email about its half-day had told of the placement.
_SINCE = """
      and exists (select 1 from email_deliveries d
                  where d.kind = 'daily_attendance' and d.on_date = e.on_date and d.part = e.session
                    and d.organisation_id = :told_id and d.placement_id is not distinct from cast(:placement_id as uuid)
                    and d.address = :address and d.state = 'sent' and p.id = any(d.placement_ids)
                    and m.received_at >= d.sent_at - cast(:slack as interval))
"""
_CHANGES = {
    True: text(_SESSIONS + _OF_ORGANISATION + _SINCE + _ORDER),
    False: text(_SESSIONS + _OF_SERVICE + _SINCE + _ORDER),
}
_MISSING = "      and e.first_received_at is null and e.due_at < :before and e.due_at >= :from"
_WATCHED = """
      and p.id in (select v.placement_id from placement_viewers v where v.organisation_id = :organisation_id)
      and p.provider_id <> :organisation_id
      and exists (select 1 from placement_viewers v
                  where v.placement_id = p.id and v.organisation_id = :organisation_id
                    and v.basis in ('commissioner', 'framework_council')
                    and coalesce(v.from_on <= e.on_date, true) and coalesce(e.on_date <= v.until_on, true))
"""
_PROVIDED = f"""
      and p.provider_id = :organisation_id
      and {SEEN_ON.format(placement="p.id", told=":organisation_id", day="e.on_date")}
"""
_OWED = {
    EmailKind.MISSING_LIST: text(_SESSIONS + _MISSING + _WATCHED + _ORDER),
    EmailKind.MISSING_REMINDER: text(_SESSIONS + _MISSING + _PROVIDED + _ORDER),
}


@dataclass(frozen=True, slots=True)
class Recipient:
    """To whom an email goes: an organisation, or (`role`) a named service. `stands_at` is a sandbox's clock."""

    name: str
    role: str | None
    sandbox_id: UUID | None
    stands_at: datetime | None
    wants: bool


async def unsent_emails(
    session: AsyncSession, *, due_by: datetime, most: int, of_sandbox: UUID | None = None, wait: bool = False
) -> Sequence[EmailDelivery]:
    """Emails whose next attempt has come, locked; those that another worker is at are skipped, or waited for.

    `due_by` is the machine's time. All worlds, or one sandbox.
    """
    statement = (
        select(EmailDelivery)
        .where(col(EmailDelivery.state).in_(UNSENT), col(EmailDelivery.next_attempt_at) <= due_by)
        .order_by(col(EmailDelivery.next_attempt_at), col(EmailDelivery.due_at), col(EmailDelivery.id))
        .limit(most)
        .with_for_update(skip_locked=not wait)
        .execution_options(populate_existing=True)
    )
    if of_sandbox is not None:
        statement = statement.where(
            col(EmailDelivery.organisation_id).in_(
                select(col(Organisation.id)).where(col(Organisation.sandbox_id) == of_sandbox)
            )
        )
    return (await session.scalars(statement)).all()


async def email_again(session: AsyncSession, delivery_id: UUID, *, lock: bool = False) -> EmailDelivery | None:
    """One email as it stands now; None where the child's identity was severed meanwhile."""
    statement = select(EmailDelivery).where(col(EmailDelivery.id) == delivery_id)
    if lock:
        statement = statement.with_for_update().execution_options(populate_existing=True)
    return (await session.scalars(statement)).one_or_none()


async def recipient_of(session: AsyncSession, delivery: EmailDelivery) -> Recipient | None:
    """To whom it goes, and whether it is still wanted at this address; None where nobody is listed there any more."""
    whom = {"whom_first": [*WHOM_FIRST], "whom_first_for_lists": [*WHOM_FIRST_FOR_LISTS]}
    if delivery.placement_id is None:
        found = await session.execute(_TO_ORGANISATION, {"organisation_id": delivery.organisation_id, **whom})
    else:
        contact = {"placement_id": delivery.placement_id, "address": delivery.address, "on_date": delivery.on_date}
        found = await session.execute(_TO_SERVICE, contact)
    row = found.one_or_none()
    if row is None:
        return None
    of_day = delivery.kind in {EmailKind.DAILY_ATTENDANCE, EmailKind.ATTENDANCE_CHANGES}
    on, addresses = (row.daily_on, row.daily_addresses) if of_day else (row.list_on, row.list_addresses)
    return Recipient(row.name, row.role, row.sandbox_id, row.stands_at, on and delivery.address in addresses)


async def sessions_told(session: AsyncSession, delivery: EmailDelivery, slack: timedelta) -> Sequence[Row[Any]]:
    """What an email of the day tells of: its half-day, or what was received since the emails of the half-days.

    `slack` is how much earlier than an email something received may be and still have been left out of it.
    """
    to_organisation = delivery.placement_id is None
    told = {
        "organisation_id": delivery.organisation_id,
        "placement_id": delivery.placement_id,
        "on_date": delivery.on_date,
        "whom_first": [*WHOM_FIRST],
        "waived_too": True,
    }
    if delivery.kind is EmailKind.DAILY_ATTENDANCE:
        return (await session.execute(_DAILY[to_organisation], {**told, "part": delivery.part.value})).all()
    since = {"told_id": delivery.organisation_id, "address": delivery.address, "slack": slack}
    return (await session.execute(_CHANGES[to_organisation], {**told, **since})).all()


async def sessions_owed(
    session: AsyncSession, kind: EmailKind, organisation_id: UUID, on_date: date, due: tuple[datetime, datetime]
) -> Sequence[Row[Any]]:
    """The sessions of which nothing was received and that were due from the first of two instants to the second."""
    of = {"organisation_id": organisation_id, "on_date": on_date, "from": due[0], "before": due[1]}
    asked = {**of, "whom_first": [*WHOM_FIRST], "waived_too": False}
    return (await session.execute(_OWED[kind], asked)).all()


_LISTED_AT = text(
    "select (cast(:on_date as date) + coalesce(max(s.list_at), cast(:list_at as time))) at time zone 'Europe/London'"
    " from notification_settings s where s.organisation_id = :organisation_id"
)


async def listed_at(session: AsyncSession, delivery: EmailDelivery, otherwise: time) -> datetime:
    """When the day's first list of this organisation is due."""
    asked = {"on_date": delivery.on_date, "organisation_id": delivery.organisation_id, "list_at": otherwise}
    found: datetime = (await session.execute(_LISTED_AT, asked)).scalar_one()
    return found
