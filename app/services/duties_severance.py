"""Taking what was held under a severed identity to the sealed archive.

The worker adds to the archive and cannot read it; only a person who was given the role `waymark_retention` can. The
names and the UPN are taken out of every text on the way. Of the audit and of events nothing is taken: they hold ids,
which now lead nowhere.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncSession

from app.clock import london_day
from app.outbox.catalogue import EventType
from app.outbox.recording import Telling
from app.services.duties_batch import Batch
from app.services.email_texts import one_line

# Whatever hangs on a placement, what refers to another before what it refers to.
ABOUT_REFERRALS = (("referral_steps", "referral_id"), ("referral_offers", "referral_id"), ("referrals", "id"))
ABOUT_PLACEMENTS = (
    "email_deliveries",
    "alert_steps",
    "alert_attempts",
    "alert_calls",
    "alert_notifications",
    "absconding_alerts",
    "agreements",
    "dual_registrations",
    "sustained_findings",
    "sustained_checks",
    "outcomes",
    "leaver_destinations",
    "part_time_plan_reviews",
    "part_time_plans",
    "placement_facts",
    "unagreed_absence_notes",
    "unagreed_absences",
    "parental_consents",
    "early_departures",
    "suspensions",
    "immediate_terminations",
    "extensions",
    "termination_notices",
    "placement_contacts",
    "placement_return_lines",
    "host_school_checks",
    "reviews",
    "register_codes",
    "attendance_marks",
    "expected_sessions",
    "timetable_slots",
    "timetables",
    "attachments",
    "report_targets",
    "progress_reports",
    "qualification_statements",
    "qualifications",
    "teaching_observations",
    "placement_viewers",
)
"""Every table with a column `placement_id` but for referrals and what the service remembers of requests."""
_WITHOUT_ADDRESS = frozenset({"expected_sessions", "timetable_slots", "placement_viewers"})

# An alert that came in while the identity was being severed is closed first, by those who look for the child.
_SEVERED = text(
    """
    select c.id, c.registered_by_id, c.given_name, c.family_name, names_of(c) as names
    from pupils c join organisations o on o.id = c.registered_by_id
    where c.severed_at <= :until and o.sandbox_id is not distinct from cast(:sandbox_id as uuid)
      and not exists (select 1 from placements p join absconding_alerts a on a.placement_id = p.id
                      where p.pupil_id = c.id and a.state <> 'closed')
    order by c.severed_at, c.id
    limit :most
    for update of c skip locked
    """
)
_SHOW_AGAIN = text(
    """
    insert into placement_viewers (organisation_id, placement_id, basis)
    select party.organisation_id, p.id, party.basis
    from pupils c join organisations o on o.id = c.registered_by_id join placements p on p.pupil_id = c.id
    cross join lateral (values (p.commissioner_id, 'commissioner'), (p.provider_id, 'provider'),
                               (p.host_school_id, 'host_school')) as party (organisation_id, basis)
    where c.severed_at <= :until and o.sandbox_id is not distinct from cast(:sandbox_id as uuid)
      and party.organisation_id is not null
      and exists (select 1 from absconding_alerts a where a.placement_id = p.id and a.state <> 'closed')
    on conflict do nothing
    """
)
_PLACEMENTS = text(
    "select p.id, array_remove(array[p.commissioner_id, p.provider_id, p.host_school_id], null) as parties"
    " from placements p where p.pupil_id = :pupil order by p.id"
)
_REFERRALS = text(
    "select r.id,"
    " array_remove(array[r.requested_by_id, r.commissioner_id, r.council_id, r.host_school_id], null) as side"
    " from referrals r where r.pupil_id = :pupil order by r.id"
)
_OFFERS = text(
    "select o.id, o.referral_id, o.provider_id from referral_offers o"
    " where o.referral_id = any(:referrals) order by o.id"
)
_FORGET_AUDIENCES = text(
    "delete from event_audiences a using events e where a.event_id = e.id and (e.placement_id = any(:placements)"
    " or substring(e.resource from '[0-9a-f]{8}-[0-9a-f-]{27}') = any(cast(:ids as text[])))"
)
_FORGET_MAILS = text(
    "delete from mails m using organisations o where o.id = m.organisation_id"
    " and o.sandbox_id is not distinct from cast(:sandbox_id as uuid)"
    " and strpos(m.body, :family_name) > 0 and strpos(m.body, :given_name) > 0"
)
_FORGET_REPLIES = text(
    "delete from idempotency_records r using unnest(cast(:ids as text[])) as gone(id)"
    " where position(convert_to(gone.id, 'UTF8') in r.body) > 0"
)
_FORGET_TELLINGS = text(
    "delete from clock_tellings c using unnest(cast(:ids as text[])) as gone(id)"
    " where position(gone.id in c.subject) > 0"
)
_FORGET_IN_EMAILS = text(
    "update email_deliveries set placement_ids = array(select each from unnest(placement_ids) as each"
    " where each <> all(:placements)) where placement_ids && :placements"
)
_FORGET_IN_IMPORTS = text("update import_rows set made_id = null where made_id = any(cast(:ids as uuid[]))")
_ERASE = text("delete from pupils where id = :pupil")


def _retain(table: str, key: str) -> str:
    return (
        f"with gone as (delete from {table} t where t.{key} = any(:ids) returning *)"  # noqa: S608 - our own literals
        ", kept as (insert into retention.records (subject_id, of_table, content, severed_on)"
        f" select :subject, '{table}', without_names(to_jsonb(gone) - 'as_received' - 'pupil_id', :names), :today"
        " from gone) select to_jsonb(gone) ->> 'id' from gone"
    )


async def retain_severed(session: AsyncSession, sandbox_id: UUID | None, until: datetime, most: int | None) -> Batch:
    """Each severed pupil's history goes to the archive under a subject that leads to no pupil; the pupil is erased."""
    world = {"until": until, "sandbox_id": sandbox_id}
    await session.execute(_SHOW_AGAIN, world)
    severed = (await session.execute(_SEVERED, {**world, "most": most})).all()
    tellings: list[Telling] = []
    for pupil in severed:
        placements = (await session.execute(_PLACEMENTS, {"pupil": pupil.id})).all()
        referrals = (await session.execute(_REFERRALS, {"pupil": pupil.id})).all()
        offers = (await session.execute(_OFFERS, {"referrals": [each.id for each in referrals]})).all()
        await _retain_history(session, pupil, [each.id for each in referrals], [each.id for each in placements], until)
        names = {"given_name": one_line(pupil.given_name), "family_name": one_line(pupil.family_name)}
        await session.execute(_FORGET_MAILS, {"sandbox_id": sandbox_id, **names})
        tellings += _removed(pupil, placements, referrals, offers, until)
    return Batch(len(severed), tellings)


def _removed(
    pupil: Row[Any],
    placements: Sequence[Row[Any]],
    referrals: Sequence[Row[Any]],
    offers: Sequence[Row[Any]],
    at: datetime,
) -> list[Telling]:
    """Whom to tell that it must erase what it holds under which id."""

    def telling(event: EventType, path: str, who: Iterable[UUID]) -> Telling:
        return Telling(event, path, at, organisations=tuple(set(who)))

    owner = pupil.registered_by_id
    sides = {each.id: each.side for each in referrals}
    return [
        *(telling(EventType.PLACEMENT_REMOVED, f"/v1/placements/{p.id}", [*p.parties, owner]) for p in placements),
        *(
            telling(EventType.OFFER_REMOVED, f"/v1/referral-offers/{o.id}", [*sides[o.referral_id], o.provider_id])
            for o in offers
        ),
        *(telling(EventType.REFERRAL_REMOVED, f"/v1/referrals/{r.id}", r.side) for r in referrals),
        telling(EventType.PUPIL_REMOVED, f"/v1/pupils/{pupil.id}", [owner]),
    ]


async def _retain_history(
    session: AsyncSession, pupil: Row[Any], referrals: list[UUID], placements: list[UUID], until: datetime
) -> None:
    """To the archive; and what the service remembers of requests and events about any of it is forgotten."""
    subject = {"subject": uuid4(), "names": pupil.names, "today": london_day(until)}
    gone = [str(pupil.id)]
    for table, key, ids in [
        *((table, key, referrals) for table, key in ABOUT_REFERRALS),
        *((table, "placement_id", placements) for table in ABOUT_PLACEMENTS),
        ("placements", "id", placements),
    ]:
        kept = await session.execute(text(_retain(table, key)), {**subject, "ids": ids})
        gone += [] if table in _WITHOUT_ADDRESS else kept.scalars()
    await session.execute(_FORGET_AUDIENCES, {"placements": placements, "ids": gone})
    await session.execute(_FORGET_REPLIES, {"ids": gone})
    await session.execute(_FORGET_TELLINGS, {"ids": gone})
    await session.execute(_FORGET_IN_IMPORTS, {"ids": gone})
    await session.execute(_FORGET_IN_EMAILS, {"placements": placements})
    await session.execute(_ERASE, {"pupil": pupil.id})
