"""How a mark came to be, and when it may be corrected: marks are appended, never changed."""

from enum import StrEnum
from uuid import UUID

from app.rules.sources import OUR_OWN
from app.rules.verdict import Allowed, Refused, Verdict


class MarkOrigin(StrEnum):
    """What a mark is: the first of its session, or why it takes another's place.

    `restatement`: a later submission of the provider's says otherwise. `correction`: the provider corrected one mark
    and says why. `circumstances`: the provider's statement stands, and what is known of the session changed, so that
    Waymark suggests another code.
    """

    SUBMISSION = "submission"
    RESTATEMENT = "restatement"
    CORRECTION = "correction"
    CIRCUMSTANCES = "circumstances"


def may_correct(mark_id: UUID, current_mark_id: UUID | None) -> Verdict:
    """Whether a mark may be corrected: only the one that stands, so that a session has one chain with one end.

    Source: Waymark's own.
    """
    if current_mark_id != mark_id:
        return Refused(
            "mark_superseded",
            "Another mark has taken this one's place; correct that one.",
            OUR_OWN,
            {"current_mark_id": str(current_mark_id)},
        )
    return Allowed()


CHANGES_NOTHING = Refused(
    "correction_changes_nothing", "The correction says what the mark says already; nothing was stored.", OUR_OWN
)
