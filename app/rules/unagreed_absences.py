"""A pupil sent home or kept away without the agreement that it needs: reported, flagged, told, and never lost.

Source: Salford AP contract slides, read in the primary source: an unagreed sending-home is potentially an unlawful
exclusion, and so is a suspension without prior agreement. Nothing here refuses a report: what looks odd about one is
flagged. It is never accepted as agreed afterwards.
"""

from collections.abc import Collection, Mapping
from datetime import date
from enum import StrEnum
from types import MappingProxyType
from uuid import UUID

from app.rules.agreements import AgreementKind, Parties
from app.rules.consents import consents_missing
from app.rules.placements import PlacementState
from app.rules.sources import SALFORD
from app.rules.state_tables import StateTable, Transition

LONGEST_IN_DAYS = 366


class UnagreedKind(StrEnum):
    """`kept_away` covers a pupil who was asked not to attend."""

    SENT_HOME = "sent_home"
    KEPT_AWAY = "kept_away"


class UnagreedAbsenceState(StrEnum):
    OPEN = "open"
    REVIEWED = "reviewed"


class ReviewOutcome(StrEnum):
    """What the commissioner found. Whatever it is, the report and its flag stay."""

    UNLAWFUL_EXCLUSION_CONFIRMED = "unlawful_exclusion_confirmed"
    NOT_AN_EXCLUSION = "not_an_exclusion"
    RESOLVED = "resolved"
    REPORTED_IN_ERROR = "reported_in_error"


class ReportFlag(StrEnum):
    """What looks odd about a report that was taken all the same."""

    PLACEMENT_NOT_ACTIVE = "placement_not_active"
    NO_SESSION_EXPECTED = "no_session_expected"
    AGREED_ON_RECORD = "agreed_on_record"


UNAGREED_ABSENCES = StateTable(
    "unagreed absence",
    SALFORD,
    (Transition(UnagreedAbsenceState.OPEN, "review", UnagreedAbsenceState.REVIEWED, ("commissioner",)),),
)

NEEDED: Mapping[UnagreedKind, AgreementKind] = MappingProxyType(
    {UnagreedKind.SENT_HOME: AgreementKind.SENDING_HOME, UnagreedKind.KEPT_AWAY: AgreementKind.SUSPENSION}
)
"""The agreement that would have been needed. Source: Salford AP contract slides, read in the primary source."""


def agreement_missing(
    kind: UnagreedKind, parties: Parties, agreed: Collection[UUID], *, parents_consent: bool
) -> list[str]:
    """The roles whose agreement was missing when it happened, as a report states them for ever.

    Sending home needed school and parents, keeping away school and commissioner. Source: Salford AP contract slides,
    read in the primary source.
    """
    return consents_missing(NEEDED[kind], parties, agreed, parents_consent=parents_consent)


def report_flags(
    *,
    state: PlacementState,
    placed_from: date,
    placed_until: date,
    starts_on: date,
    ends_on: date,
    session_expected: bool,
    missing: Collection[str],
) -> tuple[ReportFlag, ...]:
    """What looks odd about a report, for those who read it; it is taken as it came.

    Source: Salford AP contract slides (never silently lost), read in the primary source.
    """
    placed = state is PlacementState.ACCEPTED and starts_on <= placed_until and placed_from <= ends_on
    odd = {
        ReportFlag.PLACEMENT_NOT_ACTIVE: not placed,
        ReportFlag.NO_SESSION_EXPECTED: not session_expected,
        ReportFlag.AGREED_ON_RECORD: not missing,
    }
    return tuple(flag for flag, applies in odd.items() if applies)


def forbids_agreement(outcome: ReviewOutcome | None) -> bool:
    """Whether a report stands in the way of agreeing to that day's departure: unless it was reported in error.

    Source: Salford AP contract slides (never accepted as if agreed), read in the primary source.
    """
    return outcome is not ReviewOutcome.REPORTED_IN_ERROR
