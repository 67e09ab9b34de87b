"""Councils, schools and providers as the directory shows them."""

from typing import Annotated

from pydantic import Field

from app.models.organisations import ContactRole, OrganisationKind, ProviderCategory
from app.rules.identifiers import IdentifierScheme
from app.schemas.wire import Body, Email, Id, Instant, LongText, Name, Phone, Read, ShortText

Postcode = Annotated[str, Field(min_length=5, max_length=10, pattern=r"^[A-Z0-9 ]+$", examples=["M5 3EQ"])]
IdentifierValue = Annotated[str, Field(min_length=1, max_length=40, examples=["102345"])]
TargetGroups = Annotated[list[ShortText], Field(max_length=30, examples=[["KS3", "KS4", "EHCP"]])]


class IdentifierWire(Body):
    """An official number: URN, UKPRN, DfE number, Ofsted, company or charity number."""

    scheme: IdentifierScheme = Field(strict=False)
    value: IdentifierValue


class SiteWrite(Body):
    name: Name
    address: ShortText
    postcode: Postcode


class ContactWrite(Body):
    """Whom to tell. Without an email an alert becomes a phone task."""

    role: ContactRole = Field(strict=False)
    name: Name | None = None
    email: Email | None = None
    phone: Phone | None = None


class ProviderCreate(Body):
    """A provider that a council takes into the directory."""

    name: Name
    category: ProviderCategory = Field(strict=False)
    offer: LongText | None = None
    target_groups: TargetGroups = []
    published: bool = False
    identifiers: Annotated[list[IdentifierWire], Field(max_length=10)] = []
    sites: Annotated[list[SiteWrite], Field(max_length=50)] = []
    contacts: Annotated[list[ContactWrite], Field(max_length=20)] = []


class ProviderUpdate(Body):
    """A provider's own changes to its entry. Members left out stay as they are."""

    offer: LongText | None = None
    target_groups: TargetGroups | None = None
    published: bool | None = None


class IdentifierRead(Read):
    scheme: IdentifierScheme
    value: IdentifierValue


class SiteRead(Read):
    id: Id
    name: Name
    address: ShortText
    postcode: Postcode


class OrganisationRead(Read):
    """A council or school."""

    id: Id
    kind: OrganisationKind
    name: Name
    council_id: Id | None
    identifiers: Annotated[list[IdentifierRead], Field(max_length=10)]
    changed_at: Instant


class ProviderRead(Read):
    """A provider's directory entry with every site, satellites included."""

    id: Id
    name: Name
    category: ProviderCategory | None
    offer: LongText | None
    target_groups: TargetGroups
    published: bool
    identifiers: Annotated[list[IdentifierRead], Field(max_length=10)]
    sites: Annotated[list[SiteRead], Field(max_length=50)]
    changed_at: Instant
