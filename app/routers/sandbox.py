"""What only a sandbox has: a clock that can be moved, and the emails it caught."""

from typing import Annotated

from fastapi import Request
from sqlmodel import col

from app.access.caller import Caller
from app.access.permission import allow
from app.access.scopes import Scope
from app.models.absconding import Mail
from app.outbox.tools import Tools
from app.queries.sandbox import caught_mails, own_sandbox
from app.schemas.sandbox import ClockAdvance, ClockRead, ClockSet, EmailRead, ScenarioPlay, ScenarioRead
from app.schemas.wire import Instant
from app.services import sandbox_clock, sandbox_scenarios
from app.web.edge import Session
from app.web.pages import Page, Pages
from app.web.router import edge_router

router = edge_router("sandbox")

Player = Annotated[Caller, allow(Scope.SANDBOX)]


@router.get("/sandbox/clock", operation_id="get_sandbox_clock")
async def get_sandbox_clock(caller: Player, session: Session) -> ClockRead:
    """What time it is in the caller's sandbox."""
    sandbox = await own_sandbox(caller, session)
    return ClockRead(now=caller.now, stands_still=sandbox.stands_at is not None)


@router.put("/sandbox/clock", operation_id="set_sandbox_clock")
async def set_sandbox_clock(body: ClockSet, request: Request, caller: Player, session: Session) -> ClockRead:
    """Makes the clock stand at an instant. The answer comes when all that was due by then has happened.

    It is the clock of every organisation in the sandbox, since the parties of a placement must agree what time it is,
    and it only moves forward. Credentials, access tokens, the audit and idempotency keys keep the machine's time.
    Takes no `If-Match`: a clock has moved since it was read, and refuses to go back.
    """
    sandbox = await sandbox_clock.set_clock(caller, session, _workers(request), body.now)
    return ClockRead(now=sandbox.stands_at or caller.now, stands_still=True)


@router.post("/sandbox/clock/advance", operation_id="advance_sandbox_clock")
async def advance_sandbox_clock(body: ClockAdvance, request: Request, caller: Player, session: Session) -> ClockRead:
    """Moves the clock on, by seconds or until the next school morning, and makes it stand there.

    Otherwise as setting it.
    """
    sandbox = await sandbox_clock.advance_clock(caller, session, _workers(request), body)
    return ClockRead(now=sandbox.stands_at or caller.now, stands_still=True)


@router.post("/sandbox/scenarios", operation_id="play_scenario")
async def play_scenario(body: ScenarioPlay, request: Request, caller: Player, session: Session) -> ScenarioRead:
    """Plays a situation in the caller's sandbox: a missed deadline, an absconding, the eve of a half-term's end.

    The clock moves on to it, and other organisations of the sandbox do what the situation asks of them, as if their
    own clients had. What each scenario does is told at `scenario`.
    """
    stage = sandbox_scenarios.Stage(request.app.state.sessions, _workers(request))
    return await sandbox_scenarios.play(caller, session, stage, body)


@router.get("/sandbox/emails", operation_id="list_sandbox_emails")
async def list_sandbox_emails(
    caller: Player, session: Session, pages: Pages, since: Instant | None = None
) -> Page[EmailRead]:
    """The emails that would have gone to your organisation and to the named services that it listed, oldest first."""
    rows, page = await pages.rows(session, caught_mails(caller, since), [col(Mail.at), col(Mail.id)])
    return page.holding([EmailRead.model_validate(row[0].model_dump(exclude={"organisation_id"})) for row in rows])


def _workers(request: Request) -> Tools | None:
    """What the duties work with; None in a service that has no worker role."""
    state = request.app.state
    return None if state.worker_sessions is None else Tools(state.worker_sessions, state.settings)
