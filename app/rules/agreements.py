"""Who must agree to what, who has, and who may still answer.

Source: Salford AP contract slides, read in the primary source. Nobody records another party's agreement; one
organisation in two roles agrees once; nobody consents for two sides.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from types import MappingProxyType
from uuid import UUID

from app.rules.london import LONDON, written_in_utc
from app.rules.sources import OUR_OWN, SALFORD
from app.rules.state_tables import StateTable, Transition
from app.rules.verdict import Allowed, Refused, Verdict


class PartyRole(StrEnum):
    COMMISSIONER = "commissioner"
    HOST_SCHOOL = "host_school"
    PROVIDER = "provider"


class AgreementKind(StrEnum):
    SUSPENSION = "suspension"
    SENDING_HOME = "sending_home"
    IMMEDIATE_TERMINATION = "immediate_termination"
    EXTENSION = "extension"
    PART_TIME_PLAN = "part_time_plan"


@dataclass(frozen=True, slots=True)
class AgreementNeeds:
    """The roles that must agree, and whether a parent's consent must be recorded as evidence besides."""

    roles: tuple[PartyRole, ...]
    parents: bool = False


NEEDS: Mapping[AgreementKind, AgreementNeeds] = MappingProxyType(
    {
        AgreementKind.SUSPENSION: AgreementNeeds((PartyRole.HOST_SCHOOL, PartyRole.COMMISSIONER)),
        AgreementKind.SENDING_HOME: AgreementNeeds((PartyRole.HOST_SCHOOL,), parents=True),
        AgreementKind.IMMEDIATE_TERMINATION: AgreementNeeds(tuple(PartyRole)),
        AgreementKind.EXTENSION: AgreementNeeds(tuple(PartyRole)),
        AgreementKind.PART_TIME_PLAN: AgreementNeeds((PartyRole.HOST_SCHOOL, PartyRole.COMMISSIONER), parents=True),
    }
)

Parties = Mapping[UUID, frozenset[PartyRole]]
"""Organisations that must agree, each with the roles that its one agreement satisfies."""


class AgreementAnswer(StrEnum):
    AGREED = "agreed"
    REFUSED = "refused"


class AskedState(StrEnum):
    """What has become of a question to the parties: whatever asks for agreement has one of these states."""

    REQUESTED = "requested"
    AGREED = "agreed"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    LAPSED = "lapsed"


def life_of_what_both_sides_agree(subject: str, source: str) -> StateTable[AskedState]:
    """The life of a request that any party may make and both sides must agree to.

    `agree` is the answer of the last party still to agree; earlier answers leave the state as it is.
    `end_with_placement`: the placement ends so that nothing is left to agree on.
    """
    parties = tuple(role.value for role in PartyRole)
    open_ = AskedState.REQUESTED
    return StateTable(
        subject,
        source,
        (
            Transition(open_, "agree", AskedState.AGREED, parties),
            Transition(open_, "refuse", AskedState.REFUSED, parties),
            Transition(open_, "withdraw", AskedState.WITHDRAWN, ("party_that_asked",)),
            Transition(open_, "lapse", AskedState.LAPSED, ("clock",)),
            Transition(open_, "end_with_placement", AskedState.WITHDRAWN, ("termination",)),
        ),
    )


def asked_state(state: AskedState, answer_by: datetime, now: datetime) -> AskedState:
    """The state at `now`: what not all agreed to by `answer_by` has lapsed, whether or not anybody has noted it yet.

    Source: Waymark's own, so that no question stays open for ever.
    """
    return AskedState.LAPSED if state is AskedState.REQUESTED and now >= answer_by else state


def end_of_day(day: date) -> datetime:
    """The instant, in UTC, at which a school day is over: until then a question about that day can be answered."""
    return datetime.combine(day + timedelta(days=1), time(), LONDON).astimezone(UTC)


NOT_A_PARTY = Refused("not_a_party", "Only a party to the placement may do this.", OUR_OWN)
"""For one who sees a placement without a role in it: watching is not taking part. Source: Waymark's own."""


def parties_to_agree(kind: AgreementKind, *, commissioner: UUID, host_school: UUID | None, provider: UUID) -> Parties:
    """The organisations that must agree, with the roles that each satisfies.

    Without a host school the commissioner agrees alone. A provider that is itself the host school or the
    commissioner stands on the provider's side only: its word counts for no other side, and the commissioner
    answers for a school that is the provider. Source: Salford AP contract slides, read in the primary
    source.
    """
    needed = NEEDS[kind].roles
    holders = {
        PartyRole.COMMISSIONER: commissioner,
        PartyRole.HOST_SCHOOL: host_school,
        PartyRole.PROVIDER: provider,
    }
    parties: dict[UUID, frozenset[PartyRole]] = {}
    for role in needed:
        holder = holders[role]
        if holder is None or (role is not PartyRole.PROVIDER and holder == provider):
            continue
        parties[holder] = parties.get(holder, frozenset()) | {role}
    other_side_speaks = any(holder != provider for holder in parties)
    if not other_side_speaks and commissioner != provider:
        parties[commissioner] = frozenset({PartyRole.COMMISSIONER})
    return parties


def still_to_agree(parties: Parties, agreed: Collection[UUID]) -> Parties:
    """The parties that have not agreed yet, with their roles."""
    return {organisation: roles for organisation, roles in parties.items() if organisation not in agreed}


def roles_still_to_agree(parties: Parties, agreed: Collection[UUID]) -> list[str]:
    """The roles that are still open, as a refusal names them under `still_to_agree`."""
    missing = still_to_agree(parties, agreed).values()
    return sorted(role.value for roles in missing for role in roles)


def all_have_agreed(parties: Parties, agreed: Collection[UUID]) -> Verdict:
    """Whether nothing is missing; with nobody on the other side nothing is ever agreed.

    Source: Salford AP contract slides, read in the primary source.
    """
    if not parties:
        return Refused("nobody_to_agree", "There is no other side that could agree.", SALFORD)
    missing = roles_still_to_agree(parties, agreed)
    if missing:
        return Refused(
            "agreement_missing",
            "Not every party whose agreement is needed has agreed.",
            SALFORD,
            {"still_to_agree": missing},
        )
    return Allowed()


def _agreed(answered: Mapping[UUID, AgreementAnswer]) -> list[UUID]:
    return [organisation for organisation, answer in answered.items() if answer is AgreementAnswer.AGREED]


def may_agree(
    parties: Parties,
    organisation: UUID,
    *,
    answered: Mapping[UUID, AgreementAnswer],
    now: datetime,
    takes_effect_at: datetime | None = None,
) -> Verdict:
    """Whether an organisation may answer (agree or refuse) for itself at `now`.

    `takes_effect_at` is None where agreement need not come first. Source: Salford AP contract slides (prior
    agreement; only the party itself agrees), read in the primary source.
    """
    if organisation not in parties:
        return Refused("not_a_party_to_agree", "The agreement asked for is not this organisation's to give.", OUR_OWN)
    if organisation in answered:
        return Refused("already_answered", "This organisation has already answered.", OUR_OWN)
    if takes_effect_at is not None and now >= takes_effect_at:
        return Refused(
            "agreement_too_late",
            "Agreement must come before it takes effect; that moment has passed.",
            SALFORD,
            {
                "takes_effect_at": written_in_utc(takes_effect_at),
                "still_to_agree": roles_still_to_agree(parties, _agreed(answered)),
            },
        )
    return Allowed()
