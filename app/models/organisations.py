"""Organisations (councils, schools, providers), their sites, identifiers and contacts; and sandboxes."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import Index, UniqueConstraint, false
from sqlmodel import Field, SQLModel

from app.models.columns import INSTANT, JSON, TEXTS, Record, slug
from app.rules.identifiers import IdentifierScheme


class OrganisationKind(StrEnum):
    COUNCIL = "council"
    SCHOOL = "school"
    PROVIDER = "provider"


class ProviderCategory(StrEnum):
    """The categories of the Westmorland & Furness directory form, in slugs."""

    PUPIL_REFERRAL_UNIT = "pupil_referral_unit"
    AP_ACADEMY = "ap_academy"
    INDEPENDENT_SCHOOL = "independent_school"
    FURTHER_EDUCATION = "further_education"
    CHARITY = "charity"
    PRIVATE = "private"
    SOLE_TRADER = "sole_trader"
    OTHER = "other"

    @property
    def is_school(self) -> bool:
        """Whether such a provider is registered as a school, so that it has official numbers."""
        return self in {
            ProviderCategory.PUPIL_REFERRAL_UNIT,
            ProviderCategory.AP_ACADEMY,
            ProviderCategory.INDEPENDENT_SCHOOL,
            ProviderCategory.FURTHER_EDUCATION,
        }


class ContactRole(StrEnum):
    SAFEGUARDING_LEAD = "safeguarding_lead"
    HEAD = "head"
    SENCO = "senco"
    AP_OFFICER = "ap_officer"
    POLICE = "police"


class Sandbox(SQLModel, table=True):
    """A world of synthetic organisations that play together under one clock. Live organisations have none.

    `swept_at` is when a worker last took it up to do its duties, by the machine's clock.
    """

    __tablename__ = "sandboxes"

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    name: str = Field(max_length=200)
    stands_at: datetime | None = Field(default=None, sa_type=INSTANT)
    swept_at: datetime | None = Field(default=None, sa_type=INSTANT)


class Organisation(Record, table=True):
    __tablename__ = "organisations"

    kind: OrganisationKind = Field(sa_type=slug(OrganisationKind))
    name: str = Field(max_length=200)
    sandbox_id: UUID | None = Field(default=None, foreign_key="sandboxes.id", index=True)
    council_id: UUID | None = Field(default=None, foreign_key="organisations.id", index=True)
    registered_by_id: UUID | None = Field(default=None, foreign_key="organisations.id", index=True)
    category: ProviderCategory | None = Field(default=None, sa_type=slug(ProviderCategory))
    offer: str | None = Field(default=None, max_length=8000)
    target_groups: list[str] = Field(default_factory=list, sa_type=TEXTS)
    published: bool = Field(default=False)
    published_to_schools: bool = Field(default=False, sa_column_kwargs={"server_default": false()})


class Identifier(SQLModel, table=True):
    """An official number of an organisation, such as a URN; schemes and shapes are in `app.rules.identifiers`."""

    __tablename__ = "identifiers"
    __table_args__ = (
        UniqueConstraint("organisation_id", "scheme"),
        Index("ix_identifiers_scheme_value", "scheme", "value"),
    )

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    organisation_id: UUID = Field(foreign_key="organisations.id")
    scheme: IdentifierScheme = Field(sa_type=slug(IdentifierScheme))
    value: str = Field(max_length=40)


class Site(SQLModel, table=True):
    """A place where an organisation teaches, satellites included: schools must always know where a child is."""

    __tablename__ = "sites"
    __table_args__ = (UniqueConstraint("id", "organisation_id"),)

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    organisation_id: UUID = Field(foreign_key="organisations.id", index=True)
    name: str = Field(max_length=200)
    address: str = Field(max_length=500)
    postcode: str = Field(max_length=10)
    satellite: bool = Field(default=False, sa_column_kwargs={"server_default": false()})
    accessibility: str | None = Field(default=None, max_length=500)
    opening_times: list[dict[str, Any]] = Field(
        default_factory=list, sa_type=JSON, sa_column_kwargs={"server_default": "[]"}
    )


class Contact(SQLModel, table=True):
    """Whom to tell at an organisation. A council's police contact may have no email: then the provider phones."""

    __tablename__ = "contacts"

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    organisation_id: UUID = Field(foreign_key="organisations.id", index=True)
    role: ContactRole = Field(sa_type=slug(ContactRole))
    name: str | None = Field(default=None, max_length=200)
    email: str | None = Field(default=None, max_length=254)
    phone: str | None = Field(default=None, max_length=30)
