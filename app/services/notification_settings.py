"""Keeping what an organisation wants by email."""

from datetime import time

from sqlalchemy.ext.asyncio import AsyncSession

from app.access.caller import Caller
from app.models.emails import NotificationSettings
from app.models.organisations import OrganisationKind
from app.problems import FieldError, Invalid
from app.queries.contacts import own_organisation
from app.queries.notification_settings import own_notification_settings
from app.rules.emails import (
    DEFAULT_TIMES,
    ChildNaming,
    EmailTime,
    check_addresses,
    check_email_time,
    check_naming,
)
from app.schemas.notification_settings import NotificationSettingsReplace
from app.services.changes import changed, made, must_be


def what_holds_for_everybody(caller: Caller) -> NotificationSettings:
    """The settings of an organisation that has never said anything; version 0, and in no table."""
    return NotificationSettings(
        **made(caller.now),
        version=0,
        organisation_id=caller.organisation_id,
        daily_on=True,
        daily_addresses=[],
        morning_at=DEFAULT_TIMES[EmailTime.MORNING],
        afternoon_at=DEFAULT_TIMES[EmailTime.AFTERNOON],
        list_on=True,
        list_addresses=[],
        list_at=DEFAULT_TIMES[EmailTime.MISSING_LIST],
        child_named_as=ChildNaming.FULL_NAME if caller.kind is OrganisationKind.COUNCIL else None,
    )


async def replace_notification_settings(
    caller: Caller, session: AsyncSession, body: NotificationSettingsReplace, expected_version: int
) -> NotificationSettings:
    """Replaces all settings of the caller's organisation. Raises PreconditionFailed, Invalid naming every fault."""
    await own_organisation(caller, session, lock=True)
    settings = await own_notification_settings(caller, session)
    must_be(0 if settings is None else settings.version, expected_version)
    _check(caller, body)
    if settings is None:
        settings = what_holds_for_everybody(caller)
        session.add(settings)
    settings.daily_on = body.daily_attendance.on
    settings.daily_addresses = [*body.daily_attendance.addresses]
    settings.morning_at = time.fromisoformat(body.daily_attendance.morning_at)
    settings.afternoon_at = time.fromisoformat(body.daily_attendance.afternoon_at)
    settings.list_on = body.missing_list.on
    settings.list_addresses = [*body.missing_list.addresses]
    settings.list_at = time.fromisoformat(body.missing_list.at)
    if caller.kind is OrganisationKind.COUNCIL:
        settings.child_named_as = body.child_named_as or ChildNaming.FULL_NAME
    changed(settings, caller)
    await session.flush()
    return settings


def _check(caller: Caller, body: NotificationSettingsReplace) -> None:
    daily, missing = body.daily_attendance, body.missing_list
    verdicts = {
        "/daily_attendance/addresses": check_addresses(daily.addresses),
        "/daily_attendance/morning_at": check_email_time(EmailTime.MORNING, time.fromisoformat(daily.morning_at)),
        "/daily_attendance/afternoon_at": check_email_time(EmailTime.AFTERNOON, time.fromisoformat(daily.afternoon_at)),
        "/missing_list/addresses": check_addresses(missing.addresses),
        "/missing_list/at": check_email_time(EmailTime.MISSING_LIST, time.fromisoformat(missing.at)),
        "/child_named_as": check_naming(body.child_named_as, of_council=caller.kind is OrganisationKind.COUNCIL),
    }
    faults = [FieldError(pointer, each.code, each.reason) for pointer, each in verdicts.items() if not each]
    if faults:
        raise Invalid(faults)
