"""Suspensions and part-time plans are agreed by those who must agree, and a placement's end moves for a reason.

Revision ID: 0015
Revises: 0014

Row security let any party to a placement write down that a suspension or a part-time plan was agreed, rewrite a notice
of termination, and move a last day to any other. Triggers now ask for the answers, the notice or the agreement that
bring it about. They look into the public schema alone, and nobody may make temporary tables, whose names would come
before those of the public schema and whose triggers would count as nested ones.
"""

from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

# The placing side's answers, of which each of its organisations gives its own.
_UNANSWERED = """exists (
        select 1 from placements p, unnest(array[p.commissioner_id, p.host_school_id]) as needed(id)
        where p.id = new.placement_id and needed.id <> p.provider_id and not exists (
            select 1 from agreements a
            where a.placement_id = new.placement_id and a.organisation_id = needed.id and a.answer = 'agreed'
              and a.{subject} = new.id))"""

FUNCTIONS = f"""
create function keep_suspension() returns trigger language plpgsql set search_path = public, pg_temp as $$
declare
    me uuid := nullif(current_setting('app.organisation', true), '')::uuid;
begin
    if me is null then
        return new;
    end if;
    if tg_op = 'INSERT' then
        if new.state <> 'requested' or new.settled_at is not null then
            raise insufficient_privilege using message = 'a suspension is asked for first';
        end if;
        return new;
    end if;
    if new.ends_on > old.ends_on
       or new.takes_effect_at <> old.takes_effect_at and old.state <> 'requested'
       or new.state <> old.state and not (
            old.state = 'requested' and new.state in ('agreed', 'refused', 'withdrawn')
            or old.state = 'agreed' and new.state = 'withdrawn') then
        raise insufficient_privilege using message = 'this of a suspension does not change now';
    end if;
    if new.state = 'agreed' and old.state <> 'agreed' and {_UNANSWERED.format(subject="suspension_id")} then
        raise integrity_constraint_violation using message = 'not every party has agreed';
    end if;
    return new;
end $$;

create trigger suspensions_keep before insert or update on suspensions
    for each row execute function keep_suspension();

create function plan_only_by_agreement() returns trigger language plpgsql set search_path = public, pg_temp as $$
begin
    if nullif(current_setting('app.organisation', true), '') is not null
       and {_UNANSWERED.format(subject="part_time_plan_id")} then
        raise integrity_constraint_violation using message = 'not every party has agreed';
    end if;
    return new;
end $$;

create trigger part_time_plans_only_by_agreement before update on part_time_plans
    for each row when (new.state = 'agreed' and old.state <> 'agreed') execute function plan_only_by_agreement();

create function end_has_a_reason() returns trigger
language plpgsql security definer set search_path = public, pg_temp as $$
begin
    if nullif(current_setting('app.organisation', true), '') is not null and exists (
        select 1 from placements p
        where p.id = new.id and p.ends_on <> p.planned_end_on
          and not exists (select 1 from termination_notices n where n.placement_id = p.id
                          and n.withdrawn_at is null and n.effective_on = p.ends_on)
          and not exists (select 1 from immediate_terminations t where t.placement_id = p.id
                          and t.state = 'agreed' and t.effective_on = p.ends_on)
          and not exists (select 1 from placements s where s.continues_id = p.id and s.takes_over
                          and s.state = 'accepted' and s.starts_on = p.ends_on + 1)) then
        raise integrity_constraint_violation using message = 'nothing says that the placement ends on that day';
    end if;
    return null;
end $$;

create constraint trigger placements_end_for_a_reason after update on placements
    deferrable initially deferred
    for each row when (new.ends_on <> old.ends_on) execute function end_has_a_reason();
"""
DROP_FUNCTIONS = """
drop trigger placements_end_for_a_reason on placements;
drop trigger part_time_plans_only_by_agreement on part_time_plans;
drop trigger suspensions_keep on suspensions;
drop function end_has_a_reason(), plan_only_by_agreement(), keep_suspension();
"""

# What of these rows the application changes after it has added them.
CHANGED = {
    "suspensions": "state, ends_on, takes_effect_at, settled_at, changed_at, version",
    "termination_notices": "withdrawn_at, changed_at, version",
}
WITH_THE_RIGHTS_OF_THE_CALLER = (
    "keep_award()",
    "keep_closed()",
    "keep_complete_assessment()",
    "keep_early_departure()",
    "keep_lot_application()",
    "keep_organisation()",
    "keep_part_time_plan()",
    "keep_placement()",
    "keep_referral()",
    "keep_referral_offer()",
    "keep_report()",
    "keep_unagreed_absence()",
    "only_by_agreement()",
    "provider_changes_only()",
)
_TEMPORARY = "do $$ begin execute format('{verb} temporary on database %I {whom}', current_database()); end $$"


def upgrade() -> None:
    op.execute(FUNCTIONS)
    for table, columns in CHANGED.items():
        op.execute(f"revoke update on {table} from waymark_app")
        op.execute(f"grant update ({columns}) on {table} to waymark_app")
    for function in WITH_THE_RIGHTS_OF_THE_CALLER:
        op.execute(f"alter function {function} set search_path = public, pg_temp")
    op.execute(_TEMPORARY.format(verb="revoke", whom="from public"))


def downgrade() -> None:
    op.execute(_TEMPORARY.format(verb="grant", whom="to public"))
    for function in WITH_THE_RIGHTS_OF_THE_CALLER:
        op.execute(f"alter function {function} reset search_path")
    for table, columns in CHANGED.items():
        op.execute(f"revoke update ({columns}) on {table} from waymark_app")
        op.execute(f"grant update on {table} to waymark_app")
    op.execute(DROP_FUNCTIONS)
