"""The schema and its history. Append only: a published migration is never edited."""

import re

from storage import search
from storage.sql import Connection as Database
from storage.sql import Migrations

APPLICATION_ID = 0x53746570  # "Step": the file's own mark, so that a wrong file is refused

migrations = Migrations("steppewire")

OUTLETS = """
create table outlets (
    id         integer primary key,
    name       text not null unique,
    country    text not null default '',      -- ISO 3166 alpha-2; '' = the whole region
    ownership  text not null default 'unknown',
    wire       integer not null default 0,    -- a news agency
    family     text not null default '',      -- the publisher behind several outlets
    home_url   text not null default ''
) strict;
"""

FEEDS = """
create table feeds (
    id              integer primary key,
    url             text not null unique,
    title           text not null default '',
    kind            text not null default 'feed',      -- feed | page | telegram | import
    outlet_id       integer not null references outlets(id),
    languages       text not null default '',          -- declared, space-separated
    site_url        text not null default '',
    rules           text not null default '{}',        -- JSON: what a page scraper needs
    host            text not null default '',          -- for politeness: feeds of one host
    moved_from      text not null default '',
    added_at        integer not null,
    status          text not null default 'new',       -- new | ok | error | gone | paused
    next_check_at   integer not null default 0,        -- the promise kept across restarts
    interval_s      integer not null default 0,        -- the feed's own, adaptive
    last_checked_at integer,
    last_status     integer,                           -- HTTP status of the last answer
    last_ok_at      integer,
    last_new_at     integer,
    usual_gap_s     integer not null default 0,        -- between new items, smoothed
    failure_weight  real not null default 0,           -- hard 1, soft .5, temporary .25
    failure_count   integer not null default 0,
    failing_since   integer,
    error_key       text not null default '',          -- text catalogue key
    error_values    text not null default '{}',
    told_ill_at     integer,                           -- admins were told that it is ill
    silent_since    integer,
    etag            text not null default '',          -- verbatim, a pair with last_modified,
    last_modified   text not null default '',          -- both from the same 200
    body_digest     text not null default '',          -- of the last parsed body
    entries_seen    text not null default '',          -- marks of its entries, unparsed again
    max_age_s       integer not null default 0,        -- asked for with the last document,
    ttl_s           integer not null default 0,        -- and holding through every 304
    rest_times      text not null default '',          -- skipHours/skipDays: '1 2/6'
    moved_to        text not null default '',          -- a permanent redirect seen so far
    moved_seen      integer not null default 0,
    baseline_done   integer not null default 0,        -- the silent first fetch is behind it
    told_well_at    integer,                           -- admins were told of the recovery
    notice          text not null default '',          -- owed to admins, not yet in the outbox
    items           integer not null default 0
) strict;
-- The poller asks every few seconds; feeds that are never polled stand in nobody's way.
create index feeds_due on feeds(next_check_at) where status not in ('gone', 'paused');
-- A host that asks for rest puts off all its feeds.
create index feeds_host on feeds(host);
"""

STORIES = """
create table stories (
    id         integer primary key,
    first_at   integer not null,     -- its earliest telling
    updated_at integer not null,     -- its newest telling
    size       integer not null default 0
) strict;
-- No query of today reads it.
create index stories_updated on stories(updated_at);

create table story_aliases (         -- an id once told to somebody points somewhere for ever
    id       integer primary key,
    story_id integer not null references stories(id)
) strict;
-- A merge moves the older ids of the story that is merged away.
create index story_aliases_story on story_aliases(story_id);

create table corrections (           -- admins' merge, split, move: later decisions obey
    id       integer primary key,
    kind     text not null,          -- together | apart
    item_a   integer not null references items(id) on delete cascade,
    item_b   integer not null references items(id) on delete cascade,
    made_at  integer not null,
    made_by  integer not null
) strict;
"""

ITEMS = """
create table items (
    id           integer primary key,
    feed_id      integer not null references feeds(id) on delete cascade,
    story_id     integer not null references stories(id),
    external_id  text not null default '',
    url          text not null default '',
    url_key      text not null default '',   -- canonical, never shown or fetched
    title        text not null default '',
    summary      text not null default '',
    lang         text not null default '',
    published    integer,                    -- null: the outlet did not say
    first_seen   integer not null,
    updated_at   integer,                    -- the outlet edited it
    score        real not null default 0,    -- of the verdict that joined it to its story
    reasons      text not null default '',   -- JSON of that verdict
    recirculated integer not null default 0, -- an old text under a new date
    countries    text not null default ''    -- that it is about: ISO codes, space-separated
) strict;
-- A story is shown with all its items.
create index items_story on items(story_id);
-- Removing a feed takes its items along, without reading everybody's.
create index items_feed on items(feed_id);
-- A start, digests and counts ask for what came within some days.
create index items_seen on items(first_seen);

create table item_keys (                     -- keys of items seen, kept for good
    feed_id integer not null references feeds(id) on delete cascade,
    key     blob not null,
    item_id integer not null,
    primary key (feed_id, key)
) strict, without rowid;
"""

TELLINGS = """
create table tellings (                      -- of items whose story lives: identity's memory
    item_id integer primary key references items(id) on delete cascade,
    packed  blob not null
) strict;

create table old_texts (                     -- of stories that live no more; never grows
    place    integer primary key,            -- in a table of fixed size
    mark     integer not null,
    story_id integer not null,
    told_at  integer not null
) strict;
"""

CHATS = """
create table chats (
    id                integer primary key,     -- Telegram's
    kind              text not null,
    title             text not null default '',
    language          text not null default 'en',
    time_zone         text not null default 'UTC',
    digest_times      text not null default '480',            -- minutes after midnight
    digest_days       text not null default '1 2 3 4 5 6 7',  -- ISO weekdays
    digest_thread     integer not null default 0,
    digest_from       integer,                                -- the next window begins here
    next_digest_at    integer,
    digest_when_empty integer not null default 1,
    weekly_day        integer not null default 0,             -- 0 = no weekly digest
    silenced_times    text not null default '',               -- both as they were before /stop
    silenced_weekly   integer not null default 0,
    quiet_from        integer,
    quiet_to          integer,
    quiet_mode        text not null default 'hold',
    alerts_per_hour   integer not null default 12,
    active            integer not null default 1,
    gone_why          text not null default '',
    gone_at           integer,
    owner_id          integer,                                -- of a channel: who manages it
    created_at        integer not null
) strict;
-- The digest timer asks each time for the chats that are due; those that are gone have none.
create index chats_digest on chats(next_digest_at) where active = 1;

create table subscriptions (
    id         integer primary key,
    chat_id    integer not null references chats(id) on update cascade on delete cascade,
    thread_id  integer not null default 0,
    query      text not null,                                 -- canonical form
    mode       text not null default 'instant',
    paused     integer not null default 0,
    created_at integer not null,
    unique (chat_id, thread_id, query)
) strict;

create table matches (                                        -- which item met which query, and why
    subscription_id integer not null references subscriptions(id) on delete cascade,
    item_id         integer not null references items(id) on delete cascade,
    story_id        integer not null,
    seen_at         integer not null,                         -- the item's first_seen
    term            text not null default '',                 -- of the query
    word            text not null default '',                 -- of the text
    primary key (subscription_id, item_id)
) strict, without rowid;
-- Why a story came to a chat is asked whenever its alert is written.
create index matches_story on matches(story_id);
-- An item that is deleted takes its matches along.
create index matches_item on matches(item_id);
-- What a subscription brought of late, newest first.
create index matches_seen on matches(subscription_id, seen_at);

create table muted_stories (
    chat_id  integer not null references chats(id) on update cascade on delete cascade,
    story_id integer not null,
    primary key (chat_id, story_id)
) strict, without rowid;

create table aliases (                                        -- names added from the chat
    id       integer primary key,
    name     text not null unique,
    others   text not null,                                   -- JSON list
    added_at integer not null,
    added_by integer not null
) strict;
"""

DELIVERIES = """
create table deliveries (                                     -- the outbox
    id            integer primary key,
    chat_id       integer not null references chats(id) on update cascade on delete cascade,
    thread_id     integer not null default 0,
    kind          text not null,
    subject       text not null,
    story_id      integer,
    payload       text not null default '{}',
    state         text not null default 'queued',
    due_at        integer not null,
    created_at    integer not null,
    attempts      integer not null default 0,
    sending_since integer,
    settled_at    integer,
    message_id    integer,
    reason        text not null default '',
    rank          integer not null default 0,                 -- 0 news, 1 digests, 2 broadcasts
    level         integer not null default 0,                 -- 0 HTML, 1 plain, 2 title and link
    doubts        integer not null default 0,                 -- answers that were lost
    crashes       integer not null default 0,                 -- found sending at a start
    carrier       integer,                                    -- the message that tells it instead
    unique (chat_id, thread_id, kind, subject)
) strict;
-- What goes next to a chat: only what waits is in it, so it stays small beside months of
-- messages that were sent, and costs the same with a million of them.
create index deliveries_lane on deliveries(chat_id, rank, due_at, id) where state = 'queued';
-- One message at a time to a chat, and what was half sent at a start: a handful of rows.
create index deliveries_sending on deliveries(chat_id) where state = 'sending';
-- What quiet hours hold, counted and given up without reading what was sent.
create index deliveries_held on deliveries(chat_id) where state = 'held';
-- Who was told a story already, and whose messages follow it.
create index deliveries_story on deliveries(story_id, chat_id);
-- A reply or a button names Telegram's message; rows without one never need finding so.
create index deliveries_message on deliveries(chat_id, message_id) where message_id is not null;
-- Alerts of the last hour are counted before each further one.
create index deliveries_recent on deliveries(chat_id, created_at);
-- Pruning takes the oldest; what still waits is not pruned.
create index deliveries_settled on deliveries(settled_at) where settled_at is not null;
-- How far an announcement is; no other kind is asked for by its key alone.
create index deliveries_broadcast on deliveries(subject, state) where kind = 'broadcast';
-- What a message for many carries; most alerts are carried by none.
create index deliveries_carrier on deliveries(carrier) where carrier is not null;

create table lanes (                                          -- one message at a time to a chat
    chat_id integer primary key references chats(id) on update cascade on delete cascade,
    rank    integer not null default 0,                       -- of the message that goes next
    next_at integer,                                          -- null: nothing queued, or one going
    open_at integer not null default 0                        -- the chat rests until then
) strict;
-- Whose turn it is, for each rank; chats for which nothing waits are not in it.
create index lanes_next on lanes(rank, next_at) where next_at is not null;

create table moved_chats (                                    -- groups that became supergroups
    old_id integer primary key,
    new_id integer not null
) strict;

create table rests (                                          -- Telegram's bans outlast us
    chat_id integer primary key,                              -- 0 = everybody
    until   integer not null
) strict;

create table shut (                                           -- targets that refuse messages
    chat_id   integer not null references chats(id) on update cascade on delete cascade,
    thread_id integer not null,                               -- -1 = the whole chat
    why       text not null,
    times     integer not null default 1,
    until     integer not null,                               -- then it may be tried once again
    primary key (chat_id, thread_id)
) strict, without rowid;
"""

TALKS = """
create table drafts (                                         -- what a button stands for
    id      integer primary key,
    chat_id integer not null,
    text    text not null,
    made_at integer not null,
    unique (chat_id, text)
) strict;
-- Drafts are forgotten by age, and so are updates below.
create index drafts_made on drafts(made_at);

create table expected_answers (                               -- what a plain message answers
    chat_id   integer not null,
    person_id integer not null,
    question  text not null,
    made_at   integer not null,
    primary key (chat_id, person_id)
) strict, without rowid;

create table acting_for (                                     -- a private chat speaks for a channel
    chat_id    integer primary key,
    channel_id integer not null references chats(id) on update cascade on delete cascade
) strict;

create table taken_updates (                                  -- Telegram repeats itself
    bot_id    integer not null,
    update_id integer not null,
    taken_at  integer not null,
    primary key (bot_id, update_id)
) strict, without rowid;
create index taken_updates_at on taken_updates(taken_at);
"""

FACTS = """
create table facts (                                          -- small things that must last
    name  text primary key,
    value text not null
) strict, without rowid;
"""


def execute_all(db: Database, script: str) -> None:
    """Run statements one by one: ``executescript`` would commit the migration half-way."""
    for statement in script.split(";\n"):
        if statement.strip():
            db.conn.execute(statement)


@migrations()
def m001_foundation(db: Database) -> None:
    """Lay every table of the first version."""
    for script in (OUTLETS, FEEDS, STORIES, ITEMS, TELLINGS, CHATS, DELIVERIES, TALKS, FACTS):
        execute_all(db, script)
    for statement in search.SCHEMA:
        db.conn.execute(statement)
    db.conn.execute(f"pragma application_id = {APPLICATION_ID}")


ALERTS = """
alter table subscriptions add column reach text not null default 'headline';
alter table matches add column in_headline integer not null default 1;
alter table chats add column shows_query integer not null default 0;
alter table chats add column footer text not null default '';
alter table deliveries add column behind integer not null default 0;
"""


@migrations()
def m002_alerts(db: Database) -> None:
    """Keep where a query must be met to ring and where it was met; how a channel's posts end.

    ``behind`` marks a message that something was added to while it was being sent.
    """
    execute_all(db, ALERTS)


@migrations()
def m003_meeting(db: Database) -> None:
    """Remember what /stop paused, and whether a chat's time zone was chosen or only assumed.

    Of what was stopped before, all that is paused counts as stopped: so went "Go on" until now.
    The zones that were given to everybody (the default settings' two) count as assumed.
    """
    for column in (
        "silenced_at integer",
        "zone_assumed integer not null default 0",
        "zone_asked_at integer",
    ):
        db.conn.execute(f"alter table chats add column {column}")
    db.conn.execute("alter table subscriptions add column silenced integer not null default 0")
    db.conn.execute(
        "update chats set silenced_at = created_at where silenced_times <> '' or silenced_weekly"
    )
    db.conn.execute(
        "update subscriptions set silenced = 1 where paused"
        " and chat_id in (select id from chats where silenced_at is not null)"
    )
    db.conn.execute("update chats set zone_assumed = 1 where time_zone in ('Asia/Almaty', 'UTC')")


@migrations()
def m004_current_ids(db: Database) -> None:
    """Bring what was kept under ids of stories merged away under the ids they have by now.

    From now on a merge does this itself: a mute holds for the story that its story became.
    """
    db.conn.execute(
        "update or ignore muted_stories set story_id = a.story_id"
        " from story_aliases a where a.id = muted_stories.story_id"
    )
    db.conn.execute("delete from muted_stories where story_id in (select id from story_aliases)")
    for table in ("deliveries", "old_texts"):
        db.conn.execute(
            f"update {table} set story_id = a.story_id"  # noqa: S608 (our own names)
            f" from story_aliases a where a.id = {table}.story_id"
        )


def noted(table: str, kind: str) -> list[str]:
    """Write the triggers that note each change of a table's rows."""
    return [
        f"create trigger {table}_{deed} after {deed} on {table}"  # noqa: S608 (our own names)
        f" begin insert into changes(kind, row_id) values ('{kind}', {row}.id); end"
        for deed, row in (("insert", "new"), ("update", "new"), ("delete", "old"))
    ]


LOG = """
create table changes (                        -- what memories elsewhere have yet to take up
    id     integer primary key autoincrement,
    kind   text not null,                     -- subscription, alias
    row_id integer not null
) strict
"""


@migrations()
def m005_changes(db: Database) -> None:
    """Note every change of subscriptions and taught names, for who keeps them in memory."""
    for statement in (LOG, *noted("subscriptions", "subscription"), *noted("aliases", "alias")):
        db.conn.execute(statement)
    db.conn.execute("insert into changes(kind, row_id) select 'alias', id from aliases")


@migrations()
def m006_digests(db: Database) -> None:
    """Know which countries a headline names, and since when it reads as it does.

    Of headlines kept before this, nothing says: their whole text's countries count, as before.
    """
    db.conn.execute("alter table items add column title_countries text not null default ''")
    db.conn.execute("alter table items add column retitled_at integer")


@migrations()
def m007_query_of_match(db: Database) -> None:
    """Note with each match the query as it was then: a subscription may be given other words."""
    db.conn.execute("alter table matches add column query text not null default ''")


NEVER_GIVEN_TWICE = ("feeds", "subscriptions", "deliveries", "drafts", "aliases", "corrections")
"""Tables whose rows the buttons of old messages name by number."""


def with_lasting_ids(db: Database, table: str) -> None:
    """Lay a table anew with ids that are never given twice; rows, indexes and triggers stay.

    The way of https://sqlite.org/lang_altertable.html#otheralter: a column's constraint cannot be
    altered where it stands.
    """
    (kept,) = db.conn.execute("select sql from sqlite_schema where name = ?", (table,)).fetchone()
    around = db.conn.execute(
        "select sql from sqlite_schema where tbl_name = ? and type in ('index', 'trigger')"
        " and sql is not null order by rowid",
        (table,),
    ).fetchall()
    _, _, columns = kept.partition("(")
    columns, done = re.subn(
        r"\bid +integer primary key\b(?! auto)", r"\g<0> autoincrement", columns, count=1
    )
    if not done:
        return  # by a start that was cut off right after
    db.conn.execute(f"create table laid_anew ({columns}")
    db.conn.execute(f"insert into laid_anew select * from {table}")  # noqa: S608 (our own names)
    db.conn.execute(f"drop table {table}")
    db.conn.execute(f"alter table laid_anew rename to {table}")
    for (statement,) in around:
        db.conn.execute(statement)


@migrations(transactional=False)
def m010_lasting_ids(db: Database) -> None:
    """Give no number of a row twice: a button under an old message would act on the new row.

    Dropping a table would take along the rows that refer to it, so references are not watched
    meanwhile, which SQLite lets no transaction begin with; all tables change in one of our own.
    """
    db.conn.execute("pragma foreign_keys = off")
    try:
        db.conn.execute("begin immediate")
        for table in NEVER_GIVEN_TWICE:
            with_lasting_ids(db, table)
        db.conn.execute("commit")
    finally:
        if db.conn.in_transaction:
            db.conn.execute("rollback")
        db.conn.execute("pragma foreign_keys = on")


@migrations()
def m020_imported_items(db: Database) -> None:
    """Count the items of imports, which nobody has counted until now."""
    db.conn.execute(
        "update feeds set items = (select count(*) from items where feed_id = feeds.id)"
        " where kind = 'import'"
    )


@migrations()
def m021_why_of_folds(db: Database) -> None:
    """Give a message for many its reason in a column; until now its key's first letter said it.

    Folds of the first version had keys of whole hours, without minutes, and counted their stories.
    """
    # quiet | hour | backlog | late, '' of whatever is no fold
    db.conn.execute("alter table deliveries add column why text not null default ''")
    # 1: it told how many stories it carries, and not which
    db.conn.execute("alter table deliveries add column counted integer not null default 0")
    db.conn.execute(
        "update deliveries set counted = instr(subject, ':') = 0,"
        " why = case substr(subject, 1, 1) when 'q' then 'quiet' when 'h' then 'hour'"
        " when 'b' then 'backlog' else 'late' end where kind = 'fold'"
    )


CORRECTIONS_WHOLE = """
create table admin_corrections (     -- merge, split, move: later decisions obey
    id        integer primary key autoincrement,
    kind      text not null,         -- merge | split | move
    source    integer not null,      -- the story that items left
    target    integer not null,      -- the story to which they went
    followed  text not null default '{}',  -- JSON: what else went along, and returns
    made_at   integer not null,
    made_by   integer not null,
    undone_at integer                -- taken back: it binds no more
) strict;

create table corrected_items (       -- of which items a correction says something
    correction_id integer not null references admin_corrections(id) on delete cascade,
    item_id       integer not null references items(id) on delete cascade,
    side          text not null,     -- moved, joined: together; moved, left: apart
    primary key (correction_id, item_id)
) strict, without rowid;
-- Removing a feed takes its items along, and /why asks what was corrected of a story's items.
create index corrected_items_item on corrected_items(item_id);

create table corrected_mutes (       -- whose mutes went along
    correction_id integer not null references admin_corrections(id) on delete cascade,
    chat_id       integer not null references chats(id) on update cascade on delete cascade,
    added         integer not null,  -- 1: the target was not muted before
    primary key (correction_id, chat_id)
) strict, without rowid;
-- Deleting a chat takes its rows along.
create index corrected_mutes_chat on corrected_mutes(chat_id)
"""

CORRECTIONS_OF_BEFORE = """
-- Pairs made at one moment by one admin were one correction, named by its first pair.
create temp table first_pairs as
    select min(id) as id, kind, made_at, made_by from corrections group by kind, made_at, made_by;

insert into admin_corrections(id, kind, source, target, made_at, made_by)
select p.id, case p.kind when 'apart' then 'split' else 'merge' end,
    coalesce((select story_id from items where id = c.item_b), 0),
    coalesce((select story_id from items where id = c.item_a), 0), p.made_at, p.made_by
from first_pairs p join corrections c on c.id = p.id;

-- An item stands in several pairs of one correction.
insert or ignore into corrected_items(correction_id, item_id, side)
select p.id, c.item_a, 'moved' from corrections c
    join first_pairs p using (kind, made_at, made_by);

insert or ignore into corrected_items(correction_id, item_id, side)
select p.id, c.item_b, case c.kind when 'apart' then 'left' else 'joined' end from corrections c
    join first_pairs p using (kind, made_at, made_by);

-- A merge named one item of each story and held the whole together.
insert or ignore into corrected_items(correction_id, item_id, side)
select p.id, i.id, 'joined' from corrections c join first_pairs p using (kind, made_at, made_by)
    join items a on a.id = c.item_a join items b on b.id = c.item_b and b.story_id = a.story_id
    join items i on i.story_id = a.story_id and i.first_seen <= c.made_at
where c.kind = 'together';

drop table first_pairs;
drop table corrections
"""


@migrations()
def m022_admin_corrections(db: Database) -> None:
    """Keep of a correction all items that it spoke of, and what undoing it needs.

    Until now it was pairs of items, which said neither what was done nor with what else.
    """
    for statement in f"{CORRECTIONS_WHOLE};{CORRECTIONS_OF_BEFORE}".split(";\n"):
        db.conn.execute(statement)


@migrations()
def m023_meaning(db: Database) -> None:
    """Keep beside an item's features what its text means, where that was asked.

    The four bytes of a model's mark, then one signed byte a dimension.
    """
    db.conn.execute("alter table tellings add column vector blob")


REVISIONS = """
create table revisions (             -- what an item said before its outlet changed it
    item_id integer not null references items(id) on delete cascade,
    until   integer not null,        -- when other words were seen
    title   text not null,
    summary text not null,           -- its beginning
    primary key (item_id, until)
) strict, without rowid;

create table page_looks (            -- whether an article's page is still there
    item_id   integer primary key references items(id) on delete cascade,
    host      text not null,
    taken_at  integer not null,
    due_at    integer,               -- null: it is looked at no more
    looks     integer not null default 0,
    missed_at integer                -- it answered 404 or 410; a later look confirms it
) strict;
-- A tick asks which pages are due; of most that were taken up none is.
create index page_looks_due on page_looks(due_at) where due_at is not null;
-- How many were taken up of late, and what is forgotten by age.
create index page_looks_taken on page_looks(taken_at);

alter table items add column removed_at integer
"""


@migrations()
def m024_articles_that_change(db: Database) -> None:
    """Keep what articles said before they were changed, and whether their pages still stand."""
    execute_all(db, REVISIONS)


@migrations()
def m025_gaps(db: Database) -> None:
    """Count how often a feed had rolled on between two looks, and keep who a post is from."""
    db.conn.execute("alter table feeds add column gaps integer not null default 0")
    db.conn.execute("alter table feeds add column last_gap_at integer")
    # The outlet an aggregator names, the channel from which a post was forwarded.
    db.conn.execute("alter table items add column source text not null default ''")


@migrations()
def m026_fallbacks(db: Database) -> None:
    """Let a source have others that are read in its place while it is ill."""
    db.conn.execute(
        "alter table feeds add column fallback_of integer references feeds(id) on delete cascade"
    )
    db.conn.execute(
        "create index feeds_fallback on feeds(fallback_of) where fallback_of is not null"
    )


@migrations()
def m027_official(db: Database) -> None:
    """Mark outlets that publish what a state itself says: presidents, governments, gazettes."""
    db.conn.execute("alter table outlets add column official integer not null default 0")
    db.conn.execute("update outlets set official = 1 where name = 'Kremlin.ru'")


SET_ASIDE = """
create table set_aside (             -- what raised, so that the rest could go on
    kind     text not null,          -- subscription | item | story | delivery | digest | chat | feed
    what     text not null,          -- its row's id, or an item's address
    why      text not null,          -- what was raised and where, or a text catalogue key
    label    text not null default '',  -- the query or headline, to be known by
    chat_id  integer,                -- whose it is
    first_at integer not null,
    last_at  integer not null,
    times    integer not null default 1,
    told_at  integer,                -- admins, and whose it is, were told
    primary key (kind, what, why)
) strict, without rowid;
-- A tick asks what is yet to be said: mostly nothing.
create index set_aside_untold on set_aside(first_at) where told_at is null
"""


@migrations()
def m028_set_aside(db: Database) -> None:
    """Keep what was set aside because it raised, and whether that was said."""
    execute_all(db, SET_ASIDE)


ASKINGS = """
create table askings (               -- which query a subscription asked for, from when to when
    subscription_id integer not null references subscriptions(id) on delete cascade,
    query           text not null,
    since           integer not null,    -- both in changes of subscriptions: their ids
    ended           integer,             -- null: it still does
    primary key (subscription_id, since)
) strict, without rowid;
-- Whom an item is news to, in slices.
create index askings_query on askings(query, subscription_id);
-- What is asked no more is forgotten with the last match of it.
create index askings_ended on askings(ended) where ended is not null;

insert into askings(subscription_id, query, since, ended)
    select id, query, 0, iif(paused, 1, null) from subscriptions;
-- What was met by the words that a query had before.
insert into askings(subscription_id, query, since, ended)
    select id, met, -row_number() over (partition by id order by met), 1
    from (select distinct s.id, m.query as met from matches m
        join subscriptions s on s.id = m.subscription_id where m.query not in ('', s.query));

create table query_matches (         -- which item met which query, whoever asks for that
    query       text not null,                      -- canonical form
    item_id     integer not null references items(id) on delete cascade,
    story_id    integer not null,
    seen_at     integer not null,
    term        text not null default '',           -- of the query
    word        text not null default '',           -- of the text
    in_headline integer not null default 1,
    as_of       integer not null default 0,         -- the last change that was known then
    primary key (query, item_id)
) strict, without rowid;

insert into query_matches(query, item_id, story_id, seen_at, term, word, in_headline)
    select iif(m.query = '', s.query, m.query), m.item_id, m.story_id, m.seen_at, m.term, m.word,
        m.in_headline
    from matches m join subscriptions s on s.id = m.subscription_id where true
    on conflict do update set term = excluded.term, word = excluded.word, in_headline = 1
    where excluded.in_headline > in_headline;

drop table matches;
alter table query_matches rename to matches;
-- Why a story came to a chat is asked whenever its alert is written.
create index matches_story on matches(story_id);
-- An item that is deleted takes its matches along.
create index matches_item on matches(item_id);
-- What a query brought of late, newest first.
create index matches_seen on matches(query, seen_at);
-- The oldest are forgotten.
create index matches_age on matches(seen_at);

create table promises (              -- what many are owed and is not yet in the outbox for all
    id       integer primary key,
    kind     text not null,                         -- alerts | edits | answers
    story_id integer,                               -- not of alerts: theirs is their item's
    item_id  integer references items(id) on delete cascade,
    details  text not null,                         -- JSON
    after    integer not null,                      -- the last that has it: subscription or chat
    turns    integer not null default 0             -- how often it was served
) strict;
-- Who was served least comes first.
create index promises_turn on promises(turns, id);
-- An item that is deleted takes along what its news was owed.
create index promises_item on promises(item_id) where item_id is not null
"""

SUBSCRIPTIONS_CHANGE = (
    "drop trigger subscriptions_insert",
    "drop trigger subscriptions_update",
    """
create trigger subscriptions_insert after insert on subscriptions begin
    insert into changes(kind, row_id) values ('subscription', new.id);
    insert into askings(subscription_id, query, since)
        select new.id, new.query, (select max(id) from changes) where not new.paused;
end
""",
    """
create trigger subscriptions_update after update on subscriptions begin
    insert into changes(kind, row_id) values ('subscription', new.id);
    update askings set ended = (select max(id) from changes)
        where subscription_id = new.id and ended is null and (new.paused or query <> new.query);
    insert into askings(subscription_id, query, since)
        select new.id, new.query, (select max(id) from changes) where not new.paused
            and not exists
                (select 1 from askings where subscription_id = new.id and ended is null);
end
""",
)
"""The triggers that note changes of subscriptions note also what was asked until then."""


@migrations()
def m029_owed(db: Database) -> None:
    """Keep one match for all readers of a query; owe to many in slices; unfile removed items."""
    execute_all(db, ASKINGS)
    for statement in (*SUBSCRIPTIONS_CHANGE, *search.REMOVALS):
        db.conn.execute(statement)


INBOX = """
create table inbox (                 -- what Telegram brought
    id        integer primary key,   -- in the order in which it came: update ids may begin anew
    bot_id    integer not null,
    update_id integer not null,
    chat_id   integer not null,      -- whose turn it takes; 0 once it is answered
    taken_at  integer not null,
    body      text,                  -- Telegram's JSON; null once it is answered
    question  text,                  -- what we had asked, where it is the answer
    changed   integer not null default 0,   -- it was done, wholly or in part
    reply     text,                  -- what is to be said, JSON
    told      integer not null default 0,   -- messages of it that Telegram took
    shown     integer,               -- the message that shows how far long work is
    unique (bot_id, update_id)
) strict;
create index inbox_waiting on inbox(id) where body is not null;
create index inbox_taken on inbox(taken_at);

insert into inbox(bot_id, update_id, chat_id, taken_at)
select bot_id, update_id, 0, taken_at from taken_updates order by taken_at;

drop table taken_updates
"""


@migrations()
def m030_inbox(db: Database) -> None:
    """Keep updates until they are answered, where only their numbers were kept before."""
    execute_all(db, INBOX)


ERRANDS = """
create table errands (               -- what the command line asks the running process to do
    id        integer primary key autoincrement,
    what      text not null,
    arguments text not null,         -- JSON; gone when it has ended
    asked_by  text not null,
    asked_at  integer not null,
    told_at   integer not null,      -- when who waits for it, or does it, was last heard of
    state     text not null default 'waiting',
    unwanted  integer not null default 0,
    progress  text not null default '{}',
    answer    text not null default '{}'
) strict;
-- The running process looks every second; mostly nothing waits.
create index errands_waiting on errands(state) where state in ('waiting', 'running')
"""


@migrations()
def m031_errands(db: Database) -> None:
    """Let the command line ask the running process to do what needs its memory."""
    execute_all(db, ERRANDS)


TALLIES = """
create table tallies (               -- what became of the entries of a feed's documents
    feed_id   integer not null references feeds(id) on delete cascade,
    day       integer not null,      -- days since 1970, UTC
    documents integer not null,      -- or parts of one that broke
    entries   integer not null,      -- read; what follows says what became of them
    stored    integer not null,
    changed   integer not null,
    known     integer not null,
    kept      integer not null,      -- in other words by now, and kept as they were
    refused   integer not null,
    primary key (feed_id, day)
) strict, without rowid;

-- Items up to here were not counted.
insert into facts(name, value) select 'counted_from', coalesce(max(id), 0) from items where true
    on conflict(name) do nothing;

-- When it came to the story that it is in, if it was in another one before.
alter table items add column moved_at integer
"""


@migrations()
def m034_tallies(db: Database) -> None:
    """Count what became of every entry, and note when an item changes its story, from here on."""
    execute_all(db, TALLIES)


@migrations()
def m035_promises(db: Database) -> None:
    """Note when a promise was made; 0 is of an older program's."""
    db.conn.execute("alter table promises add column made_at integer not null default 0")


TRANSLATIONS = """
create table translations (          -- a text of an outlet in another language, by a machine
    id        integer primary key,
    digest    blob not null,         -- of the text: copies of one headline are asked for once
    source    text not null,         -- languages: ru, kk, uz
    target    text not null,
    headline  integer not null,
    text      text not null,         -- gone when it has ended
    said      text not null default '',
    state     text not null default 'wanted',   -- → done | dropped
    reason    text not null default '',
    rank      integer not null,      -- 0 for an alert, 1 for a list
    tries     integer not null default 0,
    due_at    integer not null,
    wanted_at integer not null,
    ended_at  integer,
    unique (digest, target)
) strict;
create index translations_due on translations(rank, id) where state = 'wanted';
create index translations_ended on translations(ended_at) where ended_at is not null;

create table translated_items (      -- whose texts they are
    item_id    integer not null references items(id) on delete cascade,
    target     text not null,
    title_id   integer references translations(id) on delete cascade,   -- null: to be asked anew
    lead_id    integer references translations(id) on delete cascade,
    arrived_at integer,              -- when readers, search and subscriptions got it
    primary key (item_id, target)
) strict, without rowid;
create index translated_items_coming on translated_items(item_id) where arrived_at is null;
create index translated_items_title on translated_items(title_id);
create index translated_items_lead on translated_items(lead_id);

-- The languages that a chat's people read, best liked first; '' while they have not said.
alter table chats add column reads text not null default '';
alter table chats add column machine integer not null default 1;
-- Which ways of reading there are, among many thousand chats.
create index chats_reading on chats(language, reads) where active = 1 and machine = 1;

alter table matches add column machine integer not null default 0
"""

EDITED_ANEW = """
create trigger items_retold after update of title, summary on items
when old.title <> new.title or old.summary <> new.summary begin
    update translated_items set title_id = null, lead_id = null, arrived_at = null
        where item_id = new.id;
end
"""
"""What an outlet says in other words is translated anew, whoever changes the row."""


@migrations()
def m039_translations(db: Database) -> None:
    """Keep translations, and which languages readers read."""
    execute_all(db, TRANSLATIONS)
    db.conn.execute(EDITED_ANEW)


PICTURES = """
-- Beside the other columns and not in a table of their own: an item without a picture has three
-- bytes more, one with a picture its address and no second row to find and to delete.
alter table items add column image text;
alter table items add column image_width integer;
alter table items add column image_height integer;

alter table chats add column pictures text not null default 'small'
"""


@migrations()
def m041_pictures(db: Database) -> None:
    """Keep where items have their pictures, and how chats want to see them."""
    execute_all(db, PICTURES)


FULL_TEXTS = """
create table full_texts (            -- articles' words as they were fetched for readers
    item_id    integer primary key references items(id) on delete cascade,
    fetched_at integer not null,
    refusal    text not null,        -- why there are none; '' where there are some
    body       blob not null         -- zlib, a paragraph a line
) strict;
create index full_texts_age on full_texts(fetched_at)
"""


@migrations()
def m042_full_texts(db: Database) -> None:
    """Keep the texts of articles that readers asked for, for some days."""
    execute_all(db, FULL_TEXTS)


RATES = """
create table official_rates (        -- what central banks published
    bank     text not null,          -- ISO 3166 of its country
    currency text not null,          -- ISO 4217, or KEY: the key rate, per cent a year
    day      integer not null,       -- days since 1970, by the bank's own calendar
    value    text not null,          -- of the bank's money, a decimal, for
    nominal  integer not null,       -- so many units
    primary key (bank, currency, day)
) strict, without rowid;

create table rate_sources (          -- their addresses, and how the last look at each was
    name          text primary key,
    url           text not null,     -- the validators are this address's
    due_at        integer not null,
    checked_at    integer,
    etag          text not null default '',
    last_modified text not null default '',
    failures      integer not null default 0,   -- in a row
    error         text not null default ''      -- a word for the admins
) strict, without rowid
"""


@migrations()
def m043_rates(db: Database) -> None:
    """Keep the official rates of central banks."""
    execute_all(db, RATES)


RATE_ALERTS = """
create table rate_alerts (           -- thresholds that chats want to hear of
    id         integer primary key,
    chat_id    integer not null references chats(id) on delete cascade on update cascade,
    thread_id  integer not null default 0,
    base       text not null,        -- ISO 4217
    quote      text not null,
    threshold  text not null,        -- a decimal: so much of quote for one of base
    above      integer not null,     -- the side on which the rate was when it was last told
    armed      integer not null default 1,      -- it was away from the threshold since
    created_at integer not null
) strict;
create index rate_alerts_chat on rate_alerts(chat_id);

-- Pairs such as USD/KZT with spaces between them: the digest's line of rates, '' = none.
alter table chats add column digest_rates text not null default ''
"""


@migrations()
def m044_rate_alerts(db: Database) -> None:
    """Keep the thresholds that chats set for rates, and which rates their digests tell."""
    execute_all(db, RATE_ALERTS)


WANTED_ARTICLES = """
-- 1: its entries' pages are read, because it tells only headlines. A fallback follows its source.
alter table feeds add column reads_articles integer not null default 0;
-- Not before then: their host wants rest.
alter table feeds add column articles_due_at integer not null default 0;

create table wanted_articles (       -- which pages are read for that
    item_id   integer primary key references items(id) on delete cascade,
    feed_id   integer not null,
    wanted_at integer not null,
    due_at    integer not null,
    tries     integer not null default 0,
    asked_at  integer,               -- last: a feed has a number an hour
    ended_at  integer,
    outcome   text not null default ''   -- why there is no text; '' of one whose words serve
) strict;
create index wanted_articles_waiting on wanted_articles(item_id) where ended_at is null;
create index wanted_articles_asked on wanted_articles(asked_at) where asked_at is not null;
create index wanted_articles_ended on wanted_articles(ended_at) where ended_at is not null
"""


@migrations()
def m045_wanted_articles(db: Database) -> None:
    """Keep of which feeds the articles are read, and which are wanted."""
    execute_all(db, WANTED_ARTICLES)


RETENTION = """
create table seen_keys (             -- by which entries are known whose items are kept no more
    bucket integer primary key,      -- two bytes of a digest; the others stand in
    packed blob not null             -- one behind the other
) strict;

create table file_sizes (            -- how the file grows
    day   integer primary key,       -- days since 1970, UTC
    bytes integer not null,          -- in use
    items integer not null
) strict;

-- Its items that retention removed, of those that are counted in tallies.
alter table feeds add column pruned integer not null default 0
"""


@migrations()
def m046_retention(db: Database) -> None:
    """Keep the keys of removed items in few bytes, and how large the file was on each day."""
    execute_all(db, RETENTION)


BOTS = """
-- Which of several bots on one archive writes to it: BOT_NAME, '' for the only one.
alter table chats add column bot text not null default '';
-- As its chat's: whose turn it is is asked by each bot for its own.
alter table lanes add column bot text not null default '';
drop index lanes_next;
create index lanes_next on lanes(bot, rank, next_at) where next_at is not null;
create trigger lanes_begin after insert on lanes
    when (select bot from chats where id = new.chat_id) <> '' begin
    update lanes set bot = (select bot from chats where id = new.chat_id)
    where chat_id = new.chat_id; end;
create trigger lanes_follow after update of bot on chats when old.bot <> new.bot begin
    update lanes set bot = new.bot where chat_id = new.id; end;

alter table rests rename to rests_of_one;
create table rests (                                          -- Telegram's bans outlast us
    bot     text not null default '',
    chat_id integer not null,                                 -- 0 = everybody, for this bot
    until   integer not null,
    primary key (bot, chat_id)
) strict, without rowid;
insert into rests(chat_id, until) select chat_id, until from rests_of_one where true;
drop table rests_of_one
"""


@migrations()
def m047_bots(db: Database) -> None:
    """Let several bots share one archive, each with chats and bans of its own."""
    execute_all(db, BOTS)


REMOVAL = """
alter table feeds add column removed integer not null default 0;
-- Asked every few seconds: which of them is to go next.
create index feeds_removed on feeds(id) where removed = 1
"""


@migrations()
def m048_removal(db: Database) -> None:
    """Let a feed leave at once, and what it told in steps."""
    execute_all(db, REMOVAL)


COUNTS = """
create table counts (                -- of what is too much to be counted whenever it is asked
    what   text primary key,         -- stories
    number integer not null          -- so many there are
) strict, without rowid;
insert into counts select 'stories', count(*) from stories;
create trigger stories_opened after insert on stories begin
    update counts set number = number + 1 where what = 'stories'; end;
create trigger stories_dropped after delete on stories begin
    update counts set number = number - 1 where what = 'stories'; end;

-- How many sources are of each status, without reading them all.
create index feeds_status on feeds(status, kind, fallback_of, removed)
"""


@migrations()
def m049_counts(db: Database) -> None:
    """Know how many stories there are, and feeds of each status, in an archive of any size."""
    execute_all(db, COUNTS)


@migrations()
def m050_old_tallies(db: Database) -> None:
    """Find the oldest day's tallies without reading all of them, where feeds are many."""
    db.execute("create index tallies_day on tallies(day)")


WRITTEN_LATER = """
-- What a wrong clock wrote is looked for by these; most items have none of them.
create index items_updated on items(updated_at) where updated_at is not null;
create index items_retitled on items(retitled_at) where retitled_at is not null;
create index items_removed on items(removed_at) where removed_at is not null;
create index items_moved on items(moved_at) where moved_at is not null
"""


@migrations()
def m051_written_later(db: Database) -> None:
    """Find the few items that were changed at a time, without reading them all."""
    execute_all(db, WRITTEN_LATER)


@migrations()
def m052_last_looks(db: Database) -> None:
    """Find the latest look at a feed, asked for every few seconds, without reading all feeds."""
    db.execute("create index feeds_checked on feeds(last_checked_at)")


@migrations()
def m053_weights(db: Database) -> None:
    """Keep what an item of the window weighed when it came, so that a start need not weigh it."""
    db.execute("alter table tellings add column weights blob")


UNFILING = """
-- A pass deletes as it walks: it keeps no words, and one that an older version began begins anew.
drop table removed_words;
delete from facts where name = 'unfiling_after';
update removed_items set gathering = 0 where gathering
"""


@migrations()
def m054_unfiling(db: Database) -> None:
    """Let what is gone leave the search index in no more room than it takes there."""
    execute_all(db, UNFILING)
