"""Writing a provider's whole directory entry."""

from collections.abc import Iterator
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.access.caller import Caller
from app.models.directory_entries import DirectoryEntry
from app.models.organisations import Organisation, OrganisationKind
from app.problems import FieldError, Invalid
from app.queries.directory_entries import entry_of
from app.rules.directory_entries import (
    TargetGroup,
    check_target_groups,
    check_times,
    check_transport,
    may_publish,
    target_groups_in,
)
from app.rules.verdict import Refused, Verdict
from app.schemas.directory_entries import DirectoryEntryWrite
from app.services.changes import changed, insist, must_be
from app.services.directory import kept_organisation, publish, tell_change
from app.services.directory_words import keep_words

_AS_WRITTEN = ("needs_met", "subjects", "awarding_bodies", "non_accredited", "patterns", "delivery_options", "ofsted")
_AS_JSON = ("contacts", "qualifications", "session_times", "costs", "staffing_ratios")


async def replace_entry(
    caller: Caller, session: AsyncSession, provider_id: UUID, body: DirectoryEntryWrite, expected_version: int
) -> tuple[Organisation, DirectoryEntry]:
    """Puts an entry in the place of the one that was, and publishes it as widely as it says.

    Raises NotFound where the caller does not keep it, Invalid for what contradicts itself, RuleRefused without
    permission to publish.
    """
    provider = await kept_organisation(caller, session, OrganisationKind.PROVIDER, provider_id)
    must_be(provider.version, expected_version)
    _check(body)
    permission = body.permission_to_publish
    insist(may_publish(body.publication, permission.given_on if permission else None, caller.today))
    entry = await entry_of(session, provider)
    _write(provider, entry, body)
    was = publish(provider, body.publication)
    keep_words(provider, entry)
    session.add(entry)
    changed(provider, caller)
    await session.flush()
    await session.refresh(entry)
    await tell_change(caller, session, provider, was)
    return provider, entry


def _write(provider: Organisation, entry: DirectoryEntry, body: DirectoryEntryWrite) -> None:
    provider.category, provider.offer = body.category, body.offer
    provider.target_groups = _target_group_words(body)
    entry.target_groups = [group.value for group in target_groups_in(provider.target_groups)[0]]
    for name, value in body.model_dump(include={*_AS_WRITTEN}).items():
        setattr(entry, name, value)
    for name, value in body.model_dump(include={*_AS_JSON}, mode="json").items():
        setattr(entry, name, value)
    staff = body.staff
    entry.delivery_staff, entry.qualified_teachers = staff.delivery, staff.qualified_teachers
    entry.support_staff, entry.other_staff, entry.volunteers = staff.support, staff.other, staff.volunteers
    transport, permission = body.transport, body.permission_to_publish
    entry.transport_offered = transport.offered if transport else None
    entry.transport_note = transport.note if transport else None
    entry.transport_cost_pence = transport.cost.amount_pence if transport and transport.cost else None
    entry.transport_cost_per = transport.cost.per if transport and transport.cost else None
    entry.permission_given_by = permission.given_by if permission else None
    entry.permission_given_on = permission.given_on if permission else None


def _target_group_words(body: DirectoryEntryWrite) -> list[str]:
    """The groups as the older member `target_groups` of a provider has them: words."""
    also_known, others = target_groups_in(body.other_target_groups)
    named = {*body.target_groups, *also_known}
    return [group.words for group in TargetGroup if group in named] + others


def _check(body: DirectoryEntryWrite) -> None:
    """Raises Invalid, naming every fault."""
    faults = [
        FieldError(pointer, verdict.code, verdict.reason)
        for pointer, verdict in _verdicts(body)
        if isinstance(verdict, Refused)
    ]
    if faults:
        raise Invalid(faults)


def _verdicts(body: DirectoryEntryWrite) -> Iterator[tuple[str, Verdict]]:
    for index, each in enumerate(body.session_times):
        yield f"/session_times/{index}/ends_at", check_times(each.starts_at, each.ends_at)
    if body.transport is not None:
        transport = body.transport
        yield "/transport/cost", check_transport(offered=transport.offered, has_cost=transport.cost is not None)
    yield "/other_target_groups", check_target_groups(len(body.target_groups), len(body.other_target_groups))
