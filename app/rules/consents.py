"""Whose word is still missing, that of the parents included; and what a parent said, as evidence.

Source: Salford AP contract slides, read in the primary source: sending a pupil home needs the parents' consent besides
the host school's. A parent has no client, so that the provider records who consented, how, when and to whom.
"""

from collections.abc import Collection, Iterable
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from app.rules.agreements import NEEDS, AgreementKind, Parties, roles_still_to_agree
from app.rules.london import LONDON, written_in_utc
from app.rules.sources import OUR_OWN, SALFORD
from app.rules.verdict import Allowed, Refused, Verdict

REPORT_AS = "report_unagreed_absence"
"""The operation that a refusal names under `report_as`: what happened without agreement is reported there."""

MOST_CONSENTS = 20


class ConsentRole(StrEnum):
    """Those whose word may be missing."""

    HOST_SCHOOL = "host_school"
    COMMISSIONER = "commissioner"
    PARENT = "parent"


class ConsentAnswer(StrEnum):
    GIVEN = "given"
    REFUSED = "refused"


class ConsentChannel(StrEnum):
    """How a parent said it."""

    PHONE = "phone"
    IN_PERSON = "in_person"
    TEXT_MESSAGE = "text_message"
    EMAIL = "email"
    WRITTEN = "written"


class Relationship(StrEnum):
    """What the person who answers for the pupil is to the pupil."""

    PARENT = "parent"
    STEP_PARENT = "step_parent"
    FOSTER_CARER = "foster_carer"
    GUARDIAN = "guardian"
    SOCIAL_WORKER = "social_worker"
    OTHER = "other"


def consents_missing(
    kind: AgreementKind, parties: Parties, agreed: Collection[UUID], *, parents_consent: bool
) -> list[str]:
    """The roles whose word is missing, `parent` among them where theirs is needed: the `still_to_agree` of a refusal.

    Source: Salford AP contract slides, read in the primary source.
    """
    missing = roles_still_to_agree(parties, agreed)
    if NEEDS[kind].parents and not parents_consent:
        missing = sorted([*missing, ConsentRole.PARENT.value])
    return missing


def parents_have_consented(answers: Iterable[ConsentAnswer]) -> bool:
    """Whether the parents' consent is on record: somebody gave it, and nobody refused."""
    return set(answers) == {ConsentAnswer.GIVEN}


def may_record_consent(
    *, given_at: datetime, requested_at: datetime, leaving_at: datetime, recorded_at: datetime
) -> Verdict:
    """Whether what a parent said at `given_at` counts for a departure: said, and on record, before the pupil leaves.

    Sources: Salford AP contract slides (consent needed), read in the primary source; that consent given in blank, on a
    day before the request, is none, is Waymark's own.
    """
    if max(given_at, recorded_at) >= leaving_at:
        return Refused(
            "consent_too_late",
            "Parents consent, and their consent is recorded, before the pupil leaves; that moment has passed.",
            SALFORD,
            {"takes_effect_at": written_in_utc(leaving_at), "report_as": REPORT_AS},
        )
    if _london_day(given_at) < _london_day(requested_at):
        return Refused(
            "consent_not_for_this",
            "Consent is to this departure: it is given on the day of the request or later.",
            OUR_OWN,
        )
    return Allowed()


def _london_day(instant: datetime) -> date:
    return instant.astimezone(LONDON).date()
