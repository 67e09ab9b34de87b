"""A credential sets the caller's own organisation, client and council, however the database plans the search for it.

Revision ID: 0012
Revises: 0011

As conditions on the join, the calls that set them ran for every client that the plan came past before the join: once
the statistics of small tables were fresh, the last client read was the one set. Now the search ends before they run.
"""

from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

_HEAD = """
create or replace function find_credential(wanted text) returns table (
    digest bytea, credential_kind text, public_id text, expires_at timestamptz, revoked_at timestamptz,
    client_id uuid, client_name text, scopes text[], addresses text[], client_revoked_at timestamptz,
    organisation_id uuid, organisation_kind text, organisation_name text, sandbox_id uuid, stands_at timestamptz)
language sql security definer set search_path = public, pg_temp as $$
"""
_COLUMNS = """
           c.digest, c.kind, c.public_id, c.expires_at, c.revoked_at,
           a.id, a.name, a.scopes, a.addresses, a.revoked_at,
           o.id, o.kind, o.name, o.sandbox_id, s.stands_at"""
_FROM = """
    from credentials c
    join api_clients a on a.id = c.client_id
    join organisations o on o.id = a.organisation_id
    left join sandboxes s on s.id = o.sandbox_id
    where c.public_id = wanted"""


def upgrade() -> None:
    op.execute(
        f"""{_HEAD}
    with found (digest, credential_kind, public_id, expires_at, revoked_at,
                client_id, client_name, scopes, addresses, client_revoked_at,
                organisation_id, organisation_kind, organisation_name, sandbox_id, stands_at,
                council_id) as materialized (
    select {_COLUMNS}, o.council_id {_FROM})
    select f.digest, f.credential_kind, f.public_id, f.expires_at, f.revoked_at,
           f.client_id, f.client_name, f.scopes, f.addresses, f.client_revoked_at,
           f.organisation_id, f.organisation_kind, f.organisation_name, f.sandbox_id, f.stands_at
    from found f
    where set_config('app.organisation', f.organisation_id::text, true) is not null
      and set_config('app.sandbox', coalesce(f.sandbox_id::text, ''), true) is not null
      and set_config('app.client', f.client_id::text, true) is not null
      and set_config('app.council', coalesce(f.council_id::text, ''), true) is not null
$$
"""
    )


def downgrade() -> None:
    op.execute(
        f"""{_HEAD}
    select {_COLUMNS} {_FROM}
      and set_config('app.organisation', o.id::text, true) is not null
      and set_config('app.sandbox', coalesce(o.sandbox_id::text, ''), true) is not null
      and set_config('app.client', a.id::text, true) is not null
      and set_config('app.council', coalesce(o.council_id::text, ''), true) is not null
$$
"""
    )
