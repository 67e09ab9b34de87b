"""From the cells of a row to the body that an operation of the API takes, with every fault under its column's name."""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar

from pydantic import ValidationError

from app.problems import Problem, RuleRefused
from app.rules.calendars import SchoolSession
from app.rules.timetables import WEEKDAYS
from app.schemas.field_faults import HINTS, fault_of
from app.schemas.wire import Body
from app.services.imports_files import Fault

B = TypeVar("B", bound=Body)
Place = tuple[str | int, ...]

_DAY_FIRST = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})", re.ASCII)
_CLOCK = re.compile(r"(\d{1,2}):(\d{2})(?::00)?", re.ASCII)
_CLOCK_TIME = re.compile(r"^([01][0-9]|2[0-3]):[0-5][0-9]$", re.ASCII)
# Stands for sessions that cannot be read, so that nothing else is said of them.
_ANY_SLOT: dict[str, object] = {"weekday": "monday", "session": "am", "starts_at": "09:00", "ends_at": "12:00"}
_YES = {"yes": True, "true": True, "no": False, "false": False}
_WEEKDAYS = [each.value for each in WEEKDAYS]
_LISTED = re.compile(r"[\s,;]+")
_MOST_FAULTS = 40


class RowRejectedError(Exception):
    """What is wrong with a row."""

    def __init__(self, *faults: Fault) -> None:
        super().__init__("row rejected")
        self.faults = list(faults[:_MOST_FAULTS])


class Cells:
    """The cells of one row, read by column; what is wrong with them is kept until all have been read."""

    def __init__(self, said: Mapping[str, str]) -> None:
        self._said = said
        self.faults: list[Fault] = []

    def text(self, name: str) -> str | None:
        """None where the cell is empty."""
        return self._said.get(name)

    def day(self, name: str) -> str | None:
        """As the API writes days. A day written DD/MM/YYYY is read with the day first, as the template says."""
        found = _DAY_FIRST.fullmatch(self._said.get(name, ""))
        return f"{found[3]}-{int(found[2]):02d}-{int(found[1]):02d}" if found else self._said.get(name)

    def slug(self, name: str) -> str | None:
        """A value of a list, in whichever case."""
        said = self._said.get(name)
        return said and said.lower().replace(" ", "_").replace("-", "_")

    def yes(self, name: str) -> bool:
        said = self._said.get(name, "no").lower()
        if said not in _YES:
            self.fault(name, "true_or_false_expected", "Must be yes or no.")
        return _YES.get(said, False)

    def several(self, name: str) -> list[str]:
        """The parts of a cell that are separated by vertical bars."""
        return [part.strip() for part in self._said.get(name, "").split("|") if part.strip()]

    def half_days(self, session: SchoolSession) -> list[dict[str, object]]:
        """The weekly sessions that `am_days` or `pm_days` names, with their hours."""
        prefix = session.value
        before = len(self.faults)
        named = self._weekdays(f"{prefix}_days")
        if len(self.faults) == before:
            for each in ("starts_at", "ends_at"):
                self._check_clock(f"{prefix}_{each}", named=bool(named))
        if len(self.faults) > before:
            return [_ANY_SLOT]
        hours = {each: _as_clock(self._said.get(f"{prefix}_{each}")) for each in ("starts_at", "ends_at")}
        return [{"weekday": day, "session": prefix, **hours} for day in named]

    def _check_clock(self, name: str, *, named: bool) -> None:
        said = self._said.get(name)
        if named != (said is not None):
            self.fault(name, "required" if named else "not_expected", "Days and hours of a session come together.")
        elif said is not None and not _CLOCK_TIME.fullmatch(_as_clock(said) or ""):
            self.fault(name, "not_as_written", HINTS[_CLOCK_TIME.pattern])

    def _weekdays(self, name: str) -> list[str]:
        found: list[str] = []
        for part in filter(None, _LISTED.split(self._said.get(name, "").lower())):
            first, dash, last = part.partition("-")
            span = [_weekday(first), _weekday(last) if dash else _weekday(first)]
            if None in span or span[0] > span[1]:  # type: ignore[operator]
                self.fault(name, "weekday_expected", "Must be days such as `mon wed fri`, or a span such as `mon-fri`.")
                return []
            found += _WEEKDAYS[span[0] : span[1] + 1]  # type: ignore[operator]
        return sorted(set(found), key=_WEEKDAYS.index)

    def fault(self, name: str | None, code: str, detail: str) -> None:
        self.faults.append(Fault(name, code, detail))

    def settle(self) -> None:
        """Raises RowRejectedError where anything was found to be wrong."""
        if self.faults:
            raise RowRejectedError(*self.faults)


def built(model: type[B], said: Mapping[str, object], column: Callable[[Place], str | None], cells: Cells) -> B:
    """The body, strictly validated. Raises RowRejectedError naming its faults with those found before.

    Of a column with a fault already no second one is named.
    """
    try:
        body = model.model_validate({name: value for name, value in said.items() if value is not None})
    except ValidationError as invalid:
        known = {fault.column for fault in cells.faults}
        named = [(column(tuple(error["loc"])), error) for error in invalid.errors()]
        for where, error in named:
            if where not in known:
                cells.fault(where, *fault_of(error))
        raise RowRejectedError(*cells.faults) from None
    cells.settle()
    return body


def faults_of(problem: Problem, column: Callable[[Place], str | None]) -> list[Fault]:
    """What a refusal of the API's own operations says of a row."""
    named = problem.members.get("errors")
    if isinstance(named, list) and named:
        return [Fault(column(_place(each.get("pointer", ""))), each["code"], each["detail"]) for each in named]
    code = str(problem.members["rule"]) if isinstance(problem, RuleRefused) else problem.slug.replace("-", "_")
    return [Fault(None, code, f"{problem.detail}{_lawful(problem)}")]


def _lawful(problem: Problem) -> str:
    days = problem.members.get("next_lawful_dates")
    return f" Next lawful: {', '.join(days)}." if isinstance(days, Sequence) and days else ""


def _place(pointer: str) -> Place:
    return tuple(int(each) if each.isdigit() else each for each in pointer.split("/")[1:])


def _weekday(said: str) -> int | None:
    found = [n for n, name in enumerate(_WEEKDAYS) if len(said) >= 3 and name.startswith(said)]
    return found[0] if len(found) == 1 else None


def _as_clock(said: str | None) -> str | None:
    found = _CLOCK.fullmatch(said or "")
    return f"{int(found[1]):02d}:{found[2]}" if found else said
