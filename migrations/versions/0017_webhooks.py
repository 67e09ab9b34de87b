"""Webhook endpoints with their secrets, deliveries and attempts.

Revision ID: 0017
Revises: 0016

Only the worker enables an endpoint, since only it has seen a proof answered; only it says that something was delivered.
The application adds secrets and cannot read them.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY

from migrations.row_security import ME, secure

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)
_MINE = f"organisation_id = {ME}"
# A proof with a challenge that nobody guesses, or an event of the caller's feed as it stands there.
_OF_MY_FEED = (
    "(event_id is null and type = 'webhook.proof' and length(challenge) >= 32"
    " or challenge is null and exists (select 1 from event_audiences a join events e on e.id = a.event_id"
    " where e.id = webhook_deliveries.event_id and e.type = webhook_deliveries.type"
    f" and e.resource = webhook_deliveries.resource and a.organisation_id = {ME}))"
)
_ENDPOINT_COLUMNS = (
    "url",
    "description",
    "event_types",
    "state",
    "disabled_because",
    "proven_at",
    "failing_since",
    "held_until",
    "changed_at",
    "version",
)
_DELIVERY_COLUMNS = (
    "state",
    "abandoned_because",
    "failures",
    "next_attempt_at",
    "leased_until",
    "changed_at",
    "version",
)

FUNCTIONS = """
create function keep_webhook_endpoint() returns trigger language plpgsql set search_path = public, pg_temp as $$
begin
    if nullif(current_setting('app.organisation', true), '') is not null
       and (new.state = 'enabled' and (old.state <> 'enabled' or new.url <> old.url)
            or new.proven_at is not null and new.proven_at is distinct from old.proven_at) then
        raise insufficient_privilege using message = 'an endpoint is enabled by its proof alone';
    end if;
    return new;
end $$;

create trigger webhook_endpoints_keep before update on webhook_endpoints
    for each row execute function keep_webhook_endpoint();

create function keep_webhook_delivery() returns trigger language plpgsql set search_path = public, pg_temp as $$
begin
    if nullif(current_setting('app.organisation', true), '') is not null
       and new.state = 'delivered' and old.state <> 'delivered' then
        raise insufficient_privilege using message = 'only who sent it says that a message was delivered';
    end if;
    return new;
end $$;

create trigger webhook_deliveries_keep before update on webhook_deliveries
    for each row execute function keep_webhook_delivery();
"""


def _slug(column: str, name: str, *values: str, nullable: bool = False) -> sa.Column:  # type: ignore[type-arg]
    kind = sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=40)
    return sa.Column(column, kind, nullable=nullable)


def upgrade() -> None:
    _endpoints()
    _secrets()
    _deliveries()
    _attempts()
    secure(
        "webhook_endpoints",
        _MINE,
        adds=f"{_MINE} and state = 'unproven' and proven_at is null",
        changes=_MINE,
        columns=_ENDPOINT_COLUMNS,
        removes=_MINE,
    )
    secure("webhook_secrets", _MINE, adds=_MINE, changes=_MINE, columns=("expires_at",))
    op.execute("revoke select on webhook_secrets from waymark_app")
    op.execute(
        "grant select (id, endpoint_id, organisation_id, created_at, expires_at) on webhook_secrets to waymark_app"
    )
    secure(
        "webhook_deliveries",
        _MINE,
        adds=f"{_MINE} and state = 'pending' and {_OF_MY_FEED}",
        changes=_MINE,
        columns=_DELIVERY_COLUMNS,
    )
    secure("webhook_attempts", _MINE)
    op.execute(FUNCTIONS)


def _endpoints() -> None:
    op.create_table(
        "webhook_endpoints",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("changed_at", INSTANT, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("url", sa.String(2000), nullable=False),
        sa.Column("description", sa.String(200), nullable=True),
        sa.Column("event_types", ARRAY(sa.Text()), nullable=True),
        _slug("state", "endpointstate", "unproven", "enabled", "disabled"),
        _slug("disabled_because", "disabledbecause", "by_hand", "failing", "gone", nullable=True),
        sa.Column("proven_at", INSTANT, nullable=True),
        sa.Column("failing_since", INSTANT, nullable=True),
        sa.Column("held_until", INSTANT, nullable=True),
        sa.Column("position_txid", sa.BigInteger(), nullable=False),
        sa.Column("position_seq", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisations.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("id", "organisation_id"),
    )
    op.create_index("ix_webhook_endpoints_organisation_id", "webhook_endpoints", ["organisation_id"])
    op.create_index(
        "ix_webhook_endpoints_enabled",
        "webhook_endpoints",
        ["organisation_id"],
        postgresql_where=sa.text("state = 'enabled'"),
    )


def _of_an_endpoint() -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["endpoint_id", "organisation_id"],
        ["webhook_endpoints.id", "webhook_endpoints.organisation_id"],
        ondelete="CASCADE",
    )


def _secrets() -> None:
    op.create_table(
        "webhook_secrets",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("endpoint_id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("key_id", sa.String(64), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("expires_at", INSTANT, nullable=True),
        _of_an_endpoint(),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_webhook_secrets_endpoint_id", "webhook_secrets", ["endpoint_id"])


def _deliveries() -> None:
    op.create_table(
        "webhook_deliveries",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("changed_at", INSTANT, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("endpoint_id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=True),
        sa.Column("type", sa.String(80), nullable=False),
        sa.Column("occurred_at", INSTANT, nullable=False),
        sa.Column("recorded_at", INSTANT, nullable=False),
        sa.Column("resource", sa.String(300), nullable=False),
        sa.Column("challenge", sa.String(64), nullable=True),
        _slug("state", "deliverystate", "pending", "delivered", "abandoned"),
        _slug(
            "abandoned_because",
            "abandonedbecause",
            "retries_exhausted",
            "endpoint_disabled",
            "url_changed",
            "proof_failed",
            nullable=True,
        ),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("next_attempt_at", INSTANT, nullable=True),
        sa.Column("leased_until", INSTANT, nullable=True),
        sa.ForeignKeyConstraint(["event_id"], ["events.id"]),
        _of_an_endpoint(),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("endpoint_id", "event_id"),
        sa.UniqueConstraint("id", "organisation_id"),
    )
    op.create_index(
        "ix_webhook_deliveries_due",
        "webhook_deliveries",
        ["endpoint_id", "next_attempt_at"],
        postgresql_where=sa.text("state = 'pending'"),
    )
    op.create_index(
        "ix_webhook_deliveries_leased",
        "webhook_deliveries",
        ["endpoint_id"],
        postgresql_where=sa.text("leased_until is not null"),
    )
    op.create_index("ix_webhook_deliveries_listed", "webhook_deliveries", ["organisation_id", "created_at", "id"])
    op.create_index(
        "ix_webhook_deliveries_settled",
        "webhook_deliveries",
        ["changed_at"],
        postgresql_where=sa.text("state <> 'pending'"),
    )


def _attempts() -> None:
    op.create_table(
        "webhook_attempts",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("delivery_id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        _slug(
            "result",
            "attemptresult",
            "succeeded",
            "error_status",
            "redirected",
            "gone",
            "challenge_missing",
            "timed_out",
            "name_not_found",
            "address_not_allowed",
            "connection_failed",
            "tls_failed",
            "broken_answer",
            "not_signed",
            "interrupted",
        ),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("milliseconds", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["delivery_id", "organisation_id"],
            ["webhook_deliveries.id", "webhook_deliveries.organisation_id"],
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_webhook_attempts_delivery_id_id", "webhook_attempts", ["delivery_id", "id"])


def downgrade() -> None:
    for table in ("webhook_attempts", "webhook_deliveries", "webhook_secrets", "webhook_endpoints"):
        op.drop_table(table)
    op.execute("drop function keep_webhook_delivery(), keep_webhook_endpoint()")
