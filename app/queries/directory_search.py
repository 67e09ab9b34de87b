"""Searching the directory: what a council or school asks when it chooses a provider.

Every condition stands on `visible_organisations`. Row security is judged before them, since none of their operators is
leakproof: a hidden provider is never compared with what is asked, so that no answer, count or time tells of it. For the
same reason the application's role could use no index over the words, and there is none.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, false, func, or_, select
from sqlalchemy.sql.elements import SQLCoreOperations
from sqlalchemy.sql.expression import cast
from sqlmodel import col

from app.access.caller import Caller
from app.models.columns import JSON, TEXTS
from app.models.directory_entries import DirectoryEntry
from app.models.frameworks import Lot, LotAward
from app.models.organisations import Organisation, OrganisationKind, ProviderCategory, Site
from app.queries.award_suspensions import suspended_on
from app.queries.directory import visible_organisations
from app.queries.lot_awards import visible_awards
from app.queries.vacancies import places_free, vacancies_on
from app.rules.directory_entries import DayOfWeek, TargetGroup, groups_of_key_stage
from app.rules.procurement import AttendancePattern, DeliveryOption, KeyStage


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is asked of a provider; all of it must hold, and None asks nothing."""

    q: str | None = None
    category: ProviderCategory | None = None
    target_groups: tuple[TargetGroup, ...] = ()
    need: str | None = None
    key_stage: KeyStage | None = None
    qualification: str | None = None
    days: tuple[DayOfWeek, ...] = ()
    pattern: AttendancePattern | None = None
    delivery_option: DeliveryOption | None = None
    online: bool | None = None
    transport: bool | None = None
    outward_code: str | None = None
    council_id: UUID | None = None
    framework_id: UUID | None = None
    lot_id: UUID | None = None
    vacancy: bool | None = None


def providers_wanted(caller: Caller, wanted: Wanted) -> Select[Organisation]:
    """The providers that the caller may find and that have everything it asks for."""
    statement = visible_organisations(caller, OrganisationKind.PROVIDER)
    if wanted.category is not None:
        statement = statement.where(col(Organisation.category) == wanted.category)
    said = list(_said_in_entry(wanted))
    if said:
        statement = statement.where(_tells(*said))
    for day in wanted.days:
        statement = statement.where(_open_on(day))
    if wanted.outward_code is not None:
        statement = statement.where(_site_in(wanted.outward_code))
    if wanted.council_id is not None:
        awarded = _awarded(caller, col(LotAward.council_id) == wanted.council_id)
        statement = statement.where(or_(awarded, col(Organisation.registered_by_id) == wanted.council_id))
    if wanted.framework_id is not None:
        of_framework = select(col(Lot.id)).where(col(Lot.framework_id) == wanted.framework_id)
        statement = statement.where(_awarded(caller, col(LotAward.lot_id).in_(of_framework)))
    if wanted.lot_id is not None:
        statement = statement.where(_awarded(caller, col(LotAward.lot_id) == wanted.lot_id))
    if wanted.vacancy is not None:
        free = _with_a_place(caller)
        statement = statement.where(free if wanted.vacancy else ~free)
    return statement


def _said_in_entry(wanted: Wanted) -> Iterator[ColumnElement[bool]]:
    if wanted.target_groups:
        yield col(DirectoryEntry.target_groups).contains(_texts(*wanted.target_groups))
    if wanted.key_stage is not None:
        yield col(DirectoryEntry.target_groups).bool_op("&&")(_texts(*groups_of_key_stage(wanted.key_stage)))
    if wanted.need is not None:
        in_own_words = func.array_to_string(col(DirectoryEntry.needs_met), "\n")
        yield in_own_words.icontains(wanted.need, autoescape=True)
    if wanted.qualification is not None:
        yield _qualification_titled(wanted.qualification)
    if wanted.pattern is not None:
        yield col(DirectoryEntry.patterns).contains(_texts(wanted.pattern))
    if wanted.delivery_option is not None:
        yield col(DirectoryEntry.delivery_options).contains(_texts(wanted.delivery_option))
    if wanted.online is not None:
        offers = col(DirectoryEntry.delivery_options).bool_op("&&")(_texts(*(o for o in DeliveryOption if o.is_online)))
        yield offers if wanted.online else ~offers
    if wanted.transport is not None:
        brings = func.coalesce(col(DirectoryEntry.transport_offered), false())
        yield brings if wanted.transport else ~brings
    if wanted.q is not None:
        words = col(DirectoryEntry.words)
        yield or_(*(words.bool_op("@@")(func.websearch_to_tsquery(how, wanted.q)) for how in ("english", "simple")))


def _tells(*said: ColumnElement[bool]) -> ColumnElement[bool]:
    """The provider's entry meets every condition."""
    return _of_those_found(select(col(DirectoryEntry.provider_id)).where(*said), col(DirectoryEntry.provider_id))


def _has_site(condition: ColumnElement[bool]) -> ColumnElement[bool]:
    return _of_those_found(select(col(Site.id)).where(condition), col(Site.organisation_id))


def _of_those_found(parts: Select[UUID], provider_id: SQLCoreOperations[UUID]) -> ColumnElement[bool]:
    """Whether there is such a part of a provider, looked for only where the provider itself is found.

    The offset of nothing keeps the planner from asking row security about the parts of all providers first.
    """
    return parts.where(provider_id == col(Organisation.id)).correlate(Organisation).offset(0).exists()


def _qualification_titled(part: str) -> ColumnElement[bool]:
    each = func.jsonb_array_elements(col(DirectoryEntry.qualifications), type_=JSON).column_valued("each")
    titled = each["title"].as_string().icontains(part, autoescape=True)
    return select(each).where(titled).correlate(DirectoryEntry).exists()


def _texts(*values: str) -> ColumnElement[Any]:
    return cast([str(value) for value in values], TEXTS)


def _open_on(day: DayOfWeek) -> ColumnElement[bool]:
    """A session is taught, or a site is open, on that day of the week."""
    on_day = [{"day": day.value}]
    return or_(
        _tells(col(DirectoryEntry.session_times).contains(on_day)), _has_site(col(Site.opening_times).contains(on_day))
    )


def _site_in(outward_code: str) -> ColumnElement[bool]:
    """A site in a postcode district such as M5, or anywhere in an area such as M. A postcode ends in three characters
    that are not its district's, with or without a space before them.
    """
    district = func.left(func.replace(col(Site.postcode), " ", ""), -3)
    there = district.regexp_match(f"^{outward_code}[0-9]") if outward_code.isalpha() else district == outward_code
    return _has_site(there)


def _awarded(caller: Caller, condition: ColumnElement[bool]) -> ColumnElement[bool]:
    """An award that the caller may see, that has not ended and is not suspended today, meets the condition."""
    awards = visible_awards(caller).where(
        col(LotAward.provider_id) == col(Organisation.id),
        col(LotAward.ends_on) >= caller.today,
        ~suspended_on(caller.today),
        condition,
    )
    return awards.exists()


def _with_a_place(caller: Caller) -> ColumnElement[bool]:
    """An award that the caller may see holds today and has a place that is free, as far as anybody said."""
    free = vacancies_on(caller, caller.today).where(
        col(LotAward.provider_id) == col(Organisation.id), places_free(caller.today) >= 1
    )
    return free.exists()
