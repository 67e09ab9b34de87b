"""Procurement in depth: windows, extensions, applications, suspended awards, places; what providers assure.

Revision ID: 0005
Revises: 0004

Three functions see past row security. `places_taken` counts, for whoever sees an award, the placements that stand under
it, of which a school sees its own alone. `hold_award` locks an award for whoever sees it, so that two who take its last
place meet one after the other. `cover_of` gives the days for which a provider is insured and has confirmed its
safeguarding checks, without which nobody could be told why a placement with it is refused.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations.row_security import ME, MY_COUNCIL, MY_SANDBOX, allow_function, owned, resecure, secure, seen

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_INSTANT = sa.DateTime(timezone=True)
_TEXTS = postgresql.ARRAY(sa.Text())
_I_PROVIDE = f"exists (select 1 from organisations o where o.id = {ME} and o.kind = 'provider')"
_SEES_AWARD = "{0}.council_id = me.id or {0}.provider_id = me.id or {0}.council_id = me.council_id"
_WHO = (
    "(select nullif(current_setting('app.organisation', true), '')::uuid as id,"
    " nullif(current_setting('app.council', true), '')::uuid as council_id)"
)


def _concerned(table: str) -> str:
    """The provider itself; the councils that awarded it a lot, registered it or have its application; whoever sees a
    placement with it.
    """
    return (
        f"provider_id = {ME}"
        f" or exists (select 1 from lot_awards a where a.provider_id = {table}.provider_id and a.council_id = {ME})"
        f" or exists (select 1 from organisations o where o.id = {table}.provider_id and o.registered_by_id = {ME})"
        f" or exists (select 1 from lot_applications a where a.provider_id = {table}.provider_id"
        f" and a.council_id = {ME})"
        " or exists (select 1 from placements p join placement_viewers v on v.placement_id = p.id"
        f" where p.provider_id = {table}.provider_id and v.organisation_id = {ME})"
    )


FUNCTIONS = f"""
create function places_taken(wanted uuid, first_day date, last_day date, besides uuid) returns integer
language sql stable security definer set search_path = public, pg_temp as $$
    with award as (
        select a.lot_id, a.provider_id from lot_awards a, {_WHO} as me
        where a.id = wanted and ({_SEES_AWARD.format("a")})),
    standing as (
        select p.starts_on, p.ends_on from placements p join award on p.lot_id = award.lot_id
        where p.provider_id = award.provider_id and p.state = 'accepted' and p.id is distinct from besides
          and p.starts_on <= last_day and p.ends_on >= first_day)
    select coalesce(max(taken.places), 0)::integer
    from (select (select count(*) from standing s where s.starts_on <= d.day and s.ends_on >= d.day) as places
          from (select first_day as day union select s.starts_on from standing s where s.starts_on > first_day) as d
         ) as taken
$$;

create function hold_award(wanted uuid) returns void
language sql volatile security definer set search_path = public, pg_temp as $$
    select 1 from lot_awards a, {_WHO} as me
    where a.id = wanted and ({_SEES_AWARD.format("a")})
    for no key update of a
$$;

create function cover_of(wanted uuid) returns table (kind text, first_day date, last_day date)
language sql stable security definer set search_path = public, pg_temp as $$
    with provider as (
        select o.id from organisations o join organisations mine on mine.id = {ME}
        where o.id = wanted and o.sandbox_id is not distinct from mine.sandbox_id)
    select c.kind, c.starts_on, least(c.expires_on, c.withdrawn_on - 1)
    from insurance_certificates c join provider on provider.id = c.provider_id
    union all
    (select null, s.confirmed_on, s.valid_until
     from safeguarding_confirmations s join provider on provider.id = s.provider_id
     order by s.confirmed_on desc, s.created_at desc, s.id desc limit 1)
$$;

create function keep_lot_application() returns trigger language plpgsql as $$
declare
    me uuid := nullif(current_setting('app.organisation', true), '')::uuid;
    open_to_it text[];
begin
    if me is null then
        return new;
    end if;
    if tg_op = 'INSERT' then
        if not exists (select 1 from organisations o where o.id = me and o.kind = 'provider') then
            raise insufficient_privilege using message = 'only a provider applies for a lot';
        end if;
        return new;
    end if;
    open_to_it := case when me = old.provider_id then '{{state,changed_at,version}}'
        else '{{state,decided_at,decided_because,lot_award_id,changed_at,version}}' end;
    if to_jsonb(new) - open_to_it is distinct from to_jsonb(old) - open_to_it
       or old.state not in ('submitted', 'under_evaluation')
       or me = old.provider_id and new.state <> 'withdrawn'
       or me <> old.provider_id and new.state not in ('under_evaluation', 'awarded', 'not_awarded')
       or new.state in ('awarded', 'not_awarded') and old.state <> 'under_evaluation' then
        raise insufficient_privilege using message = 'this side does not change this of an application now';
    end if;
    return new;
end $$;

create trigger lot_applications_keep before insert or update on lot_applications
    for each row execute function keep_lot_application();

create function keep_award() returns trigger language plpgsql as $$
begin
    if nullif(current_setting('app.organisation', true), '') is not null and not exists (
        select 1 from lots l join frameworks f on f.id = l.framework_id
        where l.id = new.lot_id and f.council_id = new.council_id)
    then
        raise insufficient_privilege using message = 'a council awards lots of its own frameworks';
    end if;
    return new;
end $$;

create trigger lot_awards_keep before insert or update of lot_id, council_id on lot_awards
    for each row execute function keep_award();

create trigger lot_awards_provider before update on lot_awards
    for each row execute function provider_changes_only('vacancies_declared', 'vacancies_declared_on');
"""

DROP_FUNCTIONS = """
drop trigger lot_awards_provider on lot_awards;
drop trigger lot_awards_keep on lot_awards;
drop trigger lot_applications_keep on lot_applications;
drop function keep_lot_application(), keep_award(), cover_of(uuid), hold_award(uuid), places_taken(uuid, date, date, uuid);
"""


def upgrade() -> None:
    _widen_tables()
    _create_windows()
    _create_award_suspensions()
    _create_applications()
    _create_evaluations()
    _create_insurance_certificates()
    _create_safeguarding_confirmations()
    op.execute(FUNCTIONS)
    for function in ("places_taken(uuid, date, date, uuid)", "hold_award(uuid)", "cover_of(uuid)"):
        allow_function(function)
    _secure()


def downgrade() -> None:
    op.execute("drop policy app_sees_applicants on organisations")
    resecure("lot_awards", "app_changes", f"council_id = {ME}")
    op.execute(DROP_FUNCTIONS)
    for table in (
        "safeguarding_confirmations",
        "insurance_certificates",
        "lot_evaluations",
        "lot_applications",
        "lot_award_suspensions",
        "framework_windows",
    ):
        op.drop_table(table)
    op.drop_index("ix_lot_awards_expiry_untold", table_name="lot_awards")
    op.drop_constraint(op.f("uq_lot_awards_id_council_id_provider_id"), "lot_awards", type_="unique")
    op.drop_constraint(op.f("uq_lots_id_framework_id"), "lots", type_="unique")
    op.drop_constraint(op.f("fk_frameworks_succeeds_id_council_id"), "frameworks", type_="foreignkey")
    op.drop_constraint(op.f("uq_frameworks_succeeds_id"), "frameworks", type_="unique")
    op.drop_constraint(op.f("uq_frameworks_id_council_id"), "frameworks", type_="unique")
    op.drop_constraint(op.f("ck_frameworks_extensions_counted"), "frameworks", type_="check")
    for table, columns in _new_columns().items():
        for column in columns:
            op.drop_column(table, column.name)


def _new_columns() -> dict[str, list[sa.Column]]:
    """By table; the defaults are for the rows that are there already."""
    return {
        "frameworks": [
            sa.Column("extensions_allowed", sa.Integer(), server_default="0", nullable=False),
            sa.Column("extension_months", sa.Integer(), server_default="0", nullable=False),
            sa.Column("extensions_made", sa.Integer(), server_default="0", nullable=False),
            sa.Column("insurance_required", sa.Boolean(), server_default=sa.false(), nullable=False),
            sa.Column("safeguarding_confirmation_required", sa.Boolean(), server_default=sa.false(), nullable=False),
            sa.Column("succeeds_id", sa.Uuid(), nullable=True),
        ],
        "lots": [
            sa.Column("group_limits", postgresql.JSONB(none_as_null=True), server_default="[]", nullable=False),
        ],
        "lot_awards": [
            sa.Column("capacity", sa.Integer(), nullable=True),
            sa.Column("vacancies_declared", sa.Integer(), nullable=True),
            sa.Column("vacancies_declared_on", sa.Date(), nullable=True),
            sa.Column("expiry_told", sa.Integer(), server_default="0", nullable=False),
        ],
    }


def _widen_tables() -> None:
    for table, columns in _new_columns().items():
        for column in columns:
            filled = column.server_default is not None
            op.add_column(table, column)
            if filled:
                op.alter_column(table, column.name, server_default=None)
    op.create_unique_constraint(op.f("uq_frameworks_id_council_id"), "frameworks", ["id", "council_id"])
    op.create_unique_constraint(op.f("uq_frameworks_succeeds_id"), "frameworks", ["succeeds_id"])
    op.create_foreign_key(
        op.f("fk_frameworks_succeeds_id_council_id"),
        "frameworks",
        "frameworks",
        ["succeeds_id", "council_id"],
        ["id", "council_id"],
    )
    op.create_check_constraint(
        op.f("ck_frameworks_extensions_counted"), "frameworks", "extensions_made between 0 and extensions_allowed"
    )
    op.create_unique_constraint(op.f("uq_lots_id_framework_id"), "lots", ["id", "framework_id"])
    op.create_unique_constraint(
        op.f("uq_lot_awards_id_council_id_provider_id"), "lot_awards", ["id", "council_id", "provider_id"]
    )
    op.create_index(
        "ix_lot_awards_expiry_untold", "lot_awards", ["ends_on"], postgresql_where=sa.text("expiry_told < 2")
    )
    # An award that was over before anybody could be told of it is not told now.
    op.execute("update lot_awards set expiry_told = 2 where ends_on < current_date")


def _record() -> list[sa.Column]:
    return [
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", _INSTANT, nullable=False),
        sa.Column("changed_at", _INSTANT, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
    ]


def _create_windows() -> None:
    op.create_table(
        "framework_windows",
        *_record(),
        sa.Column("framework_id", sa.Uuid(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum("initial", "refresh", name="windowkind", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("opens_on", sa.Date(), nullable=False),
        sa.Column("closes_on", sa.Date(), nullable=False),
        sa.CheckConstraint("opens_on <= closes_on", name=op.f("ck_framework_windows_dates_in_order")),
        sa.ForeignKeyConstraint(["framework_id"], ["frameworks.id"], name=op.f("fk_framework_windows_framework_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_framework_windows")),
        sa.UniqueConstraint("id", "framework_id", name=op.f("uq_framework_windows_id_framework_id")),
    )
    op.create_index(op.f("ix_framework_windows_framework_id"), "framework_windows", ["framework_id"])


def _create_award_suspensions() -> None:
    op.create_table(
        "lot_award_suspensions",
        *_record(),
        sa.Column("lot_award_id", sa.Uuid(), nullable=False),
        sa.Column("council_id", sa.Uuid(), nullable=False),
        sa.Column("provider_id", sa.Uuid(), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=True),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("lifted_on", sa.Date(), nullable=True),
        sa.Column("lifted_because", sa.String(length=500), nullable=True),
        sa.CheckConstraint("from_on <= until_on", name=op.f("ck_lot_award_suspensions_dates_in_order")),
        sa.ForeignKeyConstraint(
            ["lot_award_id", "council_id", "provider_id"],
            ["lot_awards.id", "lot_awards.council_id", "lot_awards.provider_id"],
            name=op.f("fk_lot_award_suspensions_lot_award_id_council_id_provider_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lot_award_suspensions")),
    )
    op.create_index(op.f("ix_lot_award_suspensions_lot_award_id"), "lot_award_suspensions", ["lot_award_id"])


def _create_applications() -> None:
    states = ("submitted", "under_evaluation", "awarded", "not_awarded", "withdrawn")
    op.create_table(
        "lot_applications",
        *_record(),
        sa.Column("lot_id", sa.Uuid(), nullable=False),
        sa.Column("framework_id", sa.Uuid(), nullable=False),
        sa.Column("window_id", sa.Uuid(), nullable=False),
        sa.Column("council_id", sa.Uuid(), nullable=False),
        sa.Column("provider_id", sa.Uuid(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(*states, name="applicationstate", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("delivery_options", _TEXTS, nullable=False),
        sa.Column("capacity", sa.Integer(), nullable=True),
        sa.Column("statement", sa.String(length=8000), nullable=False),
        sa.Column("decided_at", _INSTANT, nullable=True),
        sa.Column("decided_because", sa.String(length=8000), nullable=True),
        sa.Column("lot_award_id", sa.Uuid(), nullable=True),
        sa.CheckConstraint(
            "(state = 'awarded') = (lot_award_id is not null)", name=op.f("ck_lot_applications_award_where_awarded")
        ),
        sa.ForeignKeyConstraint(
            ["lot_id", "framework_id"],
            ["lots.id", "lots.framework_id"],
            name=op.f("fk_lot_applications_lot_id_framework_id"),
        ),
        sa.ForeignKeyConstraint(
            ["window_id", "framework_id"],
            ["framework_windows.id", "framework_windows.framework_id"],
            name=op.f("fk_lot_applications_window_id_framework_id"),
        ),
        sa.ForeignKeyConstraint(
            ["framework_id", "council_id"],
            ["frameworks.id", "frameworks.council_id"],
            name=op.f("fk_lot_applications_framework_id_council_id"),
        ),
        sa.ForeignKeyConstraint(
            ["lot_award_id", "council_id", "provider_id"],
            ["lot_awards.id", "lot_awards.council_id", "lot_awards.provider_id"],
            name=op.f("fk_lot_applications_lot_award_id_council_id_provider_id"),
        ),
        sa.ForeignKeyConstraint(["provider_id"], ["organisations.id"], name=op.f("fk_lot_applications_provider_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lot_applications")),
        sa.UniqueConstraint(
            "id", "council_id", "provider_id", name=op.f("uq_lot_applications_id_council_id_provider_id")
        ),
        sa.UniqueConstraint("lot_award_id", name=op.f("uq_lot_applications_lot_award_id")),
    )
    for column in ("framework_id", "council_id", "provider_id"):
        op.create_index(op.f(f"ix_lot_applications_{column}"), "lot_applications", [column])
    op.create_index(
        "uq_lot_applications_standing",
        "lot_applications",
        ["lot_id", "window_id", "provider_id"],
        unique=True,
        postgresql_where=sa.text("state <> 'withdrawn'"),
    )


def _create_evaluations() -> None:
    op.create_table(
        "lot_evaluations",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("application_id", sa.Uuid(), nullable=False),
        sa.Column("council_id", sa.Uuid(), nullable=False),
        sa.Column("provider_id", sa.Uuid(), nullable=False),
        sa.Column("evaluators", _TEXTS, nullable=False),
        sa.Column("summary", sa.String(length=8000), nullable=False),
        sa.Column("notes", postgresql.JSONB(none_as_null=True), nullable=False),
        sa.Column("recorded_at", _INSTANT, nullable=False),
        sa.ForeignKeyConstraint(
            ["application_id", "council_id", "provider_id"],
            ["lot_applications.id", "lot_applications.council_id", "lot_applications.provider_id"],
            name=op.f("fk_lot_evaluations_application_id_council_id_provider_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lot_evaluations")),
        sa.UniqueConstraint("application_id", name=op.f("uq_lot_evaluations_application_id")),
    )


def _create_insurance_certificates() -> None:
    kinds = ("public_liability", "employers_liability", "professional_indemnity", "other")
    op.create_table(
        "insurance_certificates",
        *_record(),
        sa.Column("provider_id", sa.Uuid(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(*kinds, name="insurancekind", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("insurer", sa.String(length=200), nullable=False),
        sa.Column("cover_pounds", sa.Integer(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("expires_on", sa.Date(), nullable=False),
        sa.Column("withdrawn_on", sa.Date(), nullable=True),
        sa.Column("withdrawn_because", sa.String(length=500), nullable=True),
        sa.Column("expiry_told", sa.Integer(), nullable=False),
        sa.CheckConstraint("starts_on <= expires_on", name=op.f("ck_insurance_certificates_dates_in_order")),
        sa.ForeignKeyConstraint(
            ["provider_id"], ["organisations.id"], name=op.f("fk_insurance_certificates_provider_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_insurance_certificates")),
    )
    op.create_index(op.f("ix_insurance_certificates_provider_id"), "insurance_certificates", ["provider_id"])
    op.create_index(
        "ix_insurance_certificates_expiry_untold",
        "insurance_certificates",
        ["expires_on"],
        postgresql_where=sa.text("expiry_told < 2"),
    )


def _create_safeguarding_confirmations() -> None:
    op.create_table(
        "safeguarding_confirmations",
        *_record(),
        sa.Column("provider_id", sa.Uuid(), nullable=False),
        sa.Column("confirmed_by", sa.String(length=200), nullable=False),
        sa.Column("confirmed_on", sa.Date(), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=False),
        sa.Column("note", sa.String(length=500), nullable=True),
        sa.Column("staff_changed_on", sa.Date(), nullable=True),
        sa.Column("staff_change_note", sa.String(length=500), nullable=True),
        sa.Column("expiry_told", sa.Integer(), nullable=False),
        sa.CheckConstraint("confirmed_on <= valid_until", name=op.f("ck_safeguarding_confirmations_dates_in_order")),
        sa.ForeignKeyConstraint(
            ["provider_id"], ["organisations.id"], name=op.f("fk_safeguarding_confirmations_provider_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_safeguarding_confirmations")),
    )
    op.create_index(op.f("ix_safeguarding_confirmations_provider_id"), "safeguarding_confirmations", ["provider_id"])
    op.create_index(
        "ix_safeguarding_confirmations_expiry_untold",
        "safeguarding_confirmations",
        ["valid_until"],
        postgresql_where=sa.text("expiry_told < 2"),
    )


def _secure() -> None:
    my_framework = owned("frameworks", "framework_id", "framework_windows", "council_id")
    secure(
        "framework_windows",
        seen("frameworks", "framework_id", "framework_windows"),
        adds=my_framework,
        changes=my_framework,
        columns=("opens_on", "closes_on", "changed_at", "version"),
    )
    secure(
        "lot_award_suspensions",
        f"council_id = {ME} or provider_id = {ME} or council_id = {MY_COUNCIL}",
        adds=f"council_id = {ME} and lifted_on is null",
        changes=f"council_id = {ME}",
        columns=("lifted_on", "lifted_because", "changed_at", "version"),
    )
    secure(
        "lot_applications",
        f"council_id = {ME} or provider_id = {ME}",
        adds=f"provider_id = {ME} and state = 'submitted' and decided_at is null",
        changes=f"council_id = {ME} or provider_id = {ME}",
        columns=("state", "decided_at", "decided_because", "lot_award_id", "changed_at", "version"),
    )
    under_evaluation = (
        f"council_id = {ME} and exists (select 1 from lot_applications p"
        " where p.id = lot_evaluations.application_id and p.state = 'under_evaluation')"
    )
    secure(
        "lot_evaluations",
        f"council_id = {ME} or (provider_id = {ME} and exists (select 1 from lot_applications p"
        " where p.id = lot_evaluations.application_id and p.state in ('awarded', 'not_awarded')))",
        adds=under_evaluation,
        changes=under_evaluation,
        columns=("evaluators", "summary", "notes", "recorded_at"),
    )
    secure(
        "insurance_certificates",
        _concerned("insurance_certificates"),
        adds=f"provider_id = {ME} and withdrawn_on is null and expiry_told = 0 and {_I_PROVIDE}",
        changes=f"provider_id = {ME}",
        columns=("withdrawn_on", "withdrawn_because", "changed_at", "version"),
    )
    secure(
        "safeguarding_confirmations",
        _concerned("safeguarding_confirmations"),
        adds=f"provider_id = {ME} and staff_changed_on is null and expiry_told = 0 and {_I_PROVIDE}",
        changes=f"provider_id = {ME}",
        columns=("staff_changed_on", "staff_change_note", "changed_at", "version"),
    )
    resecure("lot_awards", "app_changes", f"council_id = {ME} or provider_id = {ME}")
    # Beside the policy that others may come to replace: a council reads the entry of whoever applied to it.
    op.execute(
        "create policy app_sees_applicants on organisations for select to waymark_app using ("
        f"organisations.sandbox_id is not distinct from {MY_SANDBOX} and exists (select 1 from lot_applications a"
        f" where a.provider_id = organisations.id and a.council_id = {ME}))"
    )
