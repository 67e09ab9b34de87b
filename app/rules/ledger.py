"""What the ledger of expected sessions must say, and how it follows a change of what it rests on.

The ledger is timetable times calendar, less suspensions and part-time plans. It is worked out anew from these after
every change, so that the order of changes makes no difference; what has been received or has been due stays on record.

Source: Salford AP contract slides (attendance for each pupil timetabled that day), read in the primary source; how a
change made after the fact is kept is Waymark's own.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import zip_longest

from app.rules.attendance_due import due_at
from app.rules.attendance_waivers import PRECEDENCE, Waiver
from app.rules.calendars import SchoolCalendar, SchoolSession
from app.rules.london import LONDON
from app.rules.sources import OUR_OWN
from app.rules.timetables import WEEKDAYS, TimetableSlot, Weekday, expected_sessions
from app.rules.verdict import Allowed, Refused, Verdict

_ONE_DAY = timedelta(days=1)
NOT_EXPECTED = frozenset({Waiver.CLOSURE, Waiver.NOT_TIMETABLED, Waiver.PLACEMENT_OVER})
"""These say that a session is timetabled no longer; the others, that its pupil is excused from it."""

Key = tuple[date, SchoolSession]


@dataclass(frozen=True, slots=True)
class TimetableVersion:
    """The weekly slots that rule from a day on, until the next version does."""

    applies_from: date
    slots: Sequence[TimetableSlot]


@dataclass(frozen=True, slots=True)
class Excused:
    """Days on which a pupil is excused, both included: from every session, or from those of `weekly` alone.

    What was ended early excuses from the sessions that had begun by `until`.
    """

    waiver: Waiver
    first: date
    last: date
    until: datetime | None = None
    weekly: frozenset[tuple[Weekday, SchoolSession]] | None = None


@dataclass(frozen=True, slots=True)
class LedgerSources:
    """What the ledger of one placement rests on; the versions of its timetable in their order.

    `runs` holds its first and last day, None where it is not accepted. No session before `known_from` that the ledger
    does not hold already is added to it: nobody owes attendance of a day before it was agreed.
    """

    runs: tuple[date, date] | None
    known_from: date
    calendar: SchoolCalendar
    versions: Sequence[TimetableVersion]
    excused: Sequence[Excused]

    def known_only_from(self, day: date) -> "LedgerSources":
        """The same, of which no session before `day` is added."""
        return replace(self, known_from=max(day, self.known_from))


@dataclass(frozen=True, slots=True)
class LedgerRow:
    """A session as the ledger holds it, or is to hold it."""

    starts_at: time
    ends_at: time
    online: bool
    due_at: datetime
    waived_by: Waiver | None
    received: bool = False


@dataclass(frozen=True, slots=True)
class LedgerChanges:
    """How the ledger follows: what is `added`, `altered` and `removed`, by day and session.

    `owed` are the sessions newly expected of the pupil. `let_off` are those that had been missing and are so no longer:
    they are waived, or due later than now. `due_anew` are those whose deadline is still to come after it had passed.
    """

    added: Mapping[Key, LedgerRow]
    altered: Mapping[Key, LedgerRow]
    removed: Sequence[Key]
    owed: Sequence[Key]
    let_off: Sequence[Key]
    due_anew: frozenset[Key]

    def without_owed(self) -> "LedgerChanges":
        """The same, of which nothing that was waived is owed again."""
        altered = {key: row for key, row in self.altered.items() if key not in self.owed}
        return replace(self, altered=altered, owed=[])


def ledger_of(sources: LedgerSources, first: date, last: date) -> Iterator[tuple[Key, LedgerRow]]:
    """The sessions that the ledger must hold from `first` to `last`, in order, those waived included."""
    if sources.runs is None:
        return
    first, last = max(first, sources.runs[0]), min(last, sources.runs[1])
    for version, following in zip_longest(sources.versions, sources.versions[1:]):
        begins = max(first, version.applies_from)
        ends = last if following is None else min(last, following.applies_from - _ONE_DAY)
        for each in expected_sessions(version.slots, sources.calendar, begins, ends):
            due = due_at(each.day, each.session, each.scheduled_start)
            waiver = _waiver(sources.excused, each.day, each.session, each.scheduled_start)
            row = LedgerRow(each.scheduled_start, each.scheduled_end, each.online, due, waiver)
            yield (each.day, each.session), row


def changes_to(
    stored: Mapping[Key, LedgerRow], sources: LedgerSources, first: date, last: date, now: datetime
) -> LedgerChanges:
    """How the ledger from `first` to `last` comes to say what it must.

    A session for which something was received keeps its hours and its deadline, so that what was late stays late; where
    it is expected no longer it says why. One of which nothing was received goes, if its day is still to come;
    from today back it stays and says why, and what had been missing is seen to have been waived. Source: Waymark's own.
    """
    wanted = dict(ledger_of(sources, first, last))
    today = now.astimezone(LONDON).date()
    altered: dict[Key, LedgerRow] = {}
    removed: list[Key] = []
    for key, row in stored.items():
        after = _followed(key, row, wanted.get(key), sources, today)
        if after is None:
            removed.append(key)
        elif after != row:
            altered[key] = after
    added = {key: row for key, row in wanted.items() if key not in stored and key[0] >= sources.known_from}
    owed = [key for key, row in added.items() if row.waived_by is None]
    owed += [key for key, row in altered.items() if row.waived_by is None and stored[key].waived_by is not None]
    missing = [key for key in altered if _is_missing(stored[key], now)]
    return LedgerChanges(
        added,
        altered,
        removed,
        sorted(owed),
        [key for key in missing if not _is_missing(altered[key], now)],
        frozenset(key for key in altered if stored[key].due_at < now <= altered[key].due_at),
    )


def may_let_off(by_provider: bool, let_off: Iterable[Key]) -> Verdict:
    """Whether a timetable may change so that sessions which went unreported are no longer missing.

    Source: Waymark's own, so that a provider does not undo what it owed.
    """
    named = [f"{day} {part}" for day, part in let_off]
    if not by_provider or not named:
        return Allowed()
    return Refused(
        "owed_already",
        f"Attendance for {len(named)} of the sessions that would go is overdue; the provider does not take them back.",
        OUR_OWN,
        {"overdue_sessions": named[:6], "would_be_lawful": ["Report them, or ask the commissioner for the change."]},
    )


def _followed(
    key: Key, row: LedgerRow, wanted: LedgerRow | None, sources: LedgerSources, today: date
) -> LedgerRow | None:
    """What a stored row becomes; None where it goes."""
    if row.received:
        kept = None if row.waived_by in NOT_EXPECTED else row.waived_by
        return replace(row, waived_by=kept if wanted else _why_not(key[0], sources))
    if wanted is not None:
        return wanted
    return None if key[0] > today else replace(row, waived_by=_why_not(key[0], sources))


def _why_not(day: date, sources: LedgerSources) -> Waiver:
    if sources.runs is None or not sources.runs[0] <= day <= sources.runs[1]:
        return Waiver.PLACEMENT_OVER
    return Waiver.NOT_TIMETABLED if sources.calendar.is_pupil_day(day) else Waiver.CLOSURE


def _waiver(excused: Iterable[Excused], day: date, session: SchoolSession, starts_at: time) -> Waiver | None:
    begins = datetime.combine(day, starts_at, LONDON).astimezone(UTC)
    found = {
        each.waiver
        for each in excused
        if each.first <= day <= each.last
        and (each.until is None or begins <= each.until)
        and (each.weekly is None or (WEEKDAYS[day.weekday()], session) in each.weekly)
    }
    return next((each for each in PRECEDENCE if each in found), None)


def _is_missing(row: LedgerRow, now: datetime) -> bool:
    return not row.received and row.waived_by is None and row.due_at < now
