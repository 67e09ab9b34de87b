"""Reading the rows of a submission one by one: what each says, or the first fault that it has by itself.

Nothing here knows the ledger. A fault found here is the same whether the placement exists or not.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, time
from functools import lru_cache
from itertools import product
from typing import Any

from pydantic import TypeAdapter, ValidationError

from app.rules.attendance_circumstances import KNOWN_OF_A_SESSION, known_of
from app.rules.attendance_codes import FIRST_DAY_OF_NEW_CODES, LAST_DAY_OF_OLD_CODES
from app.rules.attendance_due import may_submit_for_day
from app.rules.attendance_facts import AbsenceReason, Fact, MarkFact, check_fact, suggest_code
from app.rules.attendance_statements import Stated, stated
from app.rules.attendance_times import Moment, check_happened, check_hours
from app.rules.sources import OUR_OWN
from app.rules.verdict import Refused
from app.schemas.attendance_submissions import AttendanceRow, RejectedRow
from app.schemas.field_faults import fault_of
from app.schemas.strict_json import InvalidJson, UnfitRow

REPEATED = Refused("repeated_in_batch", "An earlier row of this submission says the same of this session.", OUR_OWN)
CONTRADICTED = Refused(
    "contradicted_in_batch", "Rows of this submission say different things of one session; none was stored.", OUR_OWN
)

_ALL: TypeAdapter[list[AttendanceRow]] = TypeAdapter(list[AttendanceRow])
_ONE: TypeAdapter[AttendanceRow] = TypeAdapter(AttendanceRow)
_LONGEST_POINTER = 200
# The member of a row that a fault is about, where it is about one.
_MEMBERS = {
    "unknown_code": "/code",
    "code_withdrawn": "/code",
    "code_not_yet_valid": "/code",
    "code_of_other_session": "/code",
    "code_contradicts_fact": "/code",
    "code_never_online": "/code",
    "code_not_of_a_pupil": "/code",
    "session_in_future": "/on_date",
    "placement_not_found": "/placement_id",
    "placement_not_accepted": "/placement_id",
    "outside_placement": "/on_date",
    "day_in_holidays": "/on_date",
    "day_closed": "/on_date",
    "session_not_timetabled": "/session",
    "session_not_begun": "/session",
    "arrived_after_end": "/arrived_at",
    "late_but_on_time": "/arrived_at",
    "left_in_future": "/left_at",
    "left_before_start": "/left_at",
    "late_past_end": "/minutes_late",
}


@dataclass(frozen=True, slots=True)
class Statement:
    """A row without a fault of its own.

    `suggestions` are the code and rule for all that may be known of a session (`KNOWN_OF_A_SESSION`), four for each: in
    person for a school, for a council, online for a school, for a council.
    """

    index: int
    row: AttendanceRow
    stated: Stated
    suggestions: tuple[tuple[str, str], ...]

    @property
    def about(self) -> tuple[object, ...]:
        return (self.row.placement_id, self.row.on_date, self.row.session)

    def says_the_same(self, other: "Statement") -> bool:
        mended = replace(self, index=other.index)
        return mended.stated == other.stated and _details(self.row) == _details(other.row)


def member_of(fault: Refused) -> str:
    """The pointer, within a row, to the member that a fault is about."""
    return _MEMBERS.get(fault.code, "")


def rejection(index: int, fault: Refused) -> RejectedRow:
    pointer = f"/rows/{index}{member_of(fault)}"
    return RejectedRow(index=index, pointer=pointer, code=fault.code, detail=fault.reason)


def mistimed(each: Statement, starts_at: time, ends_at: time, at: Moment) -> Refused:
    """Why a statement does not fit the hours of its session, of which the ledger found that it does not."""
    fault = check_hours(_mark_fact(each.row, each.stated), each.row.on_date, starts_at, ends_at, at)
    assert isinstance(fault, Refused)
    return fault


def read_rows(raw: Sequence[Any], at: Moment) -> tuple[list[Statement], list[RejectedRow]]:
    """The rows that may go to the ledger, and those that have a fault of their own.

    Of rows that say the same of one session the first stands; where they differ none does.
    """
    well_formed, rejected = _well_formed(raw)
    statements = []
    for index, row in well_formed:
        read = read_row(index, row, at)
        if isinstance(read, Refused):
            rejected.append(rejection(index, read))
        else:
            statements.append(read)
    if len({each.about for each in statements}) < len(statements):
        statements = _without_repeats(statements, rejected)
    return statements, rejected


def _well_formed(raw: Sequence[Any]) -> tuple[Iterable[tuple[int, AttendanceRow]], list[RejectedRow]]:
    try:
        return enumerate(_ALL.validate_python(raw)), []
    except ValidationError:
        pass
    found, rejected = [], []
    for index, each in enumerate(raw):
        if isinstance(each, UnfitRow):
            rejected.append(_unfit(index, each.fault))
            continue
        try:
            found.append((index, _ONE.validate_python(each)))
        except ValidationError as fault:
            rejected.append(_malformed(index, fault))
    return found, rejected


def _malformed(index: int, fault: ValidationError) -> RejectedRow:
    first = fault.errors(include_url=False, include_input=False)[0]
    steps = "".join(f"/{str(step).replace('~', '~0').replace('/', '~1')}" for step in first["loc"])
    pointer = f"/rows/{index}{steps}"[:_LONGEST_POINTER]
    code, detail = fault_of(first)
    return RejectedRow(index=index, pointer=pointer, code=code, detail=detail)


def _unfit(index: int, fault: InvalidJson) -> RejectedRow:
    pointer = (fault.pointer or "")[:_LONGEST_POINTER]
    return RejectedRow(index=index, pointer=pointer, code=fault.code, detail=fault.detail)


def read_row(index: int, row: AttendanceRow, at: Moment) -> Statement | Refused:
    said = _stated(row.fact, row.code, row.on_date, row.session)
    if isinstance(said, Refused):
        return said
    if any(_details(row)):
        mark = _mark_fact(row, said)
        whole = check_fact(mark) and check_happened(mark, row.on_date, at)
        if isinstance(whole, Refused):
            return whole
    timely = may_submit_for_day(row.on_date, at.today)
    if isinstance(timely, Refused):
        return timely
    era = FIRST_DAY_OF_NEW_CODES if row.on_date >= FIRST_DAY_OF_NEW_CODES else LAST_DAY_OF_OLD_CODES
    return Statement(index, row, said, _suggestions(said.fact, row.reason or said.known_reason, era))


def _details(row: AttendanceRow) -> tuple[object, ...]:
    return (row.arrived_at, row.left_at, row.minutes_late, row.reason)


def _mark_fact(row: AttendanceRow, said: Stated) -> MarkFact:
    arrived, left = (time.fromisoformat(at) if at else None for at in (row.arrived_at, row.left_at))
    return MarkFact(said.fact, arrived, left, row.minutes_late, row.reason)


def _without_repeats(statements: Sequence[Statement], rejected: list[RejectedRow]) -> list[Statement]:
    by_session: dict[tuple[object, ...], list[Statement]] = {}
    for each in statements:
        by_session.setdefault(each.about, []).append(each)
    kept = []
    for first, *repeats in by_session.values():
        if all(first.says_the_same(each) for each in repeats):
            kept.append(first)
            rejected += [rejection(each.index, REPEATED) for each in repeats]
        else:
            rejected += [rejection(each.index, CONTRADICTED) for each in (first, *repeats)]
    return kept


_stated = lru_cache(maxsize=4096)(stated)


@lru_cache(maxsize=256)
def _suggestions(fact: Fact, reason: AbsenceReason | None, day: date) -> tuple[tuple[str, str], ...]:
    """They depend on nothing else of a row, and on the day only as far as it is before August 2024 or not."""
    mark = MarkFact(fact, reason=reason)
    suggested = (
        suggest_code(mark, known_of(known, online=online, council_commissioned=council), day)
        for known, online, council in product(KNOWN_OF_A_SESSION, (False, True), (False, True))
    )
    return tuple((each.code.code, each.rule) for each in suggested)
