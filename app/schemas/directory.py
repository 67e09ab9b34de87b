"""Councils, schools and providers as the directory shows them."""

from typing import Annotated

from pydantic import Field

from app.models.organisations import OrganisationKind, ProviderCategory
from app.rules.directory_entries import DayOfWeek, Publication
from app.rules.identifiers import IdentifierScheme
from app.schemas.contacts import ContactsWritten
from app.schemas.wire import Body, ClockTime, Id, Instant, LongText, Name, Read, ShortText, Tagged, left_out

Postcode = Annotated[str, Field(min_length=5, max_length=10, pattern=r"^[A-Z0-9 ]+$", examples=["M5 3EQ"])]
IdentifierValue = Annotated[str, Field(min_length=1, max_length=40, examples=["102345"])]
MOST_SITES = 50
TargetGroups = Annotated[list[ShortText], Field(max_length=30, examples=[["KS3", "KS4", "EHCP"]])]


class IdentifierWire(Body):
    """An official number: URN, UKPRN, DfE number, Ofsted, company or charity number."""

    scheme: IdentifierScheme = Field(strict=False)
    value: IdentifierValue


IdentifiersWritten = Annotated[list[IdentifierWire], Field(max_length=10)]
Warnings = Annotated[
    list[ShortText],
    Field(
        max_length=20,
        description="What looks odd in the identifiers and was kept all the same.",
        examples=[["999 is no local authority number that we know."]],
    ),
]


class OpeningTimeWire(Body):
    """When a site is open every week, by the clock in London."""

    day: DayOfWeek = Field(strict=False)
    opens_at: ClockTime = Field(examples=["08:45"])
    closes_at: ClockTime = Field(examples=["15:30"])


OpeningTimes = Annotated[list[OpeningTimeWire], Field(max_length=21)]
Accessibility = Annotated[ShortText, Field(examples=["Step-free; accessible toilet"])]


class SiteWrite(Body):
    name: Name
    address: ShortText
    postcode: Postcode
    satellite: bool = Field(default=False, examples=[False])
    opening_times: OpeningTimes = []
    accessibility: Accessibility | None = None


class SchoolCreate(Body):
    """A school of the calling council that it takes into the directory."""

    name: Name = Field(examples=["Hill School"])
    identifiers: IdentifiersWritten = []
    contacts: ContactsWritten = []


class ProviderCreate(Body):
    """A provider that a council takes into the directory."""

    name: Name
    category: ProviderCategory = Field(strict=False)
    offer: LongText | None = None
    target_groups: TargetGroups = []
    published: bool = False
    identifiers: IdentifiersWritten = []
    sites: Annotated[list[SiteWrite], Field(max_length=MOST_SITES)] = []
    contacts: ContactsWritten = []


class ProviderUpdate(Body):
    """A provider's own changes to its entry. Members left out stay as they are."""

    offer: LongText | None = None
    target_groups: TargetGroups = Field(default_factory=left_out)
    published: bool = Field(default_factory=left_out)


class IdentifierRead(Read):
    scheme: IdentifierScheme
    value: IdentifierValue


class OpeningTimeRead(Read):
    day: DayOfWeek
    opens_at: ClockTime
    closes_at: ClockTime


class SiteRead(Tagged):
    id: Id
    name: Name
    address: ShortText
    postcode: Postcode
    satellite: bool
    opening_times: Annotated[list[OpeningTimeRead], Field(max_length=21)]
    accessibility: Accessibility | None


class OrganisationRead(Tagged):
    """A council or school."""

    id: Id
    kind: OrganisationKind
    name: Name
    council_id: Id | None
    identifiers: Annotated[list[IdentifierRead], Field(max_length=10)]
    warnings: Warnings
    changed_at: Instant


class ProviderRead(Tagged):
    """A provider with every site, satellites included. `published` is true where `publication` is `everyone`."""

    id: Id
    name: Name
    category: ProviderCategory | None
    offer: LongText | None
    target_groups: TargetGroups
    published: bool
    publication: Publication
    identifiers: Annotated[list[IdentifierRead], Field(max_length=10)]
    warnings: Warnings
    sites: Annotated[list[SiteRead], Field(max_length=MOST_SITES)]
    changed_at: Instant
