"""A council's framework: how long it runs, how often it may be extended, and when providers may apply.

Source: Salford and Bolton AP procurement documents, read in the primary source: Salford's flexible procurement system
was refreshed in September 2024; Bolton's dynamic purchasing system ran for 2 years and 2 x 12 months from 2019 and was
tendered again for September 2023.
"""

from calendar import monthrange
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from app.rules.lot_awards import Period
from app.rules.sources import OUR_OWN, SALFORD_AND_BOLTON
from app.rules.verdict import Allowed, Refused, Verdict


class WindowKind(StrEnum):
    INITIAL = "initial"
    REFRESH = "refresh"


class WindowState(StrEnum):
    UPCOMING = "upcoming"
    OPEN = "open"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Extensions:
    """How many extensions of how many months the framework allowed when it was opened, and how many were made."""

    allowed: int
    made: int
    months: int


def window_state(window: Period, today: date) -> WindowState:
    """Whether providers may apply on a day; the first and the last day belong to the window."""
    if today < window.first_day:
        return WindowState.UPCOMING
    return WindowState.OPEN if today <= window.last_day else WindowState.CLOSED


def may_extend(extensions: Extensions, ends_on: date, today: date) -> Verdict:
    """Whether a framework may be extended once more: only as often as it said, and before it has ended.

    Source: Bolton AP procurement documents (2 years + 2 x 12 months), read in the primary source.
    """
    if extensions.made >= extensions.allowed:
        return Refused(
            "no_extension_left",
            f"The framework allows {extensions.allowed} extensions and has made {extensions.made}.",
            SALFORD_AND_BOLTON,
            {"would_be_lawful": ["open a framework that succeeds this one"]},
        )
    if today > ends_on:
        return Refused(
            "framework_has_ended",
            f"The framework ended on {ends_on}; what has ended is not extended.",
            SALFORD_AND_BOLTON,
            {"would_be_lawful": ["open a framework that succeeds this one"]},
        )
    return Allowed()


def extended_end(ends_on: date, months: int) -> date:
    """The last day after an extension; the last day of a month stays the last day of one."""
    years, month = divmod(ends_on.month - 1 + months, 12)
    year, month = ends_on.year + years, month + 1
    longest = monthrange(year, month)[1]
    is_last = (ends_on + timedelta(days=1)).day == 1
    return date(year, month, longest if is_last else min(ends_on.day, longest))


def may_succeed(successor: Period, predecessor: Period) -> Verdict:
    """Whether a framework may follow another one: it starts later. They may overlap while one hands over.

    Source: Waymark's own; that a framework is tendered again, Bolton AP procurement documents.
    """
    if successor.first_day <= predecessor.first_day:
        return Refused(
            "successor_not_later",
            f"The framework that it succeeds started on {predecessor.first_day}; a successor starts later.",
            OUR_OWN,
        )
    return Allowed()


def may_set_window(
    framework: Period, kind: WindowKind, wanted: Period, others: Iterable[tuple[WindowKind, Period]]
) -> Verdict:
    """Whether providers may apply in a further window; `others` are the framework's windows so far.

    The initial window comes first and once, refreshes after it; it may open before the framework starts. Source:
    Salford AP procurement documents (refreshed), read in the primary source; that windows never overlap is our own, so
    that every application belongs to one.
    """
    if wanted.last_day > framework.last_day:
        return Refused(
            "window_outside_framework",
            f"The framework ends on {framework.last_day}; a window closes by then.",
            SALFORD_AND_BOLTON,
        )
    for other_kind, other in others:
        if kind is WindowKind.INITIAL and other_kind is WindowKind.INITIAL:
            return Refused("initial_window_exists", "A framework has one initial window; set a refresh.", OUR_OWN)
        if wanted.overlaps(other):
            return Refused(
                "windows_overlap", f"Another window is open from {other.first_day} to {other.last_day}.", OUR_OWN
            )
        initial, refresh = (wanted, other) if kind is WindowKind.INITIAL else (other, wanted)
        if kind is not other_kind and refresh.first_day < initial.first_day:
            return Refused("refresh_before_initial", "A refresh comes after the initial window.", SALFORD_AND_BOLTON)
    return Allowed()


def may_move_window(window: Period, wanted: Period, today: date) -> Verdict:
    """Whether an announced window may be moved: freely before it opens, then only to close later.

    Source: Waymark's own, so that nobody who counted on a window finds it shut.
    """
    state = window_state(window, today)
    if state is WindowState.CLOSED:
        return Refused("window_is_closed", f"The window closed on {window.last_day}; set another.", OUR_OWN)
    if state is WindowState.OPEN and (wanted.first_day != window.first_day or wanted.last_day < window.last_day):
        return Refused("window_cut_short", "A window that is open may only close later.", OUR_OWN)
    if state is WindowState.UPCOMING and wanted.first_day < today:
        return Refused("window_opens_in_past", "A window opens today at the earliest.", OUR_OWN)
    return Allowed()
