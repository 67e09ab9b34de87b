"""The extract for the register of children not in school: who is taught elsewhere, where, and for how long."""

from typing import Annotated

from pydantic import Field

from app.access.scopes import Scope
from app.models.organisations import OrganisationKind, ProviderCategory
from app.rules.census_setting import SettingType
from app.schemas.attendance_summaries import Sessions
from app.schemas.leaver_destinations import Ukprn
from app.schemas.outcomes import Urn
from app.schemas.wire import Day, Id, Name, Read, ShortText


class PlaceRead(Read):
    """A place where the child is taught in the period, and the time timetabled and spent there.

    Without an address the sessions are online, or the timetable names none of the provider's several sites.
    """

    taught_online: bool = Field(description="Whether these sessions are taught online, at no place.")
    site_id: Id | None = Field(description="The provider's site in this service.")
    site_name: Name | None = Field(description="The name of the site.")
    address: ShortText | None = Field(description="The address of the place where the child is taught.")
    postcode: Annotated[str | None, Field(max_length=10, description="Its postcode.")]
    satellite: bool | None = Field(description="Whether the site is a satellite.")
    place_stated: bool = Field(
        description="Whether the timetable names the site; else it is the only site that the provider has, if any."
    )
    sessions_timetabled: Sessions = Field(description="Sessions of the period on the timetable there.")
    minutes_timetabled: Sessions = Field(description="How long those are, in minutes.")
    sessions_attended: Sessions = Field(description="Of those, the ones that the pupil came to, late or not.")
    minutes_attended: Sessions = Field(description="How long those are as timetabled, in minutes.")


class ChildNotInSchoolRow(Read):
    """A child whose home council the caller is, in one placement; a file has a line for each of its places."""

    placement_id: Id = Field(description="The placement in this service.")
    pupil_id: Id = Field(description="The pupil in this service.")
    upn: Annotated[
        str | None,
        Field(
            max_length=13,
            description="The pupil's UPN, for clients that may read it.",
            json_schema_extra={"x-needs": Scope.PUPILS_READ_UPN.value},
        ),
    ]
    family_name: Name = Field(description="The pupil's family name.")
    given_name: Name = Field(description="The pupil's given name.")
    date_of_birth: Day = Field(description="The pupil's date of birth.")
    on_school_roll: bool = Field(description="Whether the pupil is on a school's roll.")
    host_school_id: Id | None = Field(description="The school whose roll it is.")
    host_school_name: Name | None = Field(description="That school's name.")
    commissioner_id: Id = Field(description="Who arranged the placement.")
    arranged_by: OrganisationKind | None = Field(description="Whether a school or a council arranged it.")
    provider_id: Id = Field(description="The provider in this service.")
    provider_name: Name | None = Field(description="The provider's name.")
    provider_type: ProviderCategory | None = Field(description="What kind of provider it is, as its entry says.")
    urn: Urn | None = Field(description="The setting's URN; of this and the next two exactly one is filled.")
    ukprn: Ukprn | None = Field(description="The setting's UKPRN, where it has no URN.")
    setting_type: SettingType | None = Field(description="What kind of setting it is, where it has neither.")
    starts_on: Day = Field(description="The placement's first day.")
    ends_on: Day = Field(description="The placement's last day as it stands now.")
    places: Annotated[list[PlaceRead], Field(max_length=100)] = Field(description="Where the child is taught.")
