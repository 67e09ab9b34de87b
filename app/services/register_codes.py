"""A school tells the code that it entered in its register: it answers for the code, the provider for the fact."""

from typing import Any

from sqlalchemy import Row
from sqlalchemy.ext.asyncio import AsyncSession

from app.access.caller import Caller
from app.models.attendance import ExpectedSession, RegisterCode
from app.outbox.catalogue import EventType
from app.outbox.recording import record_event
from app.problems import FieldError, Invalid
from app.queries.expected_sessions import sessions_on
from app.queries.register_codes import register_codes_of, visible_register_code
from app.rules.attendance_codes import find_code, may_use_code
from app.rules.attendance_due import may_submit_for_day
from app.rules.register_codes import may_enter_code
from app.rules.verdict import Refused
from app.schemas.register_codes import RegisterCodeEnter
from app.services.changes import insist
from app.services.placements_parties import locked_for_party

PATH = "/v1/register-codes"


async def enter_register_code(caller: Caller, session: AsyncSession, body: RegisterCodeEnter) -> Row[Any]:
    """The entry that stands now; the one before where it says the same.

    Raises NotFound; RuleRefused for one who does not answer for the register; Invalid for a session that is not in the
    ledger, a day to come, and a code that is not of that day and session.
    """
    placement, _ = await locked_for_party(caller, session, body.placement_id)
    insist(
        may_enter_code(
            caller.organisation_id, host_school=placement.host_school_id, commissioner=placement.commissioner_id
        )
    )
    expected = await _session_of(caller, session, body)
    code = _code(caller, body, expected)
    before = await register_codes_of(caller, session, placement.id, body.on_date, body.session, 1)
    if before and before[0].code == code:
        return before[0]
    entry = RegisterCode(
        **body.model_dump(exclude={"code"}),
        code=code,
        number=before[0].number + 1 if before else 1,
        entered_by_id=caller.organisation_id,
        client_id=caller.client_id,
        acting_for=caller.on_behalf_of,
        entered_at=caller.now,
    )
    session.add(entry)
    expected.register_code, expected.changed_at = code, caller.now
    await session.flush()
    await record_event(
        session, EventType.REGISTER_CODE_ENTERED, f"{PATH}/{entry.id}", caller.now, placements=[placement.id]
    )
    return await visible_register_code(caller, session, entry.id)


async def _session_of(caller: Caller, session: AsyncSession, body: RegisterCodeEnter) -> ExpectedSession:
    found = await sessions_on(caller, session, body.placement_id, body.on_date, body.on_date)
    for each in found:
        if each.session is body.session:
            return each
    raise Invalid([FieldError("/session", "session_not_expected", "is no session at which the pupil is expected")])


def _code(caller: Caller, body: RegisterCodeEnter, expected: ExpectedSession) -> str:
    timely = may_submit_for_day(body.on_date, caller.today)
    if isinstance(timely, Refused):
        raise Invalid([FieldError("/on_date", timely.code, timely.reason)])
    usable = may_use_code(body.code, body.on_date, body.session, online=expected.online)
    if isinstance(usable, Refused):
        raise Invalid([FieldError("/code", usable.code, usable.reason)])
    code = find_code(body.code)
    assert code is not None
    return code.code
