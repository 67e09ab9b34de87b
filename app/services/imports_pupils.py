"""Importing pupils. A child is recognised by its UPN among those that the caller registered; without one by its names
and birthday.
"""

from collections.abc import Mapping
from datetime import date

from sqlalchemy.ext.asyncio import AsyncSession

from app.access.caller import Caller
from app.models.organisations import OrganisationKind
from app.models.pupils import Pupil
from app.queries.imports import pupils_registered_as, pupils_with_upn
from app.rules.imports import RowState
from app.schemas.pupils import PupilCreate, PupilUpdate
from app.services.imports_cells import Cells, Place, RowRejectedError, built
from app.services.imports_files import Fault
from app.services.imports_references import Named
from app.services.imports_rows import Done, made, same_or_differs
from app.services.pupils import check_identity, correct_pupil, register_pupil

_SEVERAL = Fault(
    None,
    "several_found",
    "You registered several pupils of these names and this birthday: give the UPN.",
)


def pupil_column(place: Place) -> str | None:
    return "home_council" if place[:1] == ("home_council_id",) else str(place[0]) if place else None


async def import_pupil(caller: Caller, session: AsyncSession, said: Mapping[str, str]) -> Done:
    """Registers the child of a row, or finds it registered; a UPN that its record lacks is added.

    Raises RowRejectedError, and whatever registering raises.
    """
    cells = Cells(said)
    upn = cells.text("upn")
    body = {
        "given_name": cells.text("given_name"),
        "family_name": cells.text("family_name"),
        "date_of_birth": cells.day("date_of_birth"),
        "upn": upn.upper() if upn else None,
        "home_council_id": await Named(caller, session, cells).organisation("home_council", OrganisationKind.COUNCIL),
    }
    wanted = built(PupilCreate, body, pupil_column, cells)
    await check_identity(caller, session, wanted.model_dump(exclude_none=True))
    found = await _registered(caller, session, wanted)
    if found is None:
        return made((await register_pupil(caller, session, wanted)).id)
    caller.sees_pupils(found.id)
    adds_upn = wanted.upn is not None and found.upn is None
    done = same_or_differs(found.id, _columns(found), _columns(wanted) | ({"upn": None} if adds_upn else {}))
    if not adds_upn:
        return done
    await correct_pupil(caller, session, found.id, PupilUpdate(upn=wanted.upn), found.version)
    return Done(RowState.CHANGED, found.id)


async def _registered(caller: Caller, session: AsyncSession, wanted: PupilCreate) -> Pupil | None:
    """The caller's own record of the child. Raises RowRejectedError where several could be meant."""
    if wanted.upn is not None:
        of_upn = await pupils_with_upn(caller, session, wanted.upn)
        own = [each for each in of_upn if each.registered_by_id == caller.organisation_id]
        if own:
            return own[0]
    born: date = wanted.date_of_birth
    named = await pupils_registered_as(caller, session, wanted.given_name, wanted.family_name, born)
    if wanted.upn is not None:
        named = [each for each in named if each.upn is None]
    if len(named) > 1:
        raise RowRejectedError(_SEVERAL)
    return named[0] if named else None


def _columns(of: Pupil | PupilCreate) -> dict[str, object]:
    return {
        "given_name": of.given_name,
        "family_name": of.family_name,
        "date_of_birth": of.date_of_birth,
        "upn": of.upn,
        "home_council": of.home_council_id,
    }
