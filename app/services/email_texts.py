"""The texts of the emails about attendance: plain, short, sorted, and safe whatever a name holds.

A subject, which lies open on a locked telephone, names no child. A UPN stands nowhere.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from itertools import groupby
from uuid import UUID

from app.rules.attendance_due import SessionState, session_state
from app.rules.attendance_facts import AbsenceReason, Fact
from app.rules.attendance_waivers import Waiver, code_of_waiver
from app.rules.calendars import SchoolSession
from app.rules.emails import ChildNaming, child_named
from app.rules.london import LONDON
from app.rules.upn import without_upns

MOST_LINES = 400
LONGEST_NAME = 80

_HALF_DAY = {SchoolSession.AM: "morning", SchoolSession.PM: "afternoon"}
_WAIVED = {
    Waiver.SUSPENSION: "suspended",
    Waiver.PART_TIME_PLAN: "part-time plan",
    Waiver.CLOSURE: "closed on the day",
    Waiver.NOT_TIMETABLED: "taken off the timetable",
    Waiver.PLACEMENT_OVER: "the placement is over",
}
_REASONS = {
    AbsenceReason.ILL: "illness",
    AbsenceReason.CARER_SAYS_ILL: "illness, as the carer says",
    AbsenceReason.MEDICAL: "medical appointment",
    AbsenceReason.RELIGIOUS: "religious observance",
}


@dataclass(frozen=True, slots=True)
class SessionTold:
    """One pupil in one session, as an email tells of it. Times of day are London's."""

    placement_id: UUID
    given_name: str
    family_name: str
    naming: ChildNaming
    setting: str
    phone: str | None
    session: SchoolSession
    starts_at: time
    due_at: datetime
    online: bool
    waived_by: str | None
    waived_at: datetime | None
    first_received_at: datetime | None
    fact: Fact | None
    arrived_at: time | None
    left_at: time | None
    minutes_late: int | None
    reason: AbsenceReason | None
    code: str | None
    suggested_code: str | None

    @property
    def setting_line(self) -> str:
        return f"{one_line(self.setting)}, telephone {self.phone}" if self.phone else one_line(self.setting)

    def child(self, naming: ChildNaming | None = None) -> str:
        naming = naming or self.naming
        name = one_line(child_named(self.given_name, self.family_name, naming))
        return name if naming is ChildNaming.FULL_NAME else f"{name} (placement {str(self.placement_id)[:8]})"

    def state_at(self, at: datetime) -> SessionState:
        return session_state(at, self.due_at, self.first_received_at, waived_at=self.waived_at)


@dataclass(frozen=True, slots=True)
class Written:
    """Subject and body, and the placements that they tell of."""

    subject: str
    body: str
    placement_ids: tuple[UUID, ...]


def daily_text(told: Sequence[SessionTold], for_whom: str, on_date: date, at: datetime, reference: UUID) -> Written:
    """One half-day: of every pupil what is known of it at `at`."""
    half_day = _HALF_DAY[told[0].session]
    missing = sum(1 for each in told if each.state_at(at) is SessionState.MISSING)
    lines = [f"Attendance at alternative provision on the {half_day} of {_day(on_date)}."]
    lines += [f"For {one_line(for_whom)}, as known at {_clock(at)}.", "", *_by_setting(told, at), ""]
    if missing:
        lines.append(f"Not reported: {_pupils(missing)}. Please ask the setting where each child is.")
    lines += [
        "Each code is a suggestion: the host school decides what it enters.",
        "If any of this changes, one more email follows at the end of the day.",
        f"Reference: {reference}",
    ]
    counted = f"{_pupils(len(told))}, {missing} not reported" if missing else _pupils(len(told))
    return _written(f"Attendance on {_day(on_date)}, {half_day}: {counted}", lines, told)


def changes_text(told: Sequence[SessionTold], for_whom: str, on_date: date, at: datetime, reference: UUID) -> Written:
    """What was received, or corrected, after the emails of the day."""
    lines = [f"Attendance at alternative provision on {_day(on_date)}: what came in after the emails of the day."]
    lines += [f"For {one_line(for_whom)}, as known at {_clock(at)}."]
    for session in SchoolSession:
        half_day = [each for each in told if each.session is session]
        lines += ["", f"The {_HALF_DAY[session]}", "", *_by_setting(half_day, at)] if half_day else []
    lines += ["", "Each code is a suggestion: the host school decides what it enters.", f"Reference: {reference}"]
    count = f"{len(told)} change{'' if len(told) == 1 else 's'}"
    return _written(f"Attendance on {_day(on_date)}: {count} since the emails of the day", lines, told)


def list_text(owed: Sequence[SessionTold], for_whom: str, on_date: date, at: datetime, reference: UUID) -> Written:
    """Which settings have not reported: how many sessions, since when, and the telephone. It names no child."""
    settings = [list(each) for _, each in groupby(owed, key=lambda each: each.setting_line)]
    lines = [f"Settings that have not reported attendance on {_day(on_date)}."]
    lines += [f"For {one_line(for_whom)}, as known at {_clock(at)}.", ""]
    for sessions in settings[:MOST_LINES]:
        first = sessions[0]
        since = _clock(min(each.due_at for each in sessions))
        phone = f"telephone {first.phone}" if first.phone else "no telephone number known"
        lines.append(f"- {one_line(first.setting)}: {_sessions(len(sessions))}, due {since}; {phone}")
    lines += _and_more(len(settings))
    lines += [
        "",
        "Until a setting has reported nobody knows whether these children have arrived.",
        f"Reference: {reference}",
    ]
    one = len(settings) == 1
    count = f"{len(settings)} setting{' has' if one else 's have'} not reported {_sessions(len(owed))}"
    return _written(f"Attendance on {_day(on_date)}: {count}", lines, owed)


def reminder_text(owed: Sequence[SessionTold], for_whom: str, on_date: date, at: datetime, reference: UUID) -> Written:
    """A setting's own pupils of whom it has reported nothing, by initials whatever the council has set."""
    lines = [f"{one_line(for_whom)} has not reported attendance of these pupils on {_day(on_date)}."]
    lines += [f"As known at {_clock(at)}.", ""]
    for each in owed[:MOST_LINES]:
        when = f"{_HALF_DAY[each.session]} from {each.starts_at:%H:%M}, due {_clock(each.due_at)}"
        lines.append(f"- {each.child(ChildNaming.INITIALS)}: {when}")
    lines += [*_and_more(len(owed)), "", "Please report each of them now, absent ones too.", f"Reference: {reference}"]
    return _written(f"Attendance not reported on {_day(on_date)}: {_pupils(len(owed))}", lines, owed)


def what_is_known(each: SessionTold, at: datetime) -> str:
    """Of one session, with the code: "arrived 09:12; suggested code B"."""
    if each.fact is None:
        return _nothing_received(each, at)
    said = _absent(each) if each.fact is Fact.ABSENT else _came(each)
    said += f", left {each.left_at:%H:%M}" if each.left_at else ""
    said += ", online" if each.online else ""
    code = f"code {each.code}, as the setting states" if each.code else f"suggested code {each.suggested_code}"
    return f"{said}; {code}"


def one_line(name: str) -> str:
    """A name without line breaks, control characters or a UPN, and not too long."""
    printable = "".join(c if c.isprintable() else " " for c in name)
    return without_upns(" ".join(printable.split()))[:LONGEST_NAME]


def _nothing_received(each: SessionTold, at: datetime) -> str:
    if each.waived_by is not None:
        waiver = Waiver(each.waived_by)
        why = _WAIVED[waiver]
        suggested = code_of_waiver(waiver)
        return f"not expected: {why}" + (f"; suggested code {suggested.code.code}" if suggested else "")
    if each.state_at(at) is SessionState.MISSING:
        return f"not reported by the setting, due {_clock(each.due_at)}"
    return f"nothing received yet, due {_clock(each.due_at)}"


def _came(each: SessionTold) -> str:
    if each.fact is Fact.LATE:
        late = (
            f"late by {each.minutes_late} minute{'' if each.minutes_late == 1 else 's'}"
            if each.minutes_late
            else "late"
        )
        return f"{late}, arrived {each.arrived_at:%H:%M}" if each.arrived_at else late
    return f"arrived {each.arrived_at:%H:%M}" if each.arrived_at else "present"


def _absent(each: SessionTold) -> str:
    if each.reason in {None, AbsenceReason.UNKNOWN}:
        return "absent, reason not known"
    return f"absent: {_REASONS.get(each.reason) or str(each.reason).replace('_', ' ')}"


def _by_setting(told: Sequence[SessionTold], at: datetime) -> list[str]:
    lines: list[str] = []
    for setting, sessions in groupby(told[:MOST_LINES], key=lambda each: each.setting_line):
        lines += ["", setting] if lines else [setting]
        lines += [f"- {each.child()}: {what_is_known(each, at)}" for each in sessions]
    return lines + _and_more(len(told))


def _and_more(count: int) -> list[str]:
    return [f"- and {count - MOST_LINES} more, which the service shows"] if count > MOST_LINES else []


def _written(subject: str, lines: Sequence[str], told: Sequence[SessionTold]) -> Written:
    placements = tuple(dict.fromkeys(each.placement_id for each in told))
    return Written(subject[:200], "\n".join(lines) + "\n", placements)


def _day(day: date) -> str:
    return f"{day:%A} {day.day} {day:%B %Y}"


def _clock(instant: datetime) -> str:
    return f"{instant.astimezone(LONDON):%H:%M}"


def _pupils(count: int) -> str:
    return f"{count} pupil{'' if count == 1 else 's'}"


def _sessions(count: int) -> str:
    return f"{count} session{'' if count == 1 else 's'}"
