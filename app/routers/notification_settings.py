"""What the caller's own organisation wants by email, and where to."""

from typing import Annotated

from fastapi import Response

from app.access.caller import Caller
from app.access.permission import allow
from app.access.scopes import Scope
from app.models.emails import NotificationSettings
from app.queries.notification_settings import own_default_addresses, own_notification_settings
from app.schemas.notification_settings import (
    DailyAttendanceRead,
    MissingListRead,
    NotificationSettingsRead,
    NotificationSettingsReplace,
)
from app.services import notification_settings
from app.web.conditional import ExpectedVersion, tag
from app.web.edge import Session
from app.web.router import edge_router

router = edge_router("emails")


@router.get("/notification-settings", operation_id="get_notification_settings")
async def get_notification_settings(
    caller: Annotated[Caller, allow(Scope.DIRECTORY_READ)], session: Session, response: Response
) -> NotificationSettingsRead:
    """Which emails your organisation gets, when and where; and for a council, how they name children."""
    settings = await own_notification_settings(caller, session)
    return await _shown(caller, session, response, settings)


@router.put("/notification-settings", operation_id="replace_notification_settings")
async def replace_notification_settings(
    body: NotificationSettingsReplace,
    expected: ExpectedVersion,
    caller: Annotated[Caller, allow(Scope.DIRECTORY_WRITE)],
    session: Session,
    response: Response,
) -> NotificationSettingsRead:
    """Replaces the settings. They hold from now on: a new address gets the emails of today that were already sent."""
    settings = await notification_settings.replace_notification_settings(caller, session, body, expected)
    return await _shown(caller, session, response, settings)


async def _shown(
    caller: Caller, session: Session, response: Response, said: NotificationSettings | None
) -> NotificationSettingsRead:
    settings = said or notification_settings.what_holds_for_everybody(caller)
    tag(response, settings.version)
    daily_default, list_default = await own_default_addresses(caller, session)
    return NotificationSettingsRead(
        daily_attendance=DailyAttendanceRead.model_validate(
            {
                "on": settings.daily_on,
                "addresses": settings.daily_addresses,
                "default_address": daily_default,
                "morning_at": settings.morning_at,
                "afternoon_at": settings.afternoon_at,
            }
        ),
        missing_list=MissingListRead.model_validate(
            {
                "on": settings.list_on,
                "addresses": settings.list_addresses,
                "default_address": list_default,
                "at": settings.list_at,
            }
        ),
        child_named_as=settings.child_named_as,
        changed_at=None if said is None else said.changed_at,
    )
