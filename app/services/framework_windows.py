"""Windows of a framework: a council says when providers may apply."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.access.caller import Caller
from app.models.frameworks import Framework, FrameworkWindow
from app.outbox.catalogue import EventType
from app.outbox.recording import record_event
from app.queries.framework_windows import visible_window, windows_of
from app.queries.frameworks import own_framework
from app.queries.lot_awards import holders_of
from app.rules.frameworks import WindowState, may_move_window, may_set_window, window_state
from app.rules.lot_awards import Period
from app.schemas.framework_windows import WindowCreate, WindowUpdate
from app.services.changes import changed, insist, made, must_be
from app.services.frameworks import must_be_in_order


def days_of(window: FrameworkWindow) -> Period:
    """Its first and last day."""
    return Period(window.opens_on, window.closes_on)


def state_of(window: FrameworkWindow, caller: Caller) -> WindowState:
    """The state today."""
    return window_state(days_of(window), caller.today)


async def set_window(caller: Caller, session: AsyncSession, framework_id: UUID, body: WindowCreate) -> FrameworkWindow:
    """Sets a window of the calling council's framework. Raises NotFound, Invalid, RuleRefused."""
    must_be_in_order(body.opens_on, body.closes_on, "/closes_on", "opens_on")
    framework = await own_framework(caller, session, framework_id)
    window = FrameworkWindow(**made(caller.now), framework_id=framework.id, **body.model_dump())
    await _must_fit(caller, session, framework, window)
    session.add(window)
    await session.flush()
    await _tell(caller, session, framework, window)
    return window


async def move_window(
    caller: Caller, session: AsyncSession, window_id: UUID, body: WindowUpdate, expected_version: int
) -> FrameworkWindow:
    """Gives a window other days. Raises NotFound, Invalid, RuleRefused."""
    seen = await visible_window(caller, session, window_id)
    framework = await own_framework(caller, session, seen.framework_id)
    window = await visible_window(caller, session, window_id)
    must_be(window.version, expected_version)
    before = days_of(window)
    for member, value in body.model_dump(exclude_unset=True).items():
        setattr(window, member, value)
    must_be_in_order(window.opens_on, window.closes_on, "/closes_on", "opens_on")
    insist(may_move_window(before, days_of(window), caller.today))
    await _must_fit(caller, session, framework, window)
    changed(window, caller)
    await session.flush()
    await _tell(caller, session, framework, window)
    return window


async def _must_fit(caller: Caller, session: AsyncSession, framework: Framework, window: FrameworkWindow) -> None:
    others = [each for each in await windows_of(caller, session, framework.id) if each.id != window.id]
    insist(
        may_set_window(
            Period(framework.starts_on, framework.ends_on),
            window.kind,
            days_of(window),
            [(each.kind, days_of(each)) for each in others],
        )
    )


async def _tell(caller: Caller, session: AsyncSession, framework: Framework, window: FrameworkWindow) -> None:
    audience = {framework.council_id} | await holders_of(caller, session, framework.id)
    path = f"/v1/framework-windows/{window.id}"
    await record_event(session, EventType.FRAMEWORK_WINDOW_SET, path, caller.now, organisations=audience)
