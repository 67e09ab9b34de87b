"""Attendance is summed from the ledger alone: each session says what stands for it.

Revision ID: 0023
Revises: 0022

A session keeps the fact and the code of its current mark, and the code last entered in the register, which counts
first; the ledger's key carries what is counted, so that a placement's year is read from three pages of an index.
`attendance_counted` counts for the caller's own days.
"""

import sqlalchemy as sa
from alembic import op

from migrations.row_security import allow_function

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

KEY = "placement_id, on_date, session"
COUNTED = "due_at, online, waived_by, current_fact, current_code, register_code"

# The caller's rows as a viewer become days without overlap, so that nothing is counted twice and nothing outside them.
FUNCTIONS = """
create function attendance_counted(
    wanted uuid[], first_days date[], last_days date[], as_bases text[], this_instant timestamptz)
returns table (placement_id uuid, code text, waived_by text, due boolean, online boolean, fact text, sessions bigint)
language sql stable security definer set search_path = public, pg_temp as $$
    with seen as materialized (
        select w.placement_id, unnest(range_agg(daterange(v.from_on, v.until_on, '[]'))
                                      * datemultirange(daterange(w.first_on, w.last_on, '[]'))) as days
        from unnest(wanted, first_days, last_days) as w (placement_id, first_on, last_on)
        join placement_viewers v on v.placement_id = w.placement_id
            and v.organisation_id = nullif(current_setting('app.organisation', true), '')::uuid
        where coalesce(v.from_on <= v.until_on, true) and coalesce(v.basis = any(as_bases), true)
          and w.first_on <= w.last_on
        group by w.placement_id, w.first_on, w.last_on)
    select e.placement_id, coalesce(e.register_code, e.current_code),
           case when coalesce(e.register_code, e.current_code) is null then e.waived_by end,
           e.due_at < this_instant, e.online, e.current_fact, count(*)
    from seen s
    join expected_sessions e
      on e.placement_id = s.placement_id and e.on_date >= lower(s.days) and e.on_date < upper(s.days)
    group by 1, 2, 3, 4, 5, 6
$$;
"""
SIGNATURE = "attendance_counted(uuid[], date[], date[], text[], timestamptz)"


def upgrade() -> None:
    facts = sa.Enum("present", "late", "absent", name="fact", native_enum=False, create_constraint=True, length=40)
    op.add_column("expected_sessions", sa.Column("current_fact", facts, nullable=True))
    op.add_column("expected_sessions", sa.Column("current_code", sa.String(length=2), nullable=True))
    op.execute(
        "update expected_sessions e set current_fact = m.fact, current_code = coalesce(m.code, m.suggested_code)"
        " from attendance_marks m where m.id = e.current_mark_id and m.on_date = e.on_date"
    )
    op.add_column("expected_sessions", sa.Column("register_code", sa.String(length=2), nullable=True))
    op.execute(
        "update expected_sessions e set register_code = r.code from register_codes r"
        " where (r.placement_id, r.on_date, r.session) = (e.placement_id, e.on_date, e.session) and r.number ="
        " (select max(x.number) from register_codes x"
        " where (x.placement_id, x.on_date, x.session) = (r.placement_id, r.on_date, r.session))"
    )
    op.create_check_constraint(
        op.f("ck_expected_sessions_current_mark_says"),
        "expected_sessions",
        "(current_mark_id is null) = (current_code is null) and (current_code is null) = (current_fact is null)",
    )
    _key(f"({KEY}) include ({COUNTED})")
    op.execute(FUNCTIONS)
    allow_function(SIGNATURE)


def downgrade() -> None:
    op.execute(f"drop function {SIGNATURE}")
    op.drop_constraint(op.f("ck_expected_sessions_current_mark_says"), "expected_sessions", type_="check")
    _key(f"({KEY})")
    op.drop_column("expected_sessions", "register_code")
    op.drop_column("expected_sessions", "current_code")
    op.drop_column("expected_sessions", "current_fact")


def _key(columns: str) -> None:
    """Makes the ledger's primary key anew; marks refer to it."""
    marks = "fk_attendance_marks_placement_id_on_date_session"
    op.execute(f"alter table attendance_marks drop constraint {marks}")
    op.execute("alter table expected_sessions drop constraint pk_expected_sessions")
    op.execute(f"alter table expected_sessions add constraint pk_expected_sessions primary key {columns}")
    op.execute(
        f"alter table attendance_marks add constraint {marks} foreign key ({KEY}) references expected_sessions ({KEY})"
    )
