"""What an assessment rests on and what it leads to: sources of evidence, and actions with an owner and a day.

Source: AP Quality Toolkit (IntegratED, 2022), read in the primary source: an area records its sources of evidence and
its actions. The kinds of source and the bounds of the days are Waymark's own.
"""

from collections.abc import Iterable, Mapping
from datetime import date
from enum import StrEnum

from app.rules.sources import OUR_OWN
from app.rules.verdict import Allowed, Refused, Verdict


class EvidenceKind(StrEnum):
    """Where what is said comes from. None weighs more than another."""

    DOCUMENT = "document"
    OBSERVATION = "observation"
    PUPIL_VOICE = "pupil_voice"
    FAMILY_VOICE = "family_voice"
    STAFF_VOICE = "staff_voice"
    PARTNER_VOICE = "partner_voice"
    PUPILS_WORK = "pupils_work"
    RECORDS = "records"
    OTHER = "other"


def check_days(seen_on: Iterable[date], due_on: Iterable[date], today: date) -> Verdict:
    """Whether evidence was seen by today, and actions are due today or later. Source: Waymark's own."""
    if any(day > today for day in seen_on):
        return Refused("evidence_in_future", "Evidence has been seen today or before.", OUR_OWN)
    if any(day < today for day in due_on):
        return Refused("action_due_in_past", "An action that is set today is due today or later.", OUR_OWN)
    return Allowed()


def may_hand_on(due_on: Mapping[str, Iterable[date]], today: date) -> Verdict:
    """Whether the actions of an assessment, by area, may go to an action plan as it is completed: none is past its day.

    Source: Bolton AP quality assurance documents (actions are reviewed until closed), read in the primary source; that
    none is overdue from the first is Waymark's own.
    """
    past = [area for area, days in due_on.items() if any(day < today for day in days)]
    if past:
        return Refused(
            "action_due_in_past",
            "The day of an action has passed; give it a new one before the assessment is complete.",
            OUR_OWN,
            {"would_be_lawful": [f"give the actions of {area} a day that has not passed" for area in past[:10]]},
        )
    return Allowed()
