"""Whether a statement fits the hours of its session, and the time at which it is made.

Source: Waymark's own, so that a register tells of nothing that has not happened. An absence may be stated in advance.
"""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from app.rules.attendance_due import on_the_clock_in_london
from app.rules.attendance_facts import Fact, MarkFact
from app.rules.sources import OUR_OWN
from app.rules.verdict import Allowed, Refused, Verdict

REGISTER_OPENS_BEFORE_START = timedelta(minutes=60)
"""How long before a session starts a pupil may be stated to be there. Our own: registers are opened early."""

CLOCKS_DIFFER_BY = timedelta(minutes=2)
"""How far a setting's clock may be ahead of ours. Our own: times are stated in whole minutes, often rounded up."""


@dataclass(frozen=True, slots=True)
class Moment:
    """When a statement is made, by the clock in London.

    `latest_event` is the latest time of the day at which anything can have happened; `latest_start` the latest at which
    a session may start for its register to be open.
    """

    today: date
    latest_event: time
    latest_start: time


def moment(now: datetime) -> Moment:
    local = on_the_clock_in_london(now)
    return Moment(
        local.date(), _same_day(local, CLOCKS_DIFFER_BY).time(), _same_day(local, REGISTER_OPENS_BEFORE_START).time()
    )


def check_happened(mark: MarkFact, day: date, at: Moment) -> Verdict:
    """Whether arriving and leaving lie in the past, on the day itself. Source: Waymark's own."""
    if day != at.today:
        return Allowed()
    if mark.arrived_at is not None and mark.arrived_at > at.latest_event:
        return Refused("arrived_in_future", "The pupil cannot have arrived yet: that time has not come.", OUR_OWN)
    if mark.left_at is not None and mark.left_at > at.latest_event:
        return Refused("left_in_future", "The pupil cannot have left yet: that time has not come.", OUR_OWN)
    return Allowed()


def check_hours(mark: MarkFact, day: date, starts_at: time, ends_at: time, at: Moment) -> Verdict:
    """Whether a statement fits a session that runs from `starts_at` to `ends_at`.

    The statement that records a submission (`services.attendance_recording`) draws the same line in SQL; this says
    which side of it, and why. Source: Waymark's own.
    """
    if not mark.came:
        return Allowed()
    hours = f"The session runs from {starts_at:%H:%M} to {ends_at:%H:%M}"
    came_after = None if mark.minutes_late is None else timedelta(minutes=mark.minutes_late)
    is_today = day == at.today
    faults = (
        (
            is_today and starts_at > at.latest_start,
            "session_not_begun",
            f"{hours}; only an absence can be stated more than {_MINUTES_BEFORE} minutes before it starts.",
        ),
        (_at_or_after(mark.arrived_at, ends_at), "arrived_after_end", f"{hours}; the pupil arrived when it was over."),
        (
            mark.left_at is not None and mark.left_at <= starts_at,
            "left_before_start",
            f"{hours}; the pupil left before it began.",
        ),
        (
            mark.fact is Fact.LATE and mark.arrived_at is not None and mark.arrived_at <= starts_at,
            "late_but_on_time",
            f"{hours}; a pupil who arrived by its start was not late.",
        ),
        (
            came_after is not None and came_after >= _since_midnight(ends_at) - _since_midnight(starts_at),
            "late_past_end",
            f"{hours}; so many minutes late is after its end.",
        ),
        (
            is_today
            and came_after is not None
            and came_after > _since_midnight(at.latest_event) - _since_midnight(starts_at),
            "arrived_in_future",
            f"{hours}; so many minutes after its start have not passed yet.",
        ),
    )
    fault = next(((code, reason) for applies, code, reason in faults if applies), None)
    return Allowed() if fault is None else Refused(*fault, OUR_OWN)


_MINUTES_BEFORE = int(REGISTER_OPENS_BEFORE_START.total_seconds()) // 60


def _same_day(local: datetime, later: timedelta) -> datetime:
    """`later` than `local`, but not past midnight."""
    return min(local + later, datetime.combine(local.date(), time.max, local.tzinfo))


def _at_or_after(clock: time | None, limit: time) -> bool:
    return clock is not None and clock >= limit


def _since_midnight(clock: time) -> timedelta:
    return timedelta(hours=clock.hour, minutes=clock.minute, seconds=clock.second, microseconds=clock.microsecond)
