"""What the figures must be, worked out from the plan alone: no code of the service is used here.

A session is either not yet due, not reported on, attended, an absence (authorised or not), or was not possible.
"""

from collections import Counter
from collections.abc import Callable, Hashable, Iterable
from datetime import date, datetime
from typing import Any

from tests.a_setting_year.plan import DUE, HALF_TERMS, Stay, at

ATTENDED = {"/", "\\", "L", "K", "V", "P", "W", "B"}
AUTHORISED = {"C", "C1", "C2", "E", "I", "J1", "M", "R", "S", "T"}
UNAUTHORISED = {"G", "N", "O", "U"}
OF_REASONS = {
    "ill": "I",
    "medical": "M",
    "refused_to_attend": "O",
    "transport_not_available": "Y1",
    "holiday_not_granted": "G",
    "unknown": "N",
    None: "N",
}


def code_and_lateness(stay: Stay, day: date, session: str, online: bool, now: datetime) -> tuple[str | None, str]:
    """The code that counts and what the provider said: the school's, the stated one, or the one that follows."""
    said = [each for each in stay.said.get((day, session), []) if each.at <= now]
    entered = stay.entered.get((day, session))
    fact = ""
    code = None
    if said:
        last = max(said, key=lambda each: each.at)
        code = last.code
        fact = last.fact or {"U": "late", "L": "late"}.get(last.code or "", "present" if code in ATTENDED else "absent")
        if code is None and fact == "absent":
            code = OF_REASONS[last.reason]
        elif code is None:
            code = "N" if online else "B" if stay.by_school else "K"
    if entered and entered[0] <= now:
        code = entered[1]
    return code, fact


def counted(stay: Stay, first: date, last: date, now: datetime) -> Counter[str]:
    """The figures of a placement from `first` to `last`; `code X` counts those of a code."""
    found: Counter[str] = Counter()
    for day, session, online in stay.sessions():
        if not first <= day <= last:
            continue
        code, fact = code_and_lateness(stay, day, session, online, now)
        due = at(day, DUE[session].hour, DUE[session].minute) < now
        if code is None and due:
            code = _waived(stay, day, session, now)
        found["expected"] += 1
        found["late"] += fact == "late"
        found["online"] += online
        found["online_came"] += online and fact in ("late", "present")
        if code is None:
            found["not_reported" if due else "not_yet_due"] += 1
            continue
        found[f"code {code}"] += 1
        found[_kind(code)] += 1
    found["possible"] = found["attended"] + found["authorised"] + found["unauthorised"]
    found["absent"] = found["authorised"] + found["unauthorised"]
    return found


def _kind(code: str) -> str:
    for kind, codes in (("attended", ATTENDED), ("authorised", AUTHORISED), ("unauthorised", UNAUTHORISED)):
        if code in codes:
            return kind
    return "not_possible"


def _waived(stay: Stay, day: date, session: str, now: datetime) -> str | None:
    known = [each[0] for each in (stay.part_time, stay.suspended) if each]
    return stay.is_waived(day, session) if any(each <= now for each in known) else None


COUNTS = (
    "expected",
    "possible",
    "attended",
    "authorised",
    "unauthorised",
    "not_possible",
    "not_reported",
    "not_yet_due",
    "late",
    "online",
    "online_came",
)


def percent(part: int, whole: int) -> float | None:
    return round(100 * part / whole, 1) if whole else None


def summary(stays: Iterable[Stay], first: date, last: date, now: datetime) -> dict[str, Any] | None:
    """A group's figures as they must be shown; None where it has no session in the period."""
    mine = [(stay, counted(stay, first, last, now)) for stay in stays]
    mine = [(stay, found) for stay, found in mine if found["expected"]]
    if not mine:
        return None
    whole: Counter[str] = Counter()
    children: dict[int, Counter[str]] = {}
    began: Counter[str] = Counter()
    for stay, found in mine:
        whole.update(found)
        children.setdefault(stay.child, Counter()).update(found)
        began.update(counted(stay, stay.first, next(h[3] for h in HALF_TERMS if h[3] >= stay.first), now))
    rated = [each for each in children.values() if each["possible"]]
    persistent = sum(each["absent"] / each["possible"] >= 0.1 for each in rated)
    severe = sum(each["absent"] / each["possible"] >= 0.5 for each in rated)
    change = None
    if whole["possible"] and began["possible"]:
        change = round(100 * whole["absent"] / whole["possible"] - 100 * began["absent"] / began["possible"], 1)
    return {
        "placements": len(mine),
        "pupils": (len(children), len(rated), persistent, severe),
        "sessions": {name: whole[name] for name in COUNTS},
        "absence": (whole["absent"], whole["possible"], percent(whole["absent"], whole["possible"])),
        "began": (began["absent"], began["possible"]),
        "change": change,
    }


def summaries(
    stays: Iterable[Stay], key: Callable[[Stay], Hashable], first: date, last: date, now: datetime
) -> dict[Hashable, dict[str, Any]]:
    groups: dict[Hashable, list[Stay]] = {}
    for stay in stays:
        groups.setdefault(key(stay), []).append(stay)
    found = {name: summary(each, first, last, now) for name, each in groups.items()}
    return {name: each for name, each in found.items() if each}
