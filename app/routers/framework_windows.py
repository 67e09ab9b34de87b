"""Windows in which providers may apply for the lots of a framework."""

from typing import Annotated

from fastapi import Query, Response
from sqlmodel import col

from app.access.caller import Caller
from app.access.permission import allow
from app.access.scopes import Scope
from app.models.frameworks import FrameworkWindow
from app.models.organisations import OrganisationKind
from app.queries.framework_windows import changed_since, visible_window, visible_windows, with_state
from app.rules.frameworks import WindowState
from app.schemas.framework_windows import WindowCreate, WindowRead, WindowUpdate
from app.schemas.wire import Id, Instant
from app.services import framework_windows
from app.web.conditional import ExpectedVersion, tag
from app.web.edge import Session
from app.web.pages import Page, Pages
from app.web.router import edge_router

router = edge_router("frameworks")

Reader = Annotated[Caller, allow(Scope.FRAMEWORKS_READ)]
Council = Annotated[Caller, allow(Scope.FRAMEWORKS_WRITE, OrganisationKind.COUNCIL)]


@router.get("/framework-windows", operation_id="list_framework_windows")
async def list_framework_windows(
    caller: Reader,
    session: Session,
    pages: Pages,
    framework_id: Id | None = None,
    state: WindowState | None = None,
    since: Annotated[Instant | None, Query(alias="changed_since")] = None,
) -> Page[WindowRead]:
    """The windows of every council's frameworks; `state=open` names those in which a provider may apply today."""
    statement = visible_windows(caller)
    if framework_id is not None:
        statement = statement.where(col(FrameworkWindow.framework_id) == framework_id)
    if state is not None:
        statement = with_state(statement, state, caller.today)
    if since is not None:
        statement = changed_since(statement, since, caller.today)
    rows, page = await pages.rows(session, statement, [col(FrameworkWindow.opens_on), col(FrameworkWindow.id)])
    return page.holding([_read(caller, row[0]) for row in rows])


@router.post("/frameworks/{framework_id}/windows", operation_id="set_framework_window", status_code=201)
async def set_framework_window(
    framework_id: Id, body: WindowCreate, caller: Council, session: Session, response: Response
) -> WindowRead:
    """Sets a window of the calling council's framework: the initial one, or a refresh of the framework later."""
    window = await framework_windows.set_window(caller, session, framework_id, body)
    response.headers["Location"] = f"/v1/framework-windows/{window.id}"
    return _shown(caller, response, window)


@router.get("/framework-windows/{window_id}", operation_id="get_framework_window")
async def get_framework_window(window_id: Id, caller: Reader, session: Session, response: Response) -> WindowRead:
    """One window."""
    return _shown(caller, response, await visible_window(caller, session, window_id))


@router.patch("/framework-windows/{window_id}", operation_id="move_framework_window")
async def move_framework_window(
    window_id: Id, body: WindowUpdate, expected: ExpectedVersion, caller: Council, session: Session, response: Response
) -> WindowRead:
    """Gives a window of the calling council's other days; once it is open it may only close later."""
    return _shown(caller, response, await framework_windows.move_window(caller, session, window_id, body, expected))


def _shown(caller: Caller, response: Response, window: FrameworkWindow) -> WindowRead:
    tag(response, window.version)
    return _read(caller, window)


def _read(caller: Caller, window: FrameworkWindow) -> WindowRead:
    shown = window.model_dump(include=set(WindowRead.model_fields))
    return WindowRead.model_validate(shown | {"state": framework_windows.state_of(window, caller)})
