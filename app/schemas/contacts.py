"""The people of an organisation who are told when something happens to a child."""

from typing import Annotated

from pydantic import Field

from app.models.organisations import ContactRole
from app.schemas.wire import Body, Email, Instant, Name, Phone, Read, Tagged


class ContactWrite(Body):
    """Whom to tell. Without an email an alert becomes a phone task."""

    role: ContactRole = Field(strict=False)
    name: Name | None = None
    email: Email | None = Field(default=None, examples=["dsl@hill.example.org"])
    phone: Phone | None = Field(default=None, examples=["0161 496 0000"])


ContactsWritten = Annotated[list[ContactWrite], Field(max_length=20)]


class ContactsReplace(Body):
    """All contacts of the caller's organisation, in place of those it had."""

    contacts: ContactsWritten


class ContactRead(Read):
    role: ContactRole
    name: Name | None
    email: Email | None
    phone: Phone | None


class ContactsRead(Tagged):
    """The contacts of the caller's own organisation: absconding alerts are sent to them."""

    contacts: Annotated[list[ContactRead], Field(max_length=200)]
    changed_at: Instant
