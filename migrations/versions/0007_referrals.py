"""Referrals, their offers and their history.

Revision ID: 0007
Revises: 0006

A provider sees its own offers and nothing else of a referral, so what its answer brings about there is done by triggers
that see past row security: its acceptance places the child and closes the other offers, the end of the last standing
offer gives the referral back to its commissioner, and every step is written into the history.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations.row_security import ME, allow_function, owned, secure, seen

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

MAY_REFER = "may_refer(uuid, uuid, uuid, uuid)"
OFFERED_TO_ME = "offered_to_me(placements)"
REFERRALS_OFFERED = "referrals_offered(uuid[])"
HOLD_REFERRAL = "hold_referral(uuid)"

CASE = (
    "tier", "primary_reason", "key_stage", "objectives", "intended_next_step", "needs", "pattern", "online", "delivery",
    "wanted_start_on", "wanted_end_on", "preferred_days", "urgency", "transport_needed",
)  # fmt: skip
ANSWER = ("declined_for", "declined_because", "withdrawn_because", "placement_id")

_SIDE = f"{ME} in (requested_by_id, commissioner_id, council_id, host_school_id)"
_NEW_REFERRAL = (
    f"requested_by_id = {ME} and state = case when commissioner_id = {ME} then 'taken_up' else 'requested' end"
    " and placement_id is null and closed_because is null"
    " and may_refer(pupil_id, commissioner_id, host_school_id, council_id)"
)
_NEW_OFFER = (
    f"commissioner_id = {ME} and state = 'offered' and placement_id is null and exists (select 1 from referrals r"
    f" where r.id = referral_id and r.commissioner_id = {ME} and r.state = 'offered'"
    " and referral_offers.provider_id not in (r.requested_by_id, r.commissioner_id)"
    " and referral_offers.provider_id is distinct from r.host_school_id)"
)
_OF_MY_REQUEST = owned("referrals", "referral_id", "referral_offers", "requested_by_id")
_REFERRED_TO_ME = """exists (select 1 from referrals r where r.pupil_id = pupil
                          and me.id in (r.requested_by_id, r.commissioner_id, r.council_id, r.host_school_id))"""

# As in 0002, but that a child referred to the caller may be placed by it too.
MAY_COMMISSION = """
create or replace function may_commission(pupil uuid, calendar uuid, provider uuid, host_school uuid) returns boolean
language sql stable security definer set search_path = public, pg_temp as $$
    select exists (
        select 1 from organisations me
        where me.id = nullif(current_setting('app.organisation', true), '')::uuid
          and me.kind in ('council', 'school') and me.id <> provider
          and (exists (select 1 from pupils p where p.id = pupil and p.registered_by_id = me.id)
               or exists (select 1 from placements p join placement_viewers v on v.placement_id = p.id
                          where p.pupil_id = pupil and v.organisation_id = me.id){or_referred})
          and not exists (
              select 1 from organisations o
              where o.id in (provider, host_school, (select c.owner_id from calendars c where c.id = calendar))
                and o.sandbox_id is distinct from me.sandbox_id))
$$;
"""

FUNCTIONS = f"""
create function may_refer(pupil uuid, commissioner uuid, host_school uuid, council uuid) returns boolean
language sql stable security definer set search_path = public, pg_temp as $$
    select exists (
        select 1 from organisations me
        where me.id = nullif(current_setting('app.organisation', true), '')::uuid
          and me.kind in ('council', 'school')
          and (commissioner = me.id or me.kind = 'school' and commissioner = me.council_id)
          and council is not distinct from coalesce(
              (select o.council_id from organisations o where o.id = host_school),
              case me.kind when 'council' then me.id else me.council_id end)
          and (exists (select 1 from pupils p where p.id = pupil and p.registered_by_id = me.id)
               or exists (select 1 from placements p join placement_viewers v on v.placement_id = p.id
                          where p.pupil_id = pupil and v.organisation_id = me.id)
               or {_REFERRED_TO_ME})
          and not exists (select 1 from organisations o
                          where o.id = host_school and o.sandbox_id is distinct from me.sandbox_id))
$$;

create function offered_to_me(made placements) returns boolean
language sql stable security definer set search_path = public, pg_temp as $$
    select exists (
        select 1 from referral_offers o join referrals r on r.id = o.referral_id
        where o.placement_id = made.id and o.state = 'accepted' and made.state = 'accepted'
          and o.provider_id = nullif(current_setting('app.organisation', true), '')::uuid
          and made.ends_on = made.planned_end_on and made.continues_id is null and made.declined_because is null
          and (made.pupil_id, made.commissioner_id, made.tier, made.primary_reason, made.objectives,
               made.intended_next_step, made.provider_id, made.spot_purchase, made.calendar_id, made.pattern,
               made.online, made.starts_on, made.planned_end_on)
              = (r.pupil_id, r.commissioner_id, r.tier, r.primary_reason, r.objectives,
                 r.intended_next_step, o.provider_id, o.spot_purchase, o.calendar_id, o.pattern,
                 o.online, o.starts_on, o.planned_end_on)
          and made.host_school_id is not distinct from r.host_school_id
          and made.key_stage is not distinct from r.key_stage
          and made.lot_id is not distinct from o.lot_id
          and made.delivery is not distinct from o.delivery)
$$;

create function referrals_offered(offers uuid[])
returns table (offer_id uuid, pupil_id uuid, host_school_id uuid, side uuid[], tier varchar, primary_reason varchar,
               key_stage varchar, objectives text[], intended_next_step varchar, needs varchar, preferred_days text[],
               urgency varchar, transport_needed boolean)
language sql stable security definer set search_path = public, pg_temp as $$
    select o.id, r.pupil_id, r.host_school_id,
           array_remove(array[r.requested_by_id, r.commissioner_id, r.council_id, r.host_school_id], null),
           r.tier, r.primary_reason, r.key_stage, r.objectives, r.intended_next_step, r.needs, r.preferred_days,
           r.urgency, r.transport_needed
    from referral_offers o join referrals r on r.id = o.referral_id
    where o.id = any(offers) and o.state in ('offered', 'accepted')
      and o.provider_id = nullif(current_setting('app.organisation', true), '')::uuid
$$;

create function hold_referral(offer uuid) returns void
language plpgsql security definer set search_path = public, pg_temp as $$
begin
    perform 1 from referrals r join referral_offers o on o.referral_id = r.id
    where o.id = offer and o.provider_id = nullif(current_setting('app.organisation', true), '')::uuid
    for no key update of r;
end $$;

create function keep_referral() returns trigger language plpgsql as $$
declare
    me uuid := nullif(current_setting('app.organisation', true), '')::uuid;
    stands text := case when old.state = 'offered' and old.offered_until <= new.changed_at
                        then 'taken_up' else old.state end;
    bookkeeping text[] := '{{state,placement_id,offered_until,closed_because,settled_at,changed_at,version}}';
begin
    if me is null or pg_trigger_depth() > 1 then
        return new;
    end if;
    if stands not in ('requested', 'taken_up') and to_jsonb(new) - bookkeeping is distinct from to_jsonb(old) - bookkeeping
       or new.closed_because is distinct from old.closed_because and old.closed_because is not null then
        raise insufficient_privilege using message = 'this of a referral does not change now';
    end if;
    if new.state <> stands and not coalesce(
        (new.state = 'withdrawn' and stands in ('requested', 'taken_up', 'offered') and me = old.requested_by_id)
        or (me = old.commissioner_id and (
            (stands = 'requested' and new.state in ('taken_up', 'declined'))
            or (stands = 'taken_up' and new.state in ('offered', 'not_placed')))), false)
    then
        raise insufficient_privilege using message = 'a referral is not moved so by this party';
    end if;
    return new;
end $$;

create trigger referrals_keep before update on referrals
    for each row execute function keep_referral();

create function keep_referral_offer() returns trigger language plpgsql as $$
declare
    me uuid := nullif(current_setting('app.organisation', true), '')::uuid;
    by_provider boolean := me = old.provider_id;
begin
    if me is null or pg_trigger_depth() > 1 then
        return new;
    end if;
    if old.state <> 'offered'
       or by_provider and not (new.state in ('accepted', 'declined') and old.answer_by > new.changed_at)
       or by_provider and new.withdrawn_because is not null
       or not by_provider and new.state <> 'withdrawn'
       or not by_provider and me <> old.commissioner_id and not exists (
           select 1 from referrals r
           where r.id = old.referral_id and r.requested_by_id = me and r.state = 'withdrawn') then
        raise insufficient_privilege using message = 'an offer is not moved so by this party';
    end if;
    return new;
end $$;

create trigger referral_offers_keep before update on referral_offers
    for each row execute function keep_referral_offer();

create function note_referral_step() returns trigger
language plpgsql security definer set search_path = public, pg_temp as $$
declare
    me uuid := case when pg_trigger_depth() = 1 then nullif(current_setting('app.organisation', true), '')::uuid end;
    bookkeeping text[] := '{{state,placement_id,offered_until,closed_because,settled_at,changed_at,version}}';
    noted referral_steps;
begin
    noted.id := gen_random_uuid();
    noted.at := new.changed_at;
    noted.by_id := me;
    select o.name into noted.by_name from organisations o where o.id = me;
    if tg_table_name = 'referrals' then
        noted.referral_id := new.id;
        if tg_op = 'INSERT' then
            noted.step := 'requested';
        elsif new.state <> old.state and (new.state in ('declined', 'withdrawn', 'not_placed', 'placed')
                                          or old.state = 'requested') then
            noted.step := new.state;
            noted.reason := new.closed_because;
        elsif to_jsonb(new) - bookkeeping is distinct from to_jsonb(old) - bookkeeping then
            noted.step := 'changed';
        else
            return null;
        end if;
    else
        if tg_op = 'UPDATE' and new.state = old.state then
            return null;
        end if;
        noted.referral_id := new.referral_id;
        noted.offer_id := new.id;
        noted.provider_id := new.provider_id;
        select o.name into noted.provider_name from organisations o where o.id = new.provider_id;
        noted.step := 'offer_' || case when tg_op = 'INSERT' then 'made' else new.state end;
        noted.at := coalesce(new.settled_at, new.changed_at);
        noted.declined_for := new.declined_for;
        noted.reason := coalesce(new.declined_because, new.withdrawn_because);
    end if;
    select coalesce(max(s.number), 0) + 1 into noted.number from referral_steps s where s.referral_id = noted.referral_id;
    insert into referral_steps select noted.*;
    return null;
end $$;

create trigger referrals_are_noted after insert or update on referrals
    for each row execute function note_referral_step();
create trigger referral_offers_are_noted after insert or update on referral_offers
    for each row execute function note_referral_step();

create function move_referral_with_offer() returns trigger
language plpgsql security definer set search_path = public, pg_temp as $$
declare
    other record;
    side uuid[];
    last_answer timestamptz;
begin
    if old.state <> 'offered' or new.state = 'offered' then
        return null;
    end if;
    if new.state = 'accepted' then
        update referrals set state = 'placed', placement_id = new.placement_id, offered_until = null,
            settled_at = new.changed_at, changed_at = new.changed_at, version = version + 1
        where id = new.referral_id and state = 'offered'
        returning array_remove(array[requested_by_id, commissioner_id, council_id, host_school_id], null) into side;
        if not found then
            raise integrity_constraint_violation using message = 'only a referral that is offered is placed';
        end if;
        for other in
            update referral_offers set state = 'closed', settled_at = new.changed_at, changed_at = new.changed_at,
                version = version + 1
            where referral_id = new.referral_id and state = 'offered' and answer_by > new.changed_at
            returning id, provider_id
        loop
            perform record_event('referral-offer.withdrawn', new.changed_at, clock_timestamp(),
                                 '/v1/referral-offers/' || other.id, '{{}}', side || other.provider_id);
        end loop;
        return null;
    end if;
    select max(o.answer_by) into last_answer from referral_offers o
    where o.referral_id = new.referral_id and o.state = 'offered' and o.answer_by > new.changed_at;
    update referrals set state = case when last_answer is null then 'taken_up' else state end,
        offered_until = last_answer, changed_at = new.changed_at, version = version + 1
    where id = new.referral_id and state = 'offered';
    return null;
end $$;

create trigger referral_offers_move_referral after update on referral_offers
    for each row execute function move_referral_with_offer();
"""

DROP_FUNCTIONS = f"""
drop trigger referral_offers_move_referral on referral_offers;
drop trigger referral_offers_are_noted on referral_offers;
drop trigger referral_offers_keep on referral_offers;
drop trigger referrals_are_noted on referrals;
drop trigger referrals_keep on referrals;
drop function move_referral_with_offer(), note_referral_step(), keep_referral_offer(), keep_referral(), {HOLD_REFERRAL};
drop policy app_adds on referrals;
drop function {REFERRALS_OFFERED}, {OFFERED_TO_ME}, {MAY_REFER};
"""


def upgrade() -> None:
    # ### commands auto generated by Alembic - please adjust! ###
    op.create_table(
        "referrals",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("pupil_id", sa.Uuid(), nullable=False),
        sa.Column("requested_by_id", sa.Uuid(), nullable=False),
        sa.Column("commissioner_id", sa.Uuid(), nullable=False),
        sa.Column("host_school_id", sa.Uuid(), nullable=True),
        sa.Column("council_id", sa.Uuid(), nullable=True),
        sa.Column(
            "state",
            sa.Enum(
                "requested",
                "taken_up",
                "offered",
                "placed",
                "declined",
                "withdrawn",
                "not_placed",
                name="referralstate",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("placement_id", sa.Uuid(), nullable=True),
        sa.Column(
            "tier",
            sa.Enum(
                "targeted_support",
                "time_limited",
                "transitional",
                name="placementtier",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column(
            "primary_reason",
            sa.Enum(
                "permanent_exclusion",
                "suspension",
                "mental_health_need",
                "physical_health_need",
                "at_risk_of_exclusion",
                "behaviour_support",
                "attendance_support",
                "sen_awaiting_placement",
                "sen_support",
                "new_arrival_without_school_place",
                "pregnancy_or_parenthood",
                "other",
                name="primaryreason",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column(
            "key_stage",
            sa.Enum(
                "ks1",
                "ks2",
                "ks3",
                "ks4",
                "post_16",
                name="keystage",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column("objectives", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("intended_next_step", sa.String(length=500), nullable=False),
        sa.Column("needs", sa.String(length=8000), nullable=False),
        sa.Column(
            "pattern",
            sa.Enum(
                "full_time", "part_time", name="attendancepattern", native_enum=False, create_constraint=True, length=40
            ),
            nullable=False,
        ),
        sa.Column("online", sa.Boolean(), nullable=False),
        sa.Column(
            "delivery",
            sa.Enum(
                "in_person_one_to_one",
                "in_person_group_2_to_4",
                "in_person_group_5_to_8",
                "online_one_to_one",
                "online_group",
                name="deliveryoption",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column("wanted_start_on", sa.Date(), nullable=False),
        sa.Column("wanted_end_on", sa.Date(), nullable=False),
        sa.Column("preferred_days", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column(
            "urgency",
            sa.Enum("routine", "soon", "urgent", name="urgency", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("transport_needed", sa.Boolean(), nullable=False),
        sa.Column("offered_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_because", sa.String(length=500), nullable=True),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(state = 'offered') = (offered_until is not null)", name=op.f("ck_referrals_offered_until_when_offered")
        ),
        sa.CheckConstraint(
            "(state = 'placed') = (placement_id is not null)", name=op.f("ck_referrals_placement_when_placed")
        ),
        sa.CheckConstraint("wanted_start_on <= wanted_end_on", name=op.f("ck_referrals_dates_in_order")),
        sa.ForeignKeyConstraint(["commissioner_id"], ["organisations.id"], name=op.f("fk_referrals_commissioner_id")),
        sa.ForeignKeyConstraint(["council_id"], ["organisations.id"], name=op.f("fk_referrals_council_id")),
        sa.ForeignKeyConstraint(["host_school_id"], ["organisations.id"], name=op.f("fk_referrals_host_school_id")),
        sa.ForeignKeyConstraint(
            ["placement_id"],
            ["placements.id"],
            name=op.f("fk_referrals_placement_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(["pupil_id"], ["pupils.id"], name=op.f("fk_referrals_pupil_id")),
        sa.ForeignKeyConstraint(["requested_by_id"], ["organisations.id"], name=op.f("fk_referrals_requested_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_referrals")),
        sa.UniqueConstraint("id", "commissioner_id", name=op.f("uq_referrals_id_commissioner_id")),
    )
    op.create_index(op.f("ix_referrals_commissioner_id"), "referrals", ["commissioner_id"], unique=False)
    op.create_index(op.f("ix_referrals_council_id"), "referrals", ["council_id"], unique=False)
    op.create_index(op.f("ix_referrals_host_school_id"), "referrals", ["host_school_id"], unique=False)
    op.create_index(op.f("ix_referrals_placement_id"), "referrals", ["placement_id"], unique=False)
    op.create_index(op.f("ix_referrals_pupil_id"), "referrals", ["pupil_id"], unique=False)
    op.create_index(op.f("ix_referrals_requested_by_id"), "referrals", ["requested_by_id"], unique=False)
    op.create_table(
        "referral_offers",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("referral_id", sa.Uuid(), nullable=False),
        sa.Column("commissioner_id", sa.Uuid(), nullable=False),
        sa.Column("provider_id", sa.Uuid(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "offered",
                "accepted",
                "declined",
                "withdrawn",
                "lapsed",
                "closed",
                name="offerstate",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("lot_id", sa.Uuid(), nullable=True),
        sa.Column("spot_purchase", sa.Boolean(), nullable=False),
        sa.Column("calendar_id", sa.Uuid(), nullable=False),
        sa.Column(
            "pattern",
            sa.Enum(
                "full_time", "part_time", name="attendancepattern", native_enum=False, create_constraint=True, length=40
            ),
            nullable=False,
        ),
        sa.Column("online", sa.Boolean(), nullable=False),
        sa.Column(
            "delivery",
            sa.Enum(
                "in_person_one_to_one",
                "in_person_group_2_to_4",
                "in_person_group_5_to_8",
                "online_one_to_one",
                "online_group",
                name="deliveryoption",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("planned_end_on", sa.Date(), nullable=False),
        sa.Column("planned_end_by_agreement", sa.Boolean(), nullable=False),
        sa.Column("timetable", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=False),
        sa.Column("answer_by", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "declined_for",
            sa.Enum(
                "no_places",
                "needs_not_met",
                "age_range",
                "days_or_times",
                "staffing",
                "group_not_suitable",
                "transport",
                "terms",
                "other",
                name="declinereason",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column("declined_because", sa.String(length=500), nullable=True),
        sa.Column("withdrawn_because", sa.String(length=500), nullable=True),
        sa.Column("placement_id", sa.Uuid(), nullable=True),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(state = 'accepted') = (placement_id is not null)", name=op.f("ck_referral_offers_placement_when_accepted")
        ),
        sa.CheckConstraint(
            "(state = 'declined') = (declined_for is not null)", name=op.f("ck_referral_offers_reason_when_declined")
        ),
        sa.CheckConstraint("spot_purchase = (lot_id is null)", name=op.f("ck_referral_offers_lot_or_spot_purchase")),
        sa.CheckConstraint("starts_on <= planned_end_on", name=op.f("ck_referral_offers_dates_in_order")),
        sa.ForeignKeyConstraint(["calendar_id"], ["calendars.id"], name=op.f("fk_referral_offers_calendar_id")),
        sa.ForeignKeyConstraint(
            ["commissioner_id"], ["organisations.id"], name=op.f("fk_referral_offers_commissioner_id")
        ),
        sa.ForeignKeyConstraint(["lot_id"], ["lots.id"], name=op.f("fk_referral_offers_lot_id")),
        sa.ForeignKeyConstraint(
            ["placement_id", "provider_id"],
            ["placements.id", "placements.provider_id"],
            name=op.f("fk_referral_offers_placement_id_provider_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(["provider_id"], ["organisations.id"], name=op.f("fk_referral_offers_provider_id")),
        sa.ForeignKeyConstraint(
            ["referral_id", "commissioner_id"],
            ["referrals.id", "referrals.commissioner_id"],
            name=op.f("fk_referral_offers_referral_id_commissioner_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_referral_offers")),
        sa.UniqueConstraint("id", "referral_id", name=op.f("uq_referral_offers_id_referral_id")),
        sa.UniqueConstraint("placement_id", name=op.f("uq_referral_offers_placement_id")),
    )
    op.create_index(op.f("ix_referral_offers_calendar_id"), "referral_offers", ["calendar_id"], unique=False)
    op.create_index(
        "ix_referral_offers_lapsing",
        "referral_offers",
        ["answer_by"],
        unique=False,
        postgresql_where=sa.text("state = 'offered'"),
    )
    op.create_index(op.f("ix_referral_offers_lot_id"), "referral_offers", ["lot_id"], unique=False)
    op.create_index(op.f("ix_referral_offers_provider_id"), "referral_offers", ["provider_id"], unique=False)
    op.create_index(op.f("ix_referral_offers_referral_id"), "referral_offers", ["referral_id"], unique=False)
    op.create_index(
        "uq_referral_offers_accepted",
        "referral_offers",
        ["referral_id"],
        unique=True,
        postgresql_where=sa.text("state = 'accepted'"),
    )
    op.create_table(
        "referral_steps",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("referral_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column(
            "step",
            sa.Enum(
                "requested",
                "changed",
                "taken_up",
                "declined",
                "withdrawn",
                "not_placed",
                "placed",
                "offer_made",
                "offer_accepted",
                "offer_declined",
                "offer_withdrawn",
                "offer_lapsed",
                "offer_closed",
                name="referralstep",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by_id", sa.Uuid(), nullable=True),
        sa.Column("by_name", sa.String(length=200), nullable=True),
        sa.Column("offer_id", sa.Uuid(), nullable=True),
        sa.Column("provider_id", sa.Uuid(), nullable=True),
        sa.Column("provider_name", sa.String(length=200), nullable=True),
        sa.Column(
            "declined_for",
            sa.Enum(
                "no_places",
                "needs_not_met",
                "age_range",
                "days_or_times",
                "staffing",
                "group_not_suitable",
                "transport",
                "terms",
                "other",
                name="declinereason",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column("reason", sa.String(length=500), nullable=True),
        sa.ForeignKeyConstraint(["by_id"], ["organisations.id"], name=op.f("fk_referral_steps_by_id")),
        sa.ForeignKeyConstraint(
            ["offer_id", "referral_id"],
            ["referral_offers.id", "referral_offers.referral_id"],
            name=op.f("fk_referral_steps_offer_id_referral_id"),
        ),
        sa.ForeignKeyConstraint(["provider_id"], ["organisations.id"], name=op.f("fk_referral_steps_provider_id")),
        sa.ForeignKeyConstraint(["referral_id"], ["referrals.id"], name=op.f("fk_referral_steps_referral_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_referral_steps")),
        sa.UniqueConstraint("referral_id", "number", name=op.f("uq_referral_steps_referral_id_number")),
    )
    op.create_index(op.f("ix_referral_steps_offer_id"), "referral_steps", ["offer_id"], unique=False)
    # ### end Alembic commands ###
    op.execute(MAY_COMMISSION.format(or_referred=f" or {_REFERRED_TO_ME}"))
    op.execute(FUNCTIONS)
    for function in (MAY_REFER, OFFERED_TO_ME, REFERRALS_OFFERED, HOLD_REFERRAL):
        allow_function(function)
    secure(
        "referrals",
        _SIDE,
        adds=_NEW_REFERRAL,
        changes=f"{ME} in (requested_by_id, commissioner_id)",
        columns=(*CASE, "state", "offered_until", "closed_because", "settled_at", "changed_at", "version"),
    )
    secure(
        "referral_offers",
        f"provider_id = {ME} or {seen('referrals', 'referral_id', 'referral_offers')}",
        adds=_NEW_OFFER,
        changes=f"{ME} in (provider_id, commissioner_id) or {_OF_MY_REQUEST}",
        columns=(*ANSWER, "state", "settled_at", "changed_at", "version"),
    )
    secure("referral_steps", seen("referrals", "referral_id", "referral_steps"), worker="adds")
    op.execute(
        "create policy app_sees_referred on pupils for select to waymark_app"
        " using (exists (select 1 from referrals r where r.pupil_id = pupils.id))"
    )
    op.execute(
        "create policy app_adds_offered on placements for insert to waymark_app"
        f" with check (provider_id = {ME} and offered_to_me(placements))"
    )


def downgrade() -> None:
    op.execute("drop policy app_adds_offered on placements")
    op.execute("drop policy app_sees_referred on pupils")
    op.execute(MAY_COMMISSION.format(or_referred=""))
    op.execute(DROP_FUNCTIONS)
    # ### commands auto generated by Alembic - please adjust! ###
    op.drop_index(op.f("ix_referral_steps_offer_id"), table_name="referral_steps")
    op.drop_table("referral_steps")
    op.drop_index(
        "uq_referral_offers_accepted", table_name="referral_offers", postgresql_where=sa.text("state = 'accepted'")
    )
    op.drop_index(op.f("ix_referral_offers_referral_id"), table_name="referral_offers")
    op.drop_index(op.f("ix_referral_offers_provider_id"), table_name="referral_offers")
    op.drop_index(op.f("ix_referral_offers_lot_id"), table_name="referral_offers")
    op.drop_index(
        "ix_referral_offers_lapsing", table_name="referral_offers", postgresql_where=sa.text("state = 'offered'")
    )
    op.drop_index(op.f("ix_referral_offers_calendar_id"), table_name="referral_offers")
    op.drop_table("referral_offers")
    op.drop_index(op.f("ix_referrals_requested_by_id"), table_name="referrals")
    op.drop_index(op.f("ix_referrals_pupil_id"), table_name="referrals")
    op.drop_index(op.f("ix_referrals_placement_id"), table_name="referrals")
    op.drop_index(op.f("ix_referrals_host_school_id"), table_name="referrals")
    op.drop_index(op.f("ix_referrals_council_id"), table_name="referrals")
    op.drop_index(op.f("ix_referrals_commissioner_id"), table_name="referrals")
    op.drop_table("referrals")
    # ### end Alembic commands ###
