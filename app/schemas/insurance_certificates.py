"""Insurance certificates on the wire."""

from typing import Annotated

from pydantic import Field

from app.rules.provider_assurance import AssuranceState, InsuranceKind
from app.schemas.wire import Body, Day, Id, Instant, Name, ShortText, Tagged

Pounds = Annotated[int, Field(ge=1, le=1_000_000_000, examples=[5_000_000], description="Whole pounds.")]


class InsuranceGive(Body):
    """A certificate of the calling provider's, first and last day included."""

    kind: InsuranceKind = Field(strict=False)
    insurer: Name = Field(examples=["Invented Mutual"])
    cover_pounds: Pounds
    starts_on: Day = Field(examples=["2026-09-01"])
    expires_on: Day = Field(examples=["2027-08-31"])


class InsuranceWithdraw(Body):
    """From today on the insurance holds no longer, or was given by mistake."""

    reason: ShortText = Field(examples=["The insurer cancelled the policy"])


class InsuranceRead(Tagged):
    """A certificate. `state` is today's; a later one of the same kind supersedes it from its own first day on."""

    id: Id
    provider_id: Id
    kind: InsuranceKind
    insurer: Name
    cover_pounds: Pounds
    starts_on: Day
    expires_on: Day
    state: AssuranceState
    withdrawn_on: Day | None
    withdrawn_because: ShortText | None
    created_at: Instant
    changed_at: Instant
