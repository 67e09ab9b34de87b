"""What the worker reads to deliver notifications, over all organisations, for many at once."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased
from sqlmodel import col

from app.models.absconding import AbscondingAlert, AlertNotification
from app.models.organisations import Contact, ContactRole, Organisation, Sandbox
from app.models.placements import Placement
from app.models.pupils import Pupil
from app.queries.absconding_alerts import police_contacts
from app.queries.child_naming import child_named_for
from app.queries.placements import councils_of
from app.rules.absconding import AlertRole, Channel
from app.rules.emails import ChildNaming

MOST_ADDRESSES = 12
_WHOM_FIRST = (ContactRole.SAFEGUARDING_LEAD, ContactRole.AP_OFFICER, ContactRole.HEAD, ContactRole.SENCO)


@dataclass(frozen=True, slots=True)
class Address:
    """Where an email goes: an organisation's contact, or one that an organisation keeps, such as the police."""

    organisation_id: UUID
    role: str
    email: str


@dataclass(frozen=True, slots=True)
class Delivery:
    """All that the emails of one attempt say, and to whom they go; `stands_at` is where a sandbox's clock stands.

    `others` are the alert's other notifications, with the name of the organisation told where there is one.
    """

    notification: AlertNotification
    alert: AbscondingAlert
    repeats: AbscondingAlert | None
    placement: Placement
    pupil: Pupil
    naming: ChildNaming
    provider_name: str
    provider_phone: str | None
    stands_at: datetime | None
    told_name: str | None
    addresses: tuple[Address, ...]
    phone: str | None
    others: tuple[tuple[AlertNotification, str | None], ...]


async def deliveries_of(session: AsyncSession, notification_ids: Collection[UUID]) -> list[Delivery]:
    """What is needed to attempt these notifications, in a handful of statements however many they are."""
    earlier = aliased(AbscondingAlert)
    statement = (
        select(AlertNotification, AbscondingAlert, earlier, Placement, Pupil, Organisation, col(Sandbox.stands_at))
        .join(AbscondingAlert, col(AbscondingAlert.id) == col(AlertNotification.alert_id))
        .outerjoin(earlier, earlier.id == col(AbscondingAlert.repeats_id))  # type: ignore[arg-type]
        .join(Placement, col(Placement.id) == col(AlertNotification.placement_id))
        .join(Pupil, col(Pupil.id) == col(Placement.pupil_id))
        .join(Organisation, col(Organisation.id) == col(Placement.provider_id))
        .outerjoin(Sandbox, col(Sandbox.id) == col(Organisation.sandbox_id))
        .where(col(AlertNotification.id).in_(notification_ids))
    )
    found = (await session.execute(statement)).all()
    others = await _notifications_of(session, {alert.id for _, alert, *_ in found})
    kept = await _contacts(session, {each for n, _, _, p, *_ in found for each in (n.organisation_id, p.provider_id)})
    deliveries = []
    for notification, alert, repeats, placement, pupil, provider, stands_at in found:
        police = await _police(session, notification, placement)
        own = kept.get(notification.organisation_id, []) if notification.organisation_id else []
        of_provider = kept.get(provider.id, [])
        deliveries.append(
            Delivery(
                notification=notification,
                alert=alert,
                repeats=repeats,
                placement=placement,
                pupil=pupil,
                naming=await child_named_for(session, placement.id),
                provider_name=provider.name,
                provider_phone=_phone(of_provider),
                stands_at=stands_at,
                told_name=next((name for n, name in others if n.id == notification.id), None),
                addresses=_addresses(notification, own, of_provider, police),
                phone=notification.phone or _phone(police) or _phone(own),
                others=tuple((n, name) for n, name in others if n.alert_id == alert.id and n.id != notification.id),
            )
        )
    return deliveries


def _addresses(
    notification: AlertNotification, own: list[Contact], of_provider: list[Contact], police: list[Contact]
) -> tuple[Address, ...]:
    """Whom an attempt writes to: at first an organisation's safeguarding leads, or those next to them; when it was
    escalated, everybody there. Of a call that was not made the provider's people are told.
    """
    if notification.channel is Channel.PHONE:
        return _distinct(of_provider)
    if AlertRole.NAMED_SERVICE in notification.roles:
        role, email, of = notification.contact_role, notification.contact_email, notification.contact_of_id
        return (Address(of, role or AlertRole.NAMED_SERVICE, email),) if of and email else ()
    if notification.organisation_id is None:
        return _distinct(police)
    reachable = [contact for contact in own if contact.email]
    if notification.escalations == 0:
        reachable = [contact for contact in reachable if contact.role is reachable[0].role]
    return _distinct(reachable)


def _distinct(contacts: Iterable[Contact]) -> tuple[Address, ...]:
    found: dict[str, Address] = {}
    for contact in contacts:
        if contact.email:
            found.setdefault(contact.email.casefold(), Address(contact.organisation_id, contact.role, contact.email))
    return tuple(found.values())[:MOST_ADDRESSES]


def _phone(contacts: Iterable[Contact]) -> str | None:
    return next((contact.phone for contact in contacts if contact.phone), None)


async def _police(session: AsyncSession, notification: AlertNotification, placement: Placement) -> list[Contact]:
    if AlertRole.POLICE not in notification.roles:
        return []
    return await police_contacts(session, await councils_of(session, placement))


async def _notifications_of(
    session: AsyncSession, alert_ids: Collection[UUID]
) -> Sequence[tuple[AlertNotification, str | None]]:
    statement = (
        select(AlertNotification, col(Organisation.name))
        .outerjoin(Organisation, col(Organisation.id) == col(AlertNotification.organisation_id))
        .where(col(AlertNotification.alert_id).in_(alert_ids))
        .order_by(col(AlertNotification.roles), col(AlertNotification.id))
    )
    return [(row[0], row[1]) for row in await session.execute(statement)]


async def _contacts(session: AsyncSession, organisation_ids: Collection[UUID | None]) -> Mapping[UUID, list[Contact]]:
    """Organisations' own people, those first whom a missing child concerns most."""
    statement = select(Contact).where(
        col(Contact.organisation_id).in_({each for each in organisation_ids if each is not None}),
        col(Contact.role).in_(_WHOM_FIRST),
    )
    kept: dict[UUID, list[Contact]] = {}
    for contact in sorted(await session.scalars(statement), key=lambda c: (_WHOM_FIRST.index(c.role), str(c.id))):
        kept.setdefault(contact.organisation_id, []).append(contact)
    return kept
