"""What the ledger must hold, worked out day by day from what is known: it shares no code with the application."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

LONDON = ZoneInfo("Europe/London")
WEEK = ("monday", "tuesday", "wednesday", "thursday", "friday")
Weekly = Mapping[tuple[str, str], str]
"""When a session of the week starts, by weekday and session."""
FULL: Weekly = {(day, part): at for day in WEEK for part, at in (("am", "09:00"), ("pm", "13:00"))}


def only(part: str, at: str | None = None) -> Weekly:
    return {key: at or start for key, start in FULL.items() if key[1] == part}


def both(am: str, pm: str = "13:00") -> Weekly:
    return {key: am if key[1] == "am" else pm for key in FULL}


@dataclass(frozen=True)
class Away:
    """A pupil is excused for the days from `first` to `last`; ended early, up to what had begun by `until`."""

    by: str
    first: str
    last: str
    until: str | None = None
    parts: Collection[tuple[str, str]] | None = None


@dataclass(frozen=True)
class Known:
    """All that is known of a placement at `now`. Sessions in `held` stood in the ledger before the change at `at`."""

    now: str
    at: str
    versions: Mapping[str, Weekly]
    received: Mapping[tuple[str, str], str]
    closed: Collection[str] = ()
    away: Collection[Away] = ()
    first: str = "2026-11-17"
    last: str = "2026-12-18"
    held: Collection[tuple[str, str]] = field(default_factory=set)


def instant(written: str) -> datetime:
    return datetime.fromisoformat(written).replace(tzinfo=LONDON).astimezone(UTC)


def due(day: str, part: str, start: str) -> datetime:
    hours, minutes = map(int, start.split(":"))
    if part == "am" and 8 * 60 + 30 <= hours * 60 + minutes <= 9 * 60 + 15:
        return instant(f"{day}T09:30")
    return datetime.combine(date.fromisoformat(day), time(hours, minutes), LONDON).astimezone(UTC) + timedelta(
        minutes=30
    )


def expected_of(known: Known) -> dict[tuple[str, str], tuple[str, datetime, str, str | None]]:
    """Start, deadline, state and waiver of every session of the window 17 November to 18 December 2026."""
    found = {}
    for number in range(32):
        day = (date(2026, 11, 17) + timedelta(days=number)).isoformat()
        for part in ("am", "pm"):
            shown = _session(known, day, part)
            if shown is not None:
                found[day, part] = shown
    return found


def _session(known: Known, day: str, part: str) -> tuple[str, datetime, str, str | None] | None:
    weekday = date.fromisoformat(day).strftime("%A").lower()
    versions = [weekly for applies, weekly in sorted(known.versions.items()) if applies <= day]
    first_start = known.versions[min(known.versions)].get((weekday, part))
    start = versions[-1].get((weekday, part)) if versions else None
    in_placement = known.first <= day <= known.last
    is_open = day not in known.closed and day != "2026-11-27"
    came = known.received.get((day, part))
    if start is not None and in_placement and is_open:
        waiver = None if came else _excuse(known, day, part, weekday, start)
        shown = start if came is None or first_start is None else first_start
    elif (day, part) in known.held and (came or day <= known.at[:10]):
        assert first_start is not None
        waiver = "placement_over" if not in_placement else "not_timetabled" if is_open else "closure"
        shown = first_start
    else:
        return None
    deadline = due(day, part, shown)
    return shown, deadline, _state(known, came, waiver, deadline), waiver


def _state(known: Known, came: str | None, waiver: str | None, deadline: datetime) -> str:
    if came is not None:
        return "received_late" if instant(came) > deadline else "received_on_time"
    if waiver is not None:
        return "waived"
    return "missing" if instant(known.now) > deadline else "expected"


def _excuse(known: Known, day: str, part: str, weekday: str, start: str) -> str | None:
    holding = [
        each.by
        for each in known.away
        if each.first <= day <= each.last
        and (each.parts is None or (weekday, part) in each.parts)
        and (each.until is None or f"{day}T{start}" <= each.until)
    ]
    return max(holding, key=lambda by: by == "part_time_plan", default=None)
