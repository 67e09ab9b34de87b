"""The columns of the census as a file, one for each code in use at the end of the month among them."""

from collections.abc import Sequence

from app.access.scopes import Scope
from app.rules.attendance_codes import ATTENDANCE_CODES
from app.rules.tables import Cells, Column, ColumnType
from app.services.returns import Asked, Shown

_TEXT, _ID, _DAY, _NUMBER, _YES_NO = (
    ColumnType.TEXT,
    ColumnType.ID,
    ColumnType.DAY,
    ColumnType.NUMBER,
    ColumnType.YES_NO,
)
_OWN = (
    Column("record", "`placement`, or `nil_return` where the month has none.", _TEXT),
    Column("month", "The month of the return.", _TEXT),
    Column("provisional", "Whether the month had not ended when this was written.", _YES_NO),
    Column("pupil_id", "The pupil in this service.", _ID),
    Column("upn", "The pupil's UPN, for clients that may read it.", _TEXT, Scope.PUPILS_READ_UPN.value),
    Column("family_name", "The pupil's family name.", _TEXT),
    Column("given_name", "The pupil's given name.", _TEXT),
    Column("date_of_birth", "The pupil's date of birth.", _DAY),
    Column("on_school_roll", "Whether the pupil is on a school's roll.", _YES_NO),
    Column("host_school_id", "The school whose roll it is.", _ID),
    Column("placement_id", "The placement in this service.", _ID),
    Column("provider_id", "The provider in this service.", _ID),
    Column("provider_name", "The provider's name.", _TEXT),
    Column("urn", "The setting's URN; of this and the next two exactly one is filled.", _TEXT),
    Column("ukprn", "The setting's UKPRN, where it has no URN.", _TEXT),
    Column("setting_type", "What kind of setting it is, where it has neither.", _TEXT),
    Column("primary_reason", "Why the placement was commissioned.", _TEXT),
    Column("census_code", "The census's own code of that reason, where we have it.", _TEXT),
    Column("expected", "Sessions of the month; each is in exactly one of the next seven but `possible`.", _NUMBER),
    Column("possible", "Sessions attended, and absences authorised or not.", _NUMBER),
    Column("attended", "Sessions with a code of attendance or approved activity.", _NUMBER),
    Column("authorised", "Authorised absences.", _NUMBER),
    Column("unauthorised", "Unauthorised absences.", _NUMBER),
    Column("not_possible", "Sessions at which the pupil could not have been.", _NUMBER),
    Column("not_reported", "Sessions past their deadline of which nothing was received.", _NUMBER),
    Column("not_yet_due", "Sessions before their deadline of which nothing was received.", _NUMBER),
    Column("came_late", "Sessions to which the pupil came late; `late` counts those coded so.", _NUMBER),
    Column("online", "Sessions taught online.", _NUMBER),
    Column("online_came", "Online sessions that the pupil came to.", _NUMBER),
)


def census_columns(asked: Asked) -> Sequence[Column]:
    """Codes go by their slugs: those in use on the last day of the month."""
    codes = [each for each in ATTENDANCE_CODES if each.is_current_on(asked.period.last)]
    return (*_OWN, *(Column(each.slug, f"Sessions with the code {each.code}.", _NUMBER) for each in codes))


def census_cells(row: Shown) -> Sequence[Cells]:
    """A `CensusRow` as the one line that it is."""
    counts = dict.fromkeys((each.slug for each in ATTENDANCE_CODES), 0)
    counts |= {each["slug"]: each["sessions"] for each in row["codes"]}
    return [{**row, **row["setting"], **row["sessions"], "came_late": row["sessions"]["late"], **counts}]
