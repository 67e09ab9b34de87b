"""How a revision secures the tables that it makes: conditions on a row, and the policies and grants made of them.

Revisions that have been released rest on these functions: a condition that is to change gets a new name.
"""

from collections.abc import Sequence
from typing import Literal

from alembic import op

ME = "(select nullif(current_setting('app.organisation', true), '')::uuid)"
MY_SANDBOX = "(select nullif(current_setting('app.sandbox', true), '')::uuid)"
MY_CLIENT = "(select nullif(current_setting('app.client', true), '')::uuid)"
MY_COUNCIL = "(select nullif(current_setting('app.council', true), '')::uuid)"


def viewer(table: str, day: str | None = None) -> str:
    """The caller may see the row's placement, and where the row has a day, could on that day."""
    dated = f" and coalesce(v.from_on <= {table}.{day}, true) and coalesce({table}.{day} <= v.until_on, true)"
    return (
        f"exists (select 1 from placement_viewers v where v.placement_id = {table}.placement_id"
        f" and v.organisation_id = {ME}{dated if day else ''})"
    )


def seen(parent: str, column: str, table: str) -> str:
    """The row's parent is one that the caller sees, by the parent's own policy."""
    return f"exists (select 1 from {parent} p where p.id = {table}.{column})"


def owned(parent: str, column: str, table: str, owner: str) -> str:
    """The row's parent names the caller in its column `owner`."""
    return f"exists (select 1 from {parent} p where p.id = {table}.{column} and p.{owner} = {ME})"


def party(table: str) -> str:
    """The caller is a party to the row's placement: whoever only watches it writes nothing."""
    return (
        f"exists (select 1 from placements p where p.id = {table}.placement_id"
        f" and {ME} in (p.commissioner_id, p.provider_id, p.host_school_id))"
    )


def other_side(table: str) -> str:
    """The caller is the commissioner or host school of the row's placement, and not its provider."""
    return (
        f"exists (select 1 from placements p where p.id = {table}.placement_id"
        f" and {ME} in (p.commissioner_id, p.host_school_id) and p.provider_id <> {ME})"
    )


def provided(table: str) -> str:
    """The caller is the provider of the row's placement."""
    return owned("placements", "placement_id", table, "provider_id")


def secure(
    table: str,
    sees: str,
    *,
    adds: str | None = None,
    changes: str | None = None,
    columns: Sequence[str] = (),
    removes: str | None = None,
    worker: Literal["all", "adds"] = "all",
) -> None:
    """Forces row security on a new table and grants each role its verbs.

    `sees`, `adds`, `changes` and `removes` are conditions on a row for the application's role; a verb without one is
    not granted at all. `columns` are the only ones that the application may change; none named means all. `worker`
    says whether the worker may do everything or only read and add.
    """
    op.execute(f"alter table {table} enable row level security, force row level security")
    op.execute(f"create policy owner_all on {table} to current_user using (true) with check (true)")
    op.execute(f"create policy worker_all on {table} to waymark_worker using (true) with check (true)")
    op.execute(f"create policy app_sees on {table} for select to waymark_app using ({sees})")
    op.execute(f"grant select on {table} to waymark_app")
    if adds is not None:
        op.execute(f"create policy app_adds on {table} for insert to waymark_app with check ({adds})")
        op.execute(f"grant insert on {table} to waymark_app")
    if changes is not None:
        op.execute(f"create policy app_changes on {table} for update to waymark_app using ({changes})")
        named = f" ({', '.join(columns)})" if columns else ""
        op.execute(f"grant update{named} on {table} to waymark_app")
    if removes is not None:
        op.execute(f"create policy app_removes on {table} for delete to waymark_app using ({removes})")
        op.execute(f"grant delete on {table} to waymark_app")
    verbs = "select, insert" if worker == "adds" else "select, insert, update, delete"
    op.execute(f"grant {verbs} on {table} to waymark_worker")


def resecure(table: str, policy: Literal["app_sees", "app_adds", "app_changes", "app_removes"], condition: str) -> None:
    """Puts another condition in the place of a policy of the application's role."""
    op.execute(f"drop policy {policy} on {table}")
    verb, clause = {
        "app_sees": ("select", "using"),
        "app_adds": ("insert", "with check"),
        "app_changes": ("update", "using"),
        "app_removes": ("delete", "using"),
    }[policy]
    op.execute(f"create policy {policy} on {table} for {verb} to waymark_app {clause} ({condition})")


def allow_function(signature: str) -> None:
    """Lets the application and the worker, and nobody else, call a definer function such as `may_see(uuid)`."""
    op.execute(f"revoke execute on function {signature} from public")
    op.execute(f"grant execute on function {signature} to waymark_app, waymark_worker")
