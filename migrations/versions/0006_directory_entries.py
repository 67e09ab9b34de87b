"""A provider's whole directory entry, how widely it is shown, and what is searched in it.

Revision ID: 0006
Revises: 0005

The condition on `organisations` becomes the one that queries state: a council that awarded a lot finds the provider,
its schools only what is published to them. Whoever registered an organisation writes its entry until it has a client.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations.row_security import ME, MY_COUNCIL, MY_SANDBOX, allow_function, resecure, secure, seen

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

TEXTS = postgresql.ARRAY(sa.Text())
JSON = postgresql.JSONB(astext_type=sa.Text())

KEEPS_ITS_OWN = "keeps_its_own_entry(uuid)"
FUNCTION = """
create function keeps_its_own_entry(wanted uuid) returns boolean
language sql stable security definer set search_path = public, pg_temp as $$
    select exists (select 1 from api_clients a where a.organisation_id = wanted and a.revoked_at is null)
        or not exists (select 1 from organisations o
                       where o.id = wanted
                         and o.registered_by_id = nullif(current_setting('app.organisation', true), '')::uuid)
$$
"""

TODAY = (
    f"(select (coalesce((select s.stands_at from sandboxes s where s.id = {MY_SANDBOX}), now())"
    " at time zone 'Europe/London')::date)"
)
_SAME_WORLD = f"{ME} is not null and organisations.sandbox_id is not distinct from {MY_SANDBOX}"
# The awards of one council are few: listed once, they are not looked through for every provider.
_AWARDED_BY_ME = f"organisations.id in (select a.provider_id from lot_awards a where a.council_id = {ME})"
_STANDS_WITH_MY_COUNCIL = (
    "organisations.id in (select a.provider_id from lot_awards a"
    f" where a.council_id = {MY_COUNCIL} and a.ends_on >= {TODAY})"
)
# The offset of nothing has each placement of the provider looked up among the caller's, never all of the caller's.
_PLACED_WITH = (
    "exists (select 1 from placements p where p.provider_id = organisations.id and exists ("
    f"select 1 from placement_viewers v where v.placement_id = p.id and v.organisation_id = {ME} offset 0))"
)
_MINE = f"organisations.id = {ME} or organisations.registered_by_id = {ME}"
_KEPT = (
    f"organisations.id = {ME} or (organisations.registered_by_id = {ME} and not keeps_its_own_entry(organisations.id))"
)
FINDS = (
    f"{_MINE} or ({_SAME_WORLD} and (kind <> 'provider' or published"
    f" or (published_to_schools and {_STANDS_WITH_MY_COUNCIL}) or {_AWARDED_BY_ME} or {_PLACED_WITH}))"
)
CHANGES = f"({_KEPT}) and sandbox_id is not distinct from {MY_SANDBOX}"

# As revision 0002 has them.
_PLACED_WITH_BEFORE = (
    "exists (select 1 from placements p join placement_viewers v on v.placement_id = p.id"
    f" where p.provider_id = organisations.id and v.organisation_id = {ME})"
)
_AWARDED = "exists (select 1 from lot_awards a where a.provider_id = organisations.id)"
FOUND_BEFORE = (
    f"{_MINE} or ({_SAME_WORLD} and (kind <> 'provider' or published or {_AWARDED} or {_PLACED_WITH_BEFORE}))"
)
CHANGED_BEFORE = f"({_MINE}) and sandbox_id is not distinct from {MY_SANDBOX}"
_OF_MINE = (
    f"organisation_id = {ME} or exists (select 1 from organisations o"
    f" where o.id = organisation_id and o.registered_by_id = {ME})"
)

# How target groups were written before they had a list; small letters and digits alone.
KNOWN_WORDS = {
    "ks1": "ks1 keystage1",
    "ks2": "ks2 keystage2",
    "ks3": "ks3 keystage3",
    "ks4": "ks4 keystage4",
    "age_16_18": "1618 16to18 age1618 aged1618 post16",
    "age_18_25": "1825 18to25 age1825 aged1825",
    "looked_after": "lookedafter lookedafterchildren childrenlookedafter lac cla",
    "ehcp": "ehcp ehcplan ehcplans ehcps",
    "sen_support": "sensupport",
    "neet": "neet",
    "young_carers": "youngcarers youngcarer",
    "eal": "eal englishasanadditionallanguage",
    "refugees": "refugees refugee",
    "young_offenders": "youngoffenders youngoffender",
    "teenage_parents": "teenageparents teenageparent",
}


def kept(column: str) -> str:
    """The row is of an organisation that the caller is, or that it registered and that has no client yet."""
    return (
        f"{column} = {ME} or exists (select 1 from organisations o"
        f" where o.id = {column} and o.registered_by_id = {ME} and not keeps_its_own_entry(o.id))"
    )


def upgrade() -> None:
    op.add_column(
        "organisations", sa.Column("published_to_schools", sa.Boolean(), server_default=sa.false(), nullable=False)
    )
    op.execute("update organisations set published_to_schools = true where published")
    op.add_column("sites", sa.Column("satellite", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.add_column("sites", sa.Column("accessibility", sa.String(length=500), nullable=True))
    op.add_column("sites", sa.Column("opening_times", JSON, server_default="[]", nullable=False))
    op.create_index("ix_identifiers_scheme_value", "identifiers", ["scheme", "value"])
    _create_entries()
    _fill_entries()
    _secure()


def _create_entries() -> None:
    op.create_table(
        "directory_entries",
        sa.Column("provider_id", sa.Uuid(), nullable=False),
        *[sa.Column(name, TEXTS, nullable=False) for name in ("target_groups", "needs_met", "subjects")],
        *[sa.Column(name, TEXTS, nullable=False) for name in ("awarding_bodies", "non_accredited", "patterns")],
        sa.Column("delivery_options", TEXTS, nullable=False),
        *[sa.Column(name, JSON, nullable=False) for name in ("contacts", "qualifications", "session_times")],
        *[sa.Column(name, JSON, nullable=False) for name in ("costs", "staffing_ratios")],
        sa.Column("delivery_staff", sa.Integer(), nullable=True),
        sa.Column("qualified_teachers", sa.Integer(), nullable=True),
        sa.Column("support_staff", sa.Integer(), nullable=True),
        sa.Column("other_staff", sa.Integer(), nullable=True),
        sa.Column("volunteers", sa.Integer(), nullable=True),
        sa.Column("ofsted", _slug("ofstedstatus", "registered", "voluntarily_registered", "not_registered")),
        sa.Column("transport_offered", sa.Boolean(), nullable=True),
        sa.Column("transport_note", sa.String(length=500), nullable=True),
        sa.Column("transport_cost_pence", sa.Integer(), nullable=True),
        sa.Column("transport_cost_per", _slug("costper", "session", "day", "week", "term", "year", "one_off")),
        sa.Column("permission_given_by", sa.String(length=200), nullable=True),
        sa.Column("permission_given_on", sa.Date(), nullable=True),
        sa.Column("words", postgresql.TSVECTOR(), nullable=False),
        sa.ForeignKeyConstraint(["provider_id"], ["organisations.id"], name=op.f("fk_directory_entries_provider_id")),
        sa.PrimaryKeyConstraint("provider_id", name=op.f("pk_directory_entries")),
    )


def _slug(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=40)


def _fill_entries() -> None:
    """A blank entry for each provider, with the target groups that its words name and the words to search."""
    known = ", ".join(f"('{word}', '{group}')" for group, words in KNOWN_WORDS.items() for word in words.split())
    op.execute(
        "insert into directory_entries (provider_id, target_groups, needs_met, subjects, awarding_bodies,"
        " non_accredited, patterns, delivery_options, contacts, qualifications, session_times, costs, staffing_ratios,"
        " words) select o.id, array(select distinct k.target_group from unnest(o.target_groups) as w"
        f" join (values {known}) as k (word, target_group)"
        " on k.word = regexp_replace(lower(w), '[^a-z0-9]', '', 'g') order by 1),"
        " '{}', '{}', '{}', '{}', '{}', '{}', '[]', '[]', '[]', '[]', '[]',"
        " setweight(to_tsvector('simple', o.name), 'A') || to_tsvector('english',"
        " concat_ws(E'\\n', o.name, o.offer, array_to_string(o.target_groups, E'\\n')))"
        " from organisations o where o.kind = 'provider'"
    )


def _secure() -> None:
    op.execute(FUNCTION)
    allow_function(KEEPS_ITS_OWN)
    secure(
        "directory_entries",
        seen("organisations", "provider_id", "directory_entries"),
        adds=kept("provider_id"),
        changes=kept("provider_id"),
    )
    resecure("organisations", "app_sees", FINDS)
    resecure("organisations", "app_changes", CHANGES)
    for table in ("sites", "identifiers"):
        for policy in ("app_adds", "app_changes", "app_removes"):
            resecure(table, policy, kept("organisation_id"))


def downgrade() -> None:
    for table in ("sites", "identifiers"):
        for policy in ("app_adds", "app_changes", "app_removes"):
            resecure(table, policy, _OF_MINE)
    resecure("organisations", "app_changes", CHANGED_BEFORE)
    resecure("organisations", "app_sees", FOUND_BEFORE)
    op.drop_table("directory_entries")
    op.execute(f"drop function {KEEPS_ITS_OWN}")
    op.drop_index("ix_identifiers_scheme_value", "identifiers")
    for column in ("opening_times", "accessibility", "satellite"):
        op.drop_column("sites", column)
    op.drop_column("organisations", "published_to_schools")
