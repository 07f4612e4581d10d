"""Laws: what must hold between the rows of a database, each as a select of those that break it."""

from dataclasses import dataclass

from storage import rate_alerts
from storage.outbox.deliveries import DeliveryKind


@dataclass(frozen=True, slots=True)
class Law:
    """What must hold. ``breaks`` selects the rows that break it, in columns that name themselves.

    The select may use :now, :grace, :promise, :rest, :alive and :kept, in milliseconds, and the
    functions of ``numbers``.
    """

    name: str
    says: str
    breaks: str


LAWS: tuple[Law, ...] = (
    # --- items, stories, and the names of stories ----------------------------------------------
    Law(
        "references",
        "every row that names another one names one that is there",
        'select "table", rowid as row, parent from pragma_foreign_key_check',
    ),
    Law(
        "size of a story",
        "a story counts the items that it has",
        "select s.id as story, s.size, count(i.id) as items from stories s"
        " left join items i on i.story_id = s.id group by s.id having s.size <> count(i.id)",
    ),
    Law(
        "empty story",
        "a story has at least one item",
        "select id as story from stories s"
        " where not exists (select 1 from items i where i.story_id = s.id)",
    ),
    Law(
        "stories in all",
        "as many stories are there as are counted",
        "select number as counted, (select count(*) from stories) as stories from counts"
        " where what = 'stories' and number <> (select count(*) from stories)",
    ),
    Law(
        "items of a feed",
        "a feed counts the items that it brought",
        "select f.id as feed, f.items as counted, count(i.id) as items from feeds f"
        " left join items i on i.feed_id = f.id group by f.id having f.items <> count(i.id)",
    ),
    Law(
        "entries of a document",
        "every entry that was read was stored, changed an item, was known, or was refused",
        "select feed_id as feed, day, entries, stored, changed, known, kept, refused from tallies"
        " where entries <> stored + changed + known + kept + refused",
    ),
    Law(
        "entries that were stored",
        "a feed has the items that its documents' entries became, but for those of retention",
        "select f.id as feed, coalesce(t.stored, 0) as stored, coalesce(i.items, 0) as items,"
        " f.pruned"
        " from feeds f"
        " left join (select feed_id, sum(stored) as stored from tallies group by feed_id) t"
        " on t.feed_id = f.id"
        " left join (select feed_id, count(*) as items from items where id >"
        " coalesce((select value + 0 from facts where name = 'counted_from'), 0)"
        " group by feed_id) i on i.feed_id = f.id"
        " where coalesce(t.stored, 0) <> coalesce(i.items, 0) + f.pruned",
    ),
    Law(
        "former name of a story",
        "a former id of a story names a story of today, and none of today has it",
        "select a.id as story, a.story_id as now_called from story_aliases a"
        " where exists (select 1 from stories s where s.id = a.id)"
        " or not exists (select 1 from stories s where s.id = a.story_id)",
    ),
    Law(
        "key without an item",
        "a key by which an entry is known again leads to an item",
        "select k.feed_id as feed, hex(k.key) as key, k.item_id as item from item_keys k"
        # Retention's pass takes the keys later.
        " where k.item_id > coalesce((select value + 0 from facts where name = 'pruned_to'), 0)"
        " and case when is_item(k.item_id) then 0"
        " else not exists (select 1 from items i where i.id = k.item_id) end"
        # Those of a feed that is being removed go after its items.
        " and not exists (select 1 from feeds f where f.id = k.feed_id and f.removed = 1)",
    ),
    # --- matches -------------------------------------------------------------------------------
    Law(
        "story of a match",
        "a match is about the story that its item is in",
        "select m.item_id as item, m.story_id as kept, i.story_id as story from matches m join items i on i.id = m.item_id"
        " where m.story_id <> i.story_id",
    ),
    Law(
        "muted story",
        "a muted story is named by its id of today",
        "select m.chat_id as chat, m.story_id as story from muted_stories m"
        " where exists (select 1 from story_aliases a where a.id = m.story_id)",
    ),
    Law(
        "query that is asked for",
        "a subscription asks for its query, and for no other, while it is not paused",
        "select s.id as subscription, s.query, s.paused from subscriptions s"
        " where s.paused = exists (select 1 from askings a where a.subscription_id = s.id"
        " and a.ended is null and a.query = s.query) or exists (select 1 from askings a"
        " where a.subscription_id = s.id and a.ended is null and a.query <> s.query)",
    ),
    # --- what people write ---------------------------------------------------------------------
    Law(
        "command left behind",
        "what people write is answered in its turn, and nothing is left behind",
        "select w.id as row, w.chat_id as chat, w.taken_at from inbox w"
        " where w.body is not null and w.taken_at < :now - 3600000"
        " and exists (select 1 from inbox a where a.body is null and a.id > w.id"
        " and a.taken_at > w.taken_at + 3600000)",
    ),
    # --- what the command line asks, and what many are owed ------------------------------------
    Law(
        "errand left behind",
        "what the command line asks is done, refused, or said to be unfinished, before what it"
        " asks later",
        "select e.id as errand, e.what, e.state, e.told_at from errands e"
        " where e.state in ('waiting', 'running') and e.told_at < :now - 3600000"
        " and exists (select 1 from errands l where l.id > e.id and l.asked_at > e.told_at"
        " and l.state not in ('waiting', 'running'))",
    ),
    Law(
        "promise left behind",
        "what many are owed is in the outbox for all of them within the hour, while anything"
        " comes in, or its reason is set aside",
        "select p.id as promise, p.kind, p.made_at, p.after from promises p"
        " where p.made_at > 0 and exists (select 1 from items i"
        " where i.first_seen between p.made_at + 3600000 and :now - 3600000)"
        " and not exists (select 1 from set_aside a where a.kind = 'delivery'"
        " and a.what = p.details)",
    ),
    Law(
        "promise passed over",
        "what could not be kept is set aside with its reason",
        "select p.id as promise, p.kind, p.turns from promises p where p.turns >= 1 << 40"
        " and not exists (select 1 from set_aside a where a.kind = 'delivery'"
        " and a.what = p.details)",
    ),
    # --- the outbox: what state a row may be in ------------------------------------------------
    Law(
        "state of a message",
        "a message waits, is being sent, was sent, is held, was told otherwise or failed, and"
        " its row says when and why",
        "select id as message, kind, state, reason from deliveries where case state"
        " when 'queued' then settled_at is not null or sending_since is not null"
        " when 'sending' then settled_at is not null or sending_since is null"
        " when 'sent' then settled_at is null or sending_since is not null"
        " when 'held' then settled_at is not null or carrier is null"
        " when 'merged' then settled_at is null or reason = ''"
        " when 'failed' then settled_at is null or reason = ''"
        " when 'unknown' then settled_at is null or reason = ''"
        " else 1 end",
    ),
    Law(
        "kind of a message",
        "a message is an alert, a change, an edit, a digest, a list, a notice, an announcement or"
        " a rate's crossing",
        "select id as message, kind from deliveries where kind not in"  # noqa: S608 (our own names)
        f" ({', '.join(repr(kind.value) for kind in DeliveryKind)})",
    ),
    Law(
        "story of a message",
        "a message names its story by its id of today",
        "select d.id as message, d.story_id as story, a.story_id as now_called"
        " from deliveries d join story_aliases a on a.id = d.story_id",
    ),
    Law(
        "alert of nothing",
        "an alert that waits has a story to tell",
        "select d.id as message, d.story_id as story from deliveries d"
        " where d.kind = 'alert' and d.state in ('queued', 'held')"
        " and not exists (select 1 from stories s where s.id = d.story_id)"
        # A story goes with its last item, where its feed was removed.
        " and exists (select 1 from items i where i.id >= json_extract(d.payload, '$.item'))"
        " and exists (select 1 from items i where i.id = json_extract(d.payload, '$.item'))",
    ),
    Law(
        "two alerts of one story",
        "a place is alerted of a story once, unless it was two stories then",
        "select min(d.id) as first, max(d.id) as last, d.chat_id as chat,"
        " d.thread_id as thread, d.story_id as story from deliveries d"
        " where d.kind = 'alert' and d.story_id is not null"
        # Told under another story's id, which was merged into this one or moved to it.
        " and (d.subject = 's' || d.story_id or not exists (select 1 from story_aliases a"
        " where d.subject = 's' || a.id and a.story_id = d.story_id)"
        " and not exists (select 1 from admin_corrections c where d.subject = 's' || c.source"
        " or d.subject = 's' || c.target))"
        " group by d.chat_id, d.thread_id, d.story_id having count(*) > 1",
    ),
    Law(
        "chat that is gone",
        "nothing waits for a chat that is gone",
        "select d.id as message, d.chat_id as chat, d.state from deliveries d"
        " join chats c on c.id = d.chat_id"
        " where d.state in ('queued', 'held') and c.active = 0",
    ),
    Law(
        "turn of a chat",
        "a chat for which something waits has its turn",
        "select d.chat_id as chat, count(*) as waiting from deliveries d"
        " left join lanes l on l.chat_id = d.chat_id"
        " where d.state = 'queued' and l.next_at is null and not exists"
        " (select 1 from deliveries s where s.chat_id = d.chat_id and s.state = 'sending')"
        " group by d.chat_id",
    ),
    Law(
        "two at a time",
        "a chat is sent one message at a time",
        "select chat_id as chat, count(*) as sending from deliveries where state = 'sending'"
        " group by chat_id having count(*) > 1",
    ),
    # --- lists: who carries what ---------------------------------------------------------------
    Law(
        "held without a list",
        "what is held waits for a list that waits too, or is being sent",
        "select d.id as message, d.carrier, c.state from deliveries d"
        " left join deliveries c on c.id = d.carrier"
        " where d.state = 'held' and coalesce(c.state, '') not in ('queued', 'sending')",
    ),
    Law(
        "told by no list",
        "what a list tells names a list of the same chat that is there",
        "select d.id as message, d.carrier, d.chat_id as chat, c.kind, c.chat_id as list_chat"
        " from deliveries d left join deliveries c on c.id = d.carrier"
        " where d.carrier is not null and (c.id is null and d.created_at > :kept"
        " or c.kind <> 'fold' or c.chat_id <> d.chat_id)",
    ),
    Law(
        "overflow without a list",
        "an alert beyond its chat's number is in a list",
        "select id as message, reason from deliveries where kind = 'alert' and state = 'merged'"
        " and reason in ('hour', 'late', 'quiet') and carrier is null",
    ),
    # --- edits ---------------------------------------------------------------------------------
    Law(
        "edit of nothing",
        "an edit or an answer that waits names a message of its chat that was sent",
        "select d.id as message, d.kind, json_extract(d.payload, '$.of') as of, o.state"
        " from deliveries d left join deliveries o on o.id = json_extract(d.payload, '$.of')"
        " where d.kind in ('edit', 'update') and d.state = 'queued'"
        " and (o.id is null or o.chat_id <> d.chat_id or o.state not in ('sent', 'sending'))",
    ),
    Law(
        "edit owed",
        "what came while a message was on its way is in an edit, done or waiting",
        "select d.id as message, d.chat_id as chat, d.story_id as story from deliveries d"
        " where d.state = 'sent' and d.behind = 1 and d.kind in ('alert', 'fold')"
        " and d.message_id is not null"
        " and not exists (select 1 from deliveries e where e.chat_id = d.chat_id"
        " and e.thread_id = d.thread_id and e.kind = 'edit' and e.subject = 'd' || d.id)",
    ),
    Law(
        "telling that is not in the message",
        "an item that joined a story of which an alert was sent is in an edit of it, done or"
        " waiting",
        "select d.id as message, d.chat_id as chat, d.story_id as story, i.id as item"
        " from deliveries d join items i on i.story_id = d.story_id"
        " join chats c on c.id = d.chat_id"
        " where d.kind = 'alert' and d.state = 'sent' and d.message_id is not null"
        " and coalesce(i.moved_at, i.first_seen) > d.settled_at"
        " and coalesce(i.moved_at, i.first_seen) < d.settled_at + :alive and c.active = 1"
        # Of items before that nothing says when they came to their story.
        " and i.id > coalesce((select value + 0 from facts where name = 'counted_from'), 0)"
        " and not exists (select 1 from muted_stories m where m.chat_id = d.chat_id"
        " and m.story_id = d.story_id)"
        " and not exists (select 1 from corrected_items x where x.item_id = i.id)"
        " and not exists (select 1 from deliveries e where e.chat_id = d.chat_id"
        " and e.thread_id = d.thread_id and e.kind = 'edit' and e.subject = 'd' || d.id"
        " and (e.settled_at is null or e.settled_at >= coalesce(i.moved_at, i.first_seen)))"
        " group by d.id",
    ),
    # --- digests -------------------------------------------------------------------------------
    Law(
        "digests that overlap",
        "a chat's daily digests cover no moment twice, unless the clock went back between them",
        "select chat_id as chat, id as message, since, until, before from ("
        " select id, chat_id, created_at, json_extract(payload, '$.since') as since,"
        " json_extract(payload, '$.until') as until,"
        " lag(json_extract(payload, '$.until')) over chats as before,"
        " lag(created_at) over chats as made_before"
        " from deliveries where kind = 'digest' and state in ('queued', 'sending', 'sent')"
        " and json_extract(payload, '$.until') is not null"
        " and not json_extract(payload, '$.weekly')"
        " window chats as (partition by chat_id order by id))"
        " where since < before and created_at >= made_before and before <= made_before + :grace",
    ),
    Law(
        "window of a chat",
        "a chat's next digest begins where its last one that came ended, or earlier where one"
        " did not come",
        "select c.id as chat, c.digest_from, json_extract(d.payload, '$.until') as ended"
        " from chats c join deliveries d on d.id = (select max(l.id) from deliveries l"
        " where l.chat_id = c.id and l.kind = 'digest' and l.state in ('queued', 'sending', 'sent')"
        " and json_extract(l.payload, '$.until') is not null"
        " and not json_extract(l.payload, '$.weekly'))"
        # One that ends after it was made was made while the clock was wrong.
        " where c.digest_from < ended and ended <= d.created_at + :grace"
        " and not exists (select 1 from deliveries f where f.chat_id = c.id"
        " and f.kind = 'digest' and f.state in ('failed', 'unknown', 'merged'))",
    ),
    Law(
        "digest without a time",
        "a chat that wants digests and is there has the time of its next one",
        "select id as chat, next_digest_at from chats where active = 1"
        " and digest_times <> '' and digest_days <> '' and next_digest_at < :now - 86400000",
    ),
    # --- translations, articles and rates ------------------------------------------------------
    Law(
        "state of a translation",
        "a text is wanted, translated or dropped, and its row says when and why; it is kept no"
        " longer than it is wanted",
        "select id as translation, state, reason from translations where case state"
        " when 'wanted' then ended_at is not null or said <> '' or text = ''"
        " when 'done' then ended_at is null or said = '' or text <> ''"
        " when 'dropped' then ended_at is null or reason = '' or said <> '' or text <> ''"
        " else 1 end",
    ),
    Law(
        "translation left behind",
        "an item of which nothing is wanted any more is had in its language, before those whose"
        " texts ended later",
        "select t.item_id as item, t.target, h.ended_at from translated_items t"
        " join translations h on h.id = t.title_id and h.state <> 'wanted'"
        " left join translations l on l.id = t.lead_id"
        " where t.arrived_at is null and coalesce(l.state, '') <> 'wanted'"
        " and exists (select 1 from translated_items a where a.arrived_at >"
        " max(h.ended_at, coalesce(l.ended_at, 0)) + 3600000)",
    ),
    Law(
        "text of an article",
        "an article that was fetched has words, or it is said why it has none",
        "select item_id as item, refusal from full_texts"
        " where (refusal = '') <> (body <> x'789c030000000001')",
    ),
    Law(
        "state of an article",
        "an article is wanted by the feed that told it, and what came of it is said when it ended",
        "select w.item_id as item, w.feed_id as feed, w.outcome from wanted_articles w"
        " join items i on i.id = w.item_id"
        " where w.feed_id <> i.feed_id or (w.ended_at is null and w.outcome <> '')"
        " or (w.asked_at is null and w.tries > 0)",
    ),
    Law(
        "article left behind",
        "an article is read or left within the day, while anything comes in",
        "select w.item_id as item, w.wanted_at from wanted_articles w"
        " where w.ended_at is null and w.wanted_at < :now - 86400000"
        " and exists (select 1 from items i"
        " where i.first_seen between w.wanted_at + 43200000 and :now - 3600000)",
    ),
    Law(
        "official rate",
        "a rate is a plain positive number for a number of units, of a day that a bank may set"
        " rates for",
        "select bank, currency, day, value, nominal from official_rates"
        " where value glob '*[^0-9.]*' or value + 0 <= 0 or nominal < 1"
        " or day > :now / 86400000 + 15",
    ),
    Law(
        "threshold of a rate",
        "a threshold is a positive number of one money for another, and a chat has no more than"
        " it may",
        "select id as threshold, chat_id as chat, base, quote, threshold as value"  # noqa: S608 (a number of ours)
        " from rate_alerts a where threshold glob '*[^0-9.]*' or threshold + 0 <= 0"
        " or base = quote"
        f" or {rate_alerts.MOST} < (select count(*) from rate_alerts o"
        " where o.chat_id = a.chat_id)",
    ),
    # --- times that no clock of ours may have written ------------------------------------------
    Law(
        "message of the future",
        "no message was written, or is appointed, for a time that a wrong clock once showed",
        "select id as message, state, created_at, due_at from deliveries"
        " where state in ('queued', 'sending', 'held')"
        " and (created_at > :now + :grace or due_at > :now + :promise)",
    ),
    Law(
        "item of the future",
        "no item was seen at a time that has not come",
        "select id as item, first_seen from items where first_seen > :now + :grace",
    ),
    Law(
        "feed put off",
        "no feed's next look is later than the longest rest",
        "select id as feed, next_check_at from feeds"
        " where status not in ('gone', 'paused') and next_check_at > :now + :rest",
    ),
    Law(
        "bank put off",
        "no bank's next look is later than the longest rest",
        "select name as source, due_at from rate_sources where due_at > :now + :rest",
    ),
    Law(
        "text put off",
        "no text that is wanted is asked for later than the longest rest",
        "select id as translation, due_at from translations"
        " where state = 'wanted' and due_at > :now + :rest"
        " union all select item_id, due_at from wanted_articles"
        " where ended_at is null and due_at > :now + :rest",
    ),
    Law(
        "digest put off",
        "no chat's next digest is more than a week away",
        "select id as chat, next_digest_at from chats where next_digest_at > :now + :promise",
    ),
    Law(
        "chat put off",
        "no chat rests longer than Telegram asked for",
        "select l.chat_id as chat, l.open_at from lanes l where l.open_at > :now + :rest"
        " and not exists (select 1 from rests r where r.bot = l.bot and r.chat_id = l.chat_id"
        " and r.until >= l.open_at)",
    ),
)

PAGES = Law(
    "pages",
    "every page of the file is whole, and every index agrees with its table",
    "select integrity_check as problem from pragma_integrity_check where integrity_check <> 'ok'",
)
"""What all others presuppose. Reads the whole file."""

SEARCH_LAWS: tuple[Law, ...] = (
    Law(
        "words of nothing",
        "what the search index knows is an item, or one that is gone and will leave it",
        "select doc as item from item_vocabulary where case when is_lost(doc)"
        " then doc not in (select id from items) and doc not in (select id from removed_items)"
        " else 0 end",
    ),
    Law(
        "item without words",
        "the search index knows every item",
        "select id as item from items where not was_filed(id)",
    ),
)
"""Laws of the full-text index, one behind the other: the first reads all of it, which an SQLite
before 3.44 does not check with the file's pages, and notes for the second what it saw."""
