"""Imports of files: their life, what becomes of a row, and what no cell may hold.

An import does what its caller could do one by one, by the same rules, and never overwrites what is there: a row that
says something else than what is registered is rejected and named. Source: Waymark's own.
"""

import re
from enum import StrEnum

from app.rules.sources import OUR_OWN
from app.rules.state_tables import StateTable, Transition
from app.rules.verdict import Allowed, Refused, Verdict

LONGEST_CELL = 8_000
MOST_ROWS = 20_000


class ImportKind(StrEnum):
    """What the rows of a file are: the name of the collection that they go into."""

    PUPILS = "pupils"
    PLACEMENTS = "placements"
    PROVIDERS = "providers"
    CALENDARS = "calendars"


class ImportState(StrEnum):
    AWAITING_CONTENT = "awaiting_content"
    WAITING = "waiting"
    RUNNING = "running"
    COMPLETED = "completed"
    CANCELLED = "cancelled"
    STOPPED = "stopped"


class RowState(StrEnum):
    """What became of a row; in a dry run, what would have."""

    WAITING = "waiting"
    MADE = "made"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    REJECTED = "rejected"
    NOT_DONE = "not_done"


class StopReason(StrEnum):
    """Why an import was stopped: it is done for its client, and no longer than that client could do it itself."""

    CLIENT_REVOKED = "client_revoked"
    SCOPE_LACKING = "scope_lacking"


IMPORTS = StateTable(
    "import",
    OUR_OWN,
    (
        Transition(ImportState.AWAITING_CONTENT, "upload", ImportState.WAITING),
        Transition(ImportState.AWAITING_CONTENT, "cancel", ImportState.CANCELLED),
        Transition(ImportState.WAITING, "begin", ImportState.RUNNING, ("clock",)),
        Transition(ImportState.WAITING, "cancel", ImportState.CANCELLED),
        Transition(ImportState.WAITING, "stop", ImportState.STOPPED, ("clock",)),
        Transition(ImportState.RUNNING, "complete", ImportState.COMPLETED, ("clock",)),
        Transition(ImportState.RUNNING, "cancel", ImportState.CANCELLED),
        Transition(ImportState.RUNNING, "stop", ImportState.STOPPED, ("clock",)),
    ),
)

# What a spreadsheet takes for the beginning of a formula, in the wide forms of East Asian keyboards too.
_FORMULA = re.compile("[=+\\-@\uff1d\uff0b\uff0d\uff20]")
_UNFIT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
# Marks that are not seen, or turn round what is: two names that look the same would not be the same.
_UNSEEN = re.compile("[\u00ad\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff]")
_PHONE = re.compile(r"\+[0-9][0-9 ]{1,28}", re.ASCII)


def check_cell(cell: str) -> Verdict:
    """Whether a text may be a cell of an import: no formula, no control character, not endlessly long.

    What begins like a formula is refused, and not mended: a name that a spreadsheet would calculate is no name. A
    telephone number with its `+` passes. Source: Waymark's own.
    """
    if len(cell) > LONGEST_CELL:
        return Refused("cell_too_long", f"A cell has at most {LONGEST_CELL} characters.", OUR_OWN)
    if "\x00" in cell:
        return Refused("nul_character", "A cell contains the NUL character.", OUR_OWN)
    if _UNFIT.search(cell):
        return Refused("control_character", "A cell contains a control character.", OUR_OWN)
    if _UNSEEN.search(cell):
        return Refused("invisible_character", "A cell contains a character that is not seen.", OUR_OWN)
    if _FORMULA.match(cell.lstrip()) and not _PHONE.fullmatch(cell.strip()):
        return Refused(
            "formula",
            "A cell begins as a formula does in a spreadsheet (=, +, - or @): write the value itself.",
            OUR_OWN,
        )
    return Allowed()


def may_stand(*, revoked: bool, may_still: bool) -> StopReason | None:
    """Why an import is stopped before its next rows; None where it goes on. Source: Waymark's own."""
    if revoked:
        return StopReason.CLIENT_REVOKED
    return None if may_still else StopReason.SCOPE_LACKING


def differs(members: list[str]) -> Refused:
    """What is registered under a row's natural key says something else in these columns. Source: Waymark's own."""
    return Refused(
        "differs_from_existing",
        f"What is registered already says something else in: {', '.join(members)}. Nothing was changed: an import adds,"
        " and never overwrites.",
        OUR_OWN,
    )
