"""Absences without agreement on the wire."""

from typing import Annotated

from pydantic import Field

from app.rules.agreements import PartyRole
from app.rules.unagreed_absences import ReportFlag, ReviewOutcome, UnagreedAbsenceState, UnagreedKind
from app.schemas.early_departures import ConsentRoles
from app.schemas.wire import Body, Count, Day, Id, Instant, LongText, Name, Read, Tagged

MOST_NOTES = 200
MOST_PROVIDERS = 5000


class UnagreedAbsenceReport(Body):
    """A pupil was sent home, or kept away or asked not to attend, without the agreement that this needs.

    Placement, kind and first day are enough. `ends_on` is left out for one day. `happened_at` is when the pupil left,
    or was told not to come. Where agreement was asked for, it is found by the day unless it is named.
    """

    placement_id: Id
    kind: UnagreedKind = Field(strict=False)
    starts_on: Day = Field(examples=["2026-11-24"])
    ends_on: Day | None = Field(default=None, examples=["2026-11-24"])
    happened_at: Instant | None = Field(default=None, examples=["2026-11-24T11:10:00Z"])
    what_happened: LongText | None = Field(default=None, examples=["Sent home after an argument; school was not asked"])
    decided_by: Name | None = Field(default=None, examples=["Centre manager"])
    early_departure_id: Id | None = None
    suspension_id: Id | None = None


class UnagreedAbsenceAddNote(Body):
    """What the calling party adds: the provider's response, what the school or the commissioner did."""

    written_by: Name = Field(examples=["A. Head, headteacher"])
    text: LongText = Field(examples=["Met with the family; back from tomorrow"])


class UnagreedAbsenceReview(Body):
    """What the commissioner found, once. The report and its flag stay whatever it is."""

    outcome: ReviewOutcome = Field(strict=False)
    reviewed_by: Name = Field(examples=["J. Okafor, AP officer"])
    note: LongText | None = Field(default=None, examples=["The provider now asks before it acts"])


class UnagreedAbsenceNoteRead(Read):
    id: Id
    organisation_id: Id
    role: PartyRole
    written_by: Name
    text: LongText
    written_at: Instant


class UnagreedAbsenceRead(Tagged):
    """A report, which never changes, with what was added to it and the commissioner's review.

    `potential_unlawful_exclusion` is true for ever. `agreement_missing` names the roles that had not agreed when it
    happened, `parent` among them; `flags` what looked odd about the report. In the reply to a repeated request the free
    texts are null and `notes` is empty.
    """

    id: Id
    placement_id: Id
    reported_by_id: Id
    reported_as: PartyRole
    kind: UnagreedKind
    starts_on: Day
    ends_on: Day
    happened_at: Instant | None
    what_happened: LongText | None
    decided_by: Name | None
    agreement_missing: ConsentRoles
    potential_unlawful_exclusion: bool
    flags: Annotated[list[ReportFlag], Field(max_length=10)]
    early_departure_id: Id | None
    suspension_id: Id | None
    state: UnagreedAbsenceState
    outcome: ReviewOutcome | None
    reviewed_by: Name | None
    reviewed_at: Instant | None
    review_note: LongText | None
    notes: Annotated[list[UnagreedAbsenceNoteRead], Field(max_length=MOST_NOTES)]
    created_at: Instant
    changed_at: Instant


class ProviderUnagreedAbsences(Read):
    """`incidents` counts a placement, kind and first day once, whoever reported it; the others count reports."""

    provider_id: Id
    provider_name: Name
    incidents: Count
    reports: Count
    sent_home: Count
    kept_away: Count
    open: Count
    confirmed: Count


class UnagreedAbsenceCounts(Read):
    """The providers with reports that the caller may see, the most incidents first."""

    providers: Annotated[list[ProviderUnagreedAbsences], Field(max_length=MOST_PROVIDERS)]
