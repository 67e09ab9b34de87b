"""What a provider gives so that it may be trusted with children: insurance certificates, safeguarding confirmations.

`expiry_told` counts what the clock has told of the end: 1 that it comes near, 2 that it has come.
"""

from datetime import date
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, text
from sqlmodel import Field

from app.models.columns import Record, slug
from app.rules.provider_assurance import InsuranceKind


class InsuranceCertificate(Record, table=True):
    """An insurance of the provider's, first and last day included; `withdrawn_on` is the first without it."""

    __tablename__ = "insurance_certificates"
    __table_args__ = (
        CheckConstraint("starts_on <= expires_on", name="dates_in_order"),
        Index("ix_insurance_certificates_expiry_untold", "expires_on", postgresql_where=text("expiry_told < 2")),
    )

    provider_id: UUID = Field(foreign_key="organisations.id", index=True)
    kind: InsuranceKind = Field(sa_type=slug(InsuranceKind))
    insurer: str = Field(max_length=200)
    cover_pounds: int
    starts_on: date
    expires_on: date
    withdrawn_on: date | None = None
    withdrawn_because: str | None = Field(default=None, max_length=500)
    expiry_told: int = Field(default=0)


class SafeguardingConfirmation(Record, table=True):
    """The provider's word that its safeguarding checks are done; the newest counts.

    `staff_changed_on` marks that staff changed since, so that it wants renewing.
    """

    __tablename__ = "safeguarding_confirmations"
    __table_args__ = (
        CheckConstraint("confirmed_on <= valid_until", name="dates_in_order"),
        Index("ix_safeguarding_confirmations_expiry_untold", "valid_until", postgresql_where=text("expiry_told < 2")),
    )

    provider_id: UUID = Field(foreign_key="organisations.id", index=True)
    confirmed_by: str = Field(max_length=200)
    confirmed_on: date
    valid_until: date
    note: str | None = Field(default=None, max_length=500)
    staff_changed_on: date | None = None
    staff_change_note: str | None = Field(default=None, max_length=500)
    expiry_told: int = Field(default=0)
