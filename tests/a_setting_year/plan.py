"""What will happen at one setting from September to July: said beforehand, by a seed, and known to both sides.

Nothing here knows the service. `played` does it over HTTP, `reckoned` says what the figures must be.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from random import Random
from zoneinfo import ZoneInfo

CLOCK = ZoneInfo("Europe/London")
HALF_TERMS = (
    ("autumn", 1, date(2026, 9, 3), date(2026, 10, 23)),
    ("autumn", 2, date(2026, 11, 2), date(2026, 12, 18)),
    ("spring", 1, date(2027, 1, 4), date(2027, 2, 12)),
    ("spring", 2, date(2027, 2, 22), date(2027, 3, 25)),
    ("summer", 1, date(2027, 4, 12), date(2027, 5, 28)),
    ("summer", 2, date(2027, 6, 7), date(2027, 7, 20)),
)
CLOSED = (date(2026, 11, 27), date(2027, 5, 3), date(2027, 6, 25))
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday")
STARTS = {"am": time(9), "pm": time(13)}
DUE = {"am": time(9, 30), "pm": time(13, 30)}
REASONS = ("ill", "medical", "refused_to_attend", "transport_not_available", "unknown", "holiday_not_granted", None)
STATED_CODES = ("W", "V", "D", "Y5", "S", "U", "L")

Session = tuple[date, str]


@dataclass(frozen=True)
class Said:
    """What the provider says of a session, and when: a fact with a reason, or a code."""

    at: datetime
    fact: str | None
    reason: str | None = None
    code: str | None = None


@dataclass
class Stay:
    """One placement. `slots` are (weekday, session, online); `child` says whose placement it is."""

    name: str
    child: int
    by_school: bool
    on_roll: bool
    elsewhere: bool
    first: date
    last: date
    slots: frozenset[tuple[str, str, bool]]
    said: dict[Session, list[Said]] = field(default_factory=dict)
    entered: dict[Session, tuple[datetime, str]] = field(default_factory=dict)
    suspended: tuple[datetime, date, date] | None = None
    part_time: tuple[datetime, date, date, tuple[str, str]] | None = None

    def sessions(self) -> Iterator[tuple[date, str, bool]]:
        """The sessions of the timetable on open days, in order; whether each is online."""
        for day in school_days():
            if self.first <= day <= self.last:
                for weekday, session, online in sorted(self.slots):
                    if WEEKDAYS[day.weekday()] == weekday:
                        yield day, session, online

    def is_waived(self, day: date, session: str) -> str | None:
        """The code of a session at which nothing is expected, since when that is known does not matter here."""
        slot = (WEEKDAYS[day.weekday()], session)
        if self.part_time and self.part_time[1] <= day <= self.part_time[2] and self.part_time[3] == slot:
            return "C2"
        if self.suspended and self.suspended[1] <= day <= self.suspended[2]:
            return "E"
        return None


def school_days() -> Iterator[date]:
    for _, _, first, last in HALF_TERMS:
        for number in range((last - first).days + 1):
            day = first + timedelta(days=number)
            if day.weekday() < 5 and day not in CLOSED:
                yield day


def at(day: date, hour: int, minute: int = 0) -> datetime:
    """By the clock in London."""
    return datetime.combine(day, time(hour, minute), CLOCK)


def friday_after(day: date) -> datetime:
    """The end of the week of a day: when the setting sends what it has."""
    return at(day + timedelta(days=4 - day.weekday()), 17)


def plan(seed: int) -> list[Stay]:
    random = Random(seed)
    stays = [_stay(random, number) for number in range(12)]
    moved = Stay("moved", 11, False, True, True, date(2027, 2, 22), date(2027, 7, 20), stays[11].slots)
    stays[11].last = date(2027, 2, 12)
    stays.append(moved)
    stays[2].suspended = (at(date(2026, 11, 12), 10), date(2026, 11, 16), date(2026, 11, 17))
    stays[6].suspended = (at(date(2027, 2, 25), 10), date(2027, 3, 1), date(2027, 3, 3))
    stays[4].part_time = (at(date(2027, 1, 7), 10), date(2027, 1, 11), date(2027, 2, 21), ("friday", "pm"))
    for stay in stays:
        _say(random, stay)
    return stays


def _stay(random: Random, number: int) -> Stay:
    every = [(weekday, session) for weekday in WEEKDAYS for session in STARTS]
    chosen = {
        0: every,
        1: [each for each in every if each[1] == "am"],
        2: [each for each in every if each[0] in ("monday", "tuesday", "wednesday")],
        3: random.sample(every, 4),
    }[number % 4 if number not in (2, 4, 6) else 0]
    online = {("friday", "am"), ("friday", "pm")} if number % 3 == 0 else set()
    return Stay(
        name=f"child {number}",
        child=number,
        by_school=number in (1, 8, 9),
        on_roll=number not in (3, 7),
        elsewhere=False,
        first=(date(2026, 9, 3), date(2026, 9, 3), date(2026, 11, 2), date(2027, 1, 4))[random.randrange(4)]
        if number not in (2, 4, 6, 11)
        else date(2026, 9, 3),
        last=(date(2027, 7, 20), date(2027, 3, 25))[random.randrange(4) == 0],
        slots=frozenset((*each, each in online) for each in chosen),
    )


def _say(random: Random, stay: Stay) -> None:
    """Most sessions are reported in their week; some later, some never, some corrected, some coded by the school."""
    away = random.choice((0.02, 0.08, 0.15, 0.3, 0.6))
    for day, session, online in stay.sessions():
        if stay.is_waived(day, session) or random.random() < 0.03:
            continue
        weeks = 2 if random.random() < 0.05 else 0
        sent = friday_after(day) + timedelta(weeks=weeks)
        stay.said[day, session] = [_statement(random, sent, away, session, online)]
        if random.random() < 0.04:
            again = _statement(random, sent + timedelta(weeks=1), 0.5, session, online)
            stay.said[day, session].append(again)
        if stay.on_roll and random.random() < 0.01:
            code = random.choice(("M", "Y6", "G", "C"))
            stay.entered[day, session] = (friday_after(day) + timedelta(hours=1), code)


def _statement(random: Random, sent: datetime, away: float, session: str, online: bool) -> Said:
    if random.random() < 0.04:
        code = random.choice(STATED_CODES)
        if not online or code not in ("W", "V", "U", "L"):
            return Said(sent, None, code=code)
    if random.random() < away:
        return Said(sent, "absent", random.choice(REASONS))
    return Said(sent, "late" if random.random() < 0.06 else "present")
