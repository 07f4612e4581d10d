"""One document's consequences as one value: which entries are news, which story, whose alert.

Pure but for the indexes it is handed, which it fills with the items of this very document, so
that two entries of one document can be one story.
"""

from collections.abc import Container, Generator, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import islice

from storage.items import EditedItem, KnownItem, LearntKey, MovedItem, NewItem
from storage.model import (
    Feed,
    FeedKind,
    FeedState,
    Item,
    ItemId,
    ItemImage,
    NewMatch,
    StoryId,
)
from storage.outbox.promises import OwedAlerts
from storage.reading import labels
from storage.record import ChangedStory, Intake, ReadArticle, Translated
from storage.set_aside import Aside, AsideKind, why_of
from storage.subscriptions import Subscriber
from storage.tallies import NOTHING_READ, DocumentTally
from storage.translations import ArrivedTranslation
from watchers import articles, filing, keywords, stories
from watchers.fetch import ssrf
from watchers.parse import Entry, entry_keys
from watchers.search import facts_of as stored_facts_of
from watchers.subscribers import Subscribers
from watchers.text import leads, markup, urls, words
from watchers.text.names import Gazetteer

ALERT_WITHIN = timedelta(hours=24)
"""How old by its own date an item may be to be an alert; what is older waits for the digest."""

MOST_BROKEN = 3
"""Where more queries than that raise at one item, it is the item that is odd and not they."""

MOST_NAMED = 20
"""Of so many readers of a query that raises each is told."""

FIRST_LOOK = 12
"""Entries of an outlet met for the first time that are looked through for what it repeats."""

IMPORTED = articles.Keys(lasting=True)


@dataclass(slots=True)
class Memory:
    """What the ingester keeps in memory between documents; rebuilt from the database at start.

    ``queries`` are filed under their canonical texts, and ``subscribers`` has who asks for each:
    an item meets a query once, however many have it.
    """

    index: stories.Index
    queries: keywords.QueryIndex[str]
    subscribers: Subscribers = field(default_factory=Subscribers)
    names: Gazetteer | None = None
    last_item: int = 0
    last_story: int = 0


@dataclass(frozen=True, slots=True)
class Doubt:
    """Words leave it open whether ``features`` tell the event of ``items``, surest first.

    ``title`` and ``summary`` are what the newcomer says.
    """

    features: stories.Features
    title: str
    summary: str
    items: tuple[ItemId, ...]


@dataclass(slots=True)
class Draft:
    """An intake in the making, and what must be undone in memory if it is not recorded.

    What was recorded leaves the lists that make an intake; it is counted, and its stories are
    remembered, for the document as a whole.
    """

    feed: Feed
    now: datetime
    silent: bool
    edits: bool = True
    """Whether new words for a known item replace its old ones."""
    new: list[NewItem] = field(default_factory=list)
    edited: list[EditedItem] = field(default_factory=list)
    moved: list[MovedItem] = field(default_factory=list)
    learnt: list[LearntKey] = field(default_factory=list)
    matches: list[NewMatch] = field(default_factory=list)
    grown: dict[StoryId, None] = field(default_factory=dict)
    changed: list[ChangedStory] = field(default_factory=list)
    news: list[OwedAlerts] = field(default_factory=list)
    vectors: dict[ItemId, bytes] = field(default_factory=dict)
    """What was asked about the meaning of items, as it is kept."""
    boilerplate: frozenset[int] = frozenset()
    """Sentences that a document of an outlet met for the first time repeats."""
    restated: list[stories.Features] = field(default_factory=list)
    """Edited items, to be known by their new words once these are recorded."""
    asides: list[Aside] = field(default_factory=list)
    """What raised, so that it was left out."""
    unchanged: int = 0
    kept: int = 0
    """Known items that came with other words and stay as they are."""
    entries: int = 0
    """How many entries were decided."""
    tallied: DocumentTally = NOTHING_READ
    """What became of those that are recorded."""
    new_recorded: int = 0
    edited_recorded: int = 0
    stories: dict[StoryId, str] = field(default_factory=dict)
    """Of the new items that are recorded, each with a headline."""
    is_news: bool = False
    """Whether something was recorded that somebody may be owed a message for."""

    @property
    def unrecorded(self) -> int:
        """How many items wait to be recorded."""
        return len(self.new) + len(self.edited)

    @property
    def came(self) -> int:
        """How many items are new."""
        return self.new_recorded + len(self.new)

    @property
    def altered(self) -> int:
        """How many known items have other words."""
        return self.edited_recorded + len(self.edited)

    @property
    def tally(self) -> DocumentTally:
        """Count what became of the entries that are not recorded yet."""
        before = self.tallied
        return DocumentTally(
            self.entries - before.entries,
            len(self.new),
            len(self.edited),
            self.unchanged - before.known,
            self.kept - before.kept,
        )

    def recorded(self) -> None:
        """Begin a new part: all of this one is in the database."""
        self.tallied = DocumentTally(self.entries, known=self.unchanged, kept=self.kept)
        self.new_recorded, self.edited_recorded = self.came, self.altered
        self.stories.update((item.story_id, item.title) for item in self.new)
        self.is_news |= bool(self.news or self.grown)
        for part in (
            self.new, self.edited, self.moved, self.learnt, self.matches, self.grown,
            self.changed, self.news, self.vectors, self.asides,
        ):  # fmt: skip
            part.clear()

    def done(self, state: FeedState | None, as_of: int) -> Intake:
        """Return what is to be recorded; ``as_of`` is the last change of subscriptions known."""
        return Intake(
            feed_id=self.feed.id,
            now=self.now,
            new=tuple(self.new),
            edited=tuple(self.edited),
            moved=tuple(self.moved),
            learnt=tuple(self.learnt),
            matches=tuple(self.matches),
            grown=tuple(self.grown),
            changed=tuple(self.changed),
            as_of=as_of,
            news=tuple(self.news),
            vectors=tuple(self.vectors.items()),
            asides=tuple(self.asides),
            tally=self.tally,
            state=state,
        )


def decide(
    draft: Draft, entries: Sequence[Entry], known: Mapping[str, KnownItem], memory: Memory
) -> Iterator[Doubt | None]:
    """Work through a document's entries, oldest first, yielding after each.

    Where meaning is weighed and words leave a doubt, that is yielded before it is decided: the
    caller may tell ``memory.index`` more of it, or nothing.
    The caller may do other things at every yield: a document of thousands of entries must not
    stop the chat. ``known`` says which identity keys are items already.
    """
    seen = dict(known)
    by_guid = not counts_only(entries, known)
    for entry in oldest_first(entries):
        under_keys = kept_under(entry, seen, by_guid=by_guid)
        before = met_before(draft, entry, under_keys, seen, memory)
        if before is None:
            if draft.feed.outlet.id not in memory.index.boilerplate:
                yield from look_for_boilerplate(draft, entries, memory)
            item = yield from take_in(draft, entry, memory, others=under_keys)
            mark = mark_of(item, draft.now)
            seen.update(dict.fromkeys(item.keys, mark))
        else:
            again(draft, entry, before, {key for key in entry.keys if key not in seen}, memory)
            seen.update((key, before) for key in entry.keys if key not in seen)
        draft.entries += 1
        yield None


def look_for_boilerplate(draft: Draft, entries: Iterable[Entry], memory: Memory) -> Iterator[None]:
    """Find what an outlet of which nothing is known yet repeats, yielding after each entry."""
    found = stories.Boilerplate()
    for entry in islice(entries, FIRST_LOOK):
        summary = lead_of(draft.feed, entry)
        analysis = read(draft.feed, entry, summary, memory)
        found.learn(prepared(draft, entry, analysis, memory, url_key=entry.url_key))
        yield None
    draft.boilerplate = found.of(draft.feed.outlet.id)


def mark_of(item: NewItem, now: datetime) -> KnownItem:
    """Return what later entries of the document are compared with."""
    return KnownItem(
        item.id,
        item.story_id,
        item.title,
        item.summary,
        item.url,
        url_key=item.url_key,
        external_id=item.external_id,
        lang=item.lang,
        published=item.published,
        first_seen=now,
        recirculated=item.recirculated,
    )


def wanted_keys(entries: Iterable[Entry]) -> set[str]:
    """Name the keys that ``decide`` may ask for."""
    keys = {key for entry in entries for key in entry.keys}
    return keys | {entry_keys.title_key(entry.title) for entry in entries if entry.title}


def counts_only(entries: Sequence[Entry], known: Mapping[str, KnownItem]) -> bool:
    """Tell whether a document's guids name no entries but count them from the top.

    Then an entry known by its link stands under the guid of another item.
    """
    for entry in entries:
        linked, named = (
            by_key(entry, known, entry_keys.LINK),
            by_key(entry, known, entry_keys.GUID),
        )
        if linked is not None and named is not None and linked.id != named.id:
            return True
    return False


def may_bring_news(entries: Sequence[Entry], known: Mapping[str, KnownItem]) -> bool:
    """Tell whether an entry may be another article than those kept under its keys.

    What is kept under one of them with the very same title is known (``met_before``).
    """
    by_guid = not counts_only(entries, known)
    return any(
        all(
            item.title != entry.title
            for item in kept_under(entry, known, by_guid=by_guid).values()
        )
        for entry in entries
    )


def kept_under(
    entry: Entry, seen: Mapping[str, KnownItem], *, by_guid: bool
) -> dict[str, KnownItem]:
    """Find what is kept under an entry's keys: by its link, then by its guid or what it has."""
    keys = [key for key in entry.keys if by_guid or not key.startswith(entry_keys.GUID)]
    keys.sort(key=lambda key: not key.startswith(entry_keys.LINK))
    return {key: seen[key] for key in keys if key in seen}


def met_before(
    draft: Draft,
    entry: Entry,
    under_keys: Mapping[str, KnownItem],
    seen: Mapping[str, KnownItem],
    memory: Memory,
) -> KnownItem | None:
    """Find the item that an entry is, maybe in other words; None where it is another article."""
    if not under_keys:
        return None
    for item in under_keys.values():
        if entry.title == item.title:
            return item
    if draft.feed.kind is FeedKind.TELEGRAM:
        return next(iter(under_keys.values()))  # a post's number is its own, whatever it says now
    told = as_article(draft.feed, entry, memory)
    for key, item in under_keys.items():
        # An import's keys are its own words for what is one item: only another date parts those.
        keys = keys_between(entry, key, item, under_keys) if draft.edits else IMPORTED
        if not articles.is_another(as_kept(item, memory), told, keys):
            return item
    displaced = seen.get(entry_keys.title_key(entry.title))
    if displaced is None or is_later(entry.published, displaced.published):
        return None
    return displaced


def is_later(published: datetime | None, than: datetime | None) -> bool:
    """Tell a date that is later than another, where both are known."""
    return published is not None and than is not None and published > than


def keys_between(
    entry: Entry, key: str, item: KnownItem, under_keys: Mapping[str, KnownItem]
) -> articles.Keys:
    """Say how an entry's other keys stand to the item that is kept under one of them."""
    has_ids = bool(item.external_id) and item.external_id != item.url
    own_id = entry.external_id != entry.url and len(entry.keys) > 1
    led = {one for one, kept in under_keys.items() if kept.id == item.id}
    renamed = (
        has_ids
        and own_id
        and entry.external_id != item.external_id
        and len(led) < len(entry.keys)
        and (not key.startswith(entry_keys.GUID))
    )
    moved = not key.startswith(entry_keys.LINK) and bool(
        {one for one in entry.keys if one.startswith(entry_keys.LINK)} - led
    )
    lasting = key.startswith(entry_keys.LINK) and articles.is_lasting(entry.url)
    return articles.Keys(renamed or moved, renamed, lasting)


def as_article(feed: Feed, entry: Entry, memory: Memory) -> articles.Article:
    """Return an entry's words, to be compared with those of an item."""
    return articles.Article(
        entry.title,
        lead_of(feed, entry),
        entry.published,
        declared=declared_of(feed, entry),
        names=memory.names,
    )


def as_kept(item: KnownItem, memory: Memory) -> articles.Article:
    """Return an item's words, to be compared with those of an entry."""
    return articles.Article(
        item.title, item.summary, item.published, item.lang or None, names=memory.names
    )


def by_key(entry: Entry, seen: Mapping[str, KnownItem], kind: str) -> KnownItem | None:
    """Find the item under the first of an entry's keys of this kind that is known."""
    return next((seen[key] for key in entry.keys if key.startswith(kind) and key in seen), None)


def oldest_first(entries: Sequence[Entry]) -> list[Entry]:
    """Order a document's entries as they were told; feeds list them either way, or neither.

    Entries without a date keep their place in the reversed document, newest on top being the
    custom.
    """
    backwards = list(reversed(entries))
    dated = iter(sorted((entry for entry in backwards if entry.published), key=published_at))
    return [next(dated) if entry.published else entry for entry in backwards]


def published_at(entry: Entry) -> datetime:
    """Return a dated entry's date."""
    assert entry.published is not None  # noqa: S101 (callers filter)
    return entry.published


def take_in(
    draft: Draft, entry: Entry, memory: Memory, *, others: Mapping[str, KnownItem]
) -> Generator[Doubt, None, NewItem]:
    """Make an item of news: recognise it, find its story, see who waits for it.

    ``others`` are other articles kept under its keys, which lead to it from now on.
    """
    keys, url_key = entry.keys, entry.url_key
    if others:
        title_key = entry_keys.title_key(entry.title)
        keys = (*keys, title_key)
        url_key = f"{url_key}#{title_key}" if url_key else ""  # one page, another article
        draft.learnt.extend(
            LearntKey(entry_keys.title_key(item.title), item.id) for item in others.values()
        )
    summary = lead_of(draft.feed, entry)
    analysis = read(draft.feed, entry, summary, memory)
    memory.last_item += 1
    features = prepared(
        draft, entry, analysis, memory, url_key=url_key, item=ItemId(memory.last_item)
    )
    packed = stories.pack(features)
    if in_doubt := stories.doubts(features, memory.index):
        yield Doubt(features, entry.title, summary, in_doubt)
    verdict = stories.identify(features, memory.index)
    if verdict.story is None:
        memory.last_story += 1
        story_id = StoryId(memory.last_story)
    else:
        story_id = verdict.story
        draft.grown[story_id] = None
        change = stories.material(features, memory.index.features_of(story_id))
        if change is not None and not draft.silent:
            draft.changed.append(ChangedStory(story_id, features.item, change.key, change.turn))
    memory.index.add(features, story_id)
    facts = facts_of(draft.feed, analysis.lang, entry.published, draft.now)
    item = NewItem(
        id=features.item,
        story_id=story_id,
        opens=verdict.story is None,
        external_id=entry.external_id,
        url=entry.url,
        url_key=url_key,
        title=entry.title,
        summary=summary,
        lang=analysis.lang,
        published=entry.published,
        keys=keys,
        words=filing.item_words(analysis, facts),
        countries=countries_in(analysis.entities),
        title_countries=countries_in(in_title(analysis)),
        score=verdict.score,
        reasons=verdict.reasons,
        recirculated=verdict.recirculated,
        packed_features=packed,
        packed_weights=stories.pack_weights(memory.index.weights(features.item)),
        source=entry.source,
        image=image_of(draft.feed, entry),
    )
    draft.new.append(item)
    match_queries(draft, item, analysis, facts, memory)
    return item


def prepared(
    draft: Draft,
    entry: Entry,
    analysis: words.Analysis,
    memory: Memory,
    *,
    url_key: str,
    item: ItemId = stories.UNSAVED,
) -> stories.Features:
    """Prepare an entry's signals, without what its outlet repeats."""
    return stories.prepare(
        item=item,
        outlet=draft.feed.outlet.id,
        url_key=url_key,
        told_at=min(entry.published or draft.now, draft.now),
        title=entry.title,
        lang=analysis.lang,
        analysis=analysis,
        boilerplate=draft.boilerplate | memory.index.boilerplate.of(draft.feed.outlet.id),
    )


def image_of(feed: Feed, entry: Entry) -> ItemImage | None:
    """Return an entry's picture; none of a private network, unless the feed itself lies there."""
    if entry.image is None:
        return None
    host, port = urls.endpoint_of(entry.image.url)
    private = ssrf.is_private(host, port, frozenset({urls.endpoint_of(feed.url)}))
    return None if private or not port else entry.image


def lead_of(feed: Feed, entry: Entry) -> str:
    """Return what an entry's description says beside its headline, as plain text."""
    return leads.lead(markup.plain(entry.summary_html), entry.title, feed.outlet.name)


def read(feed: Feed, entry: Entry, summary: str, memory: Memory) -> words.Analysis:
    """Recognise an entry's language, words and names; the feed's own word on language helps."""
    declared = declared_of(feed, entry)
    return words.analyse(entry.title, summary, declared=declared, names=memory.names)


def declared_of(feed: Feed, entry: Entry) -> tuple[str, ...]:
    """Return the languages that a feed says it is in, or else that its entry does."""
    return feed.languages or ((entry.language,) if entry.language else ())


def again(
    draft: Draft, entry: Entry, before: KnownItem, fresh_keys: set[str], memory: Memory
) -> None:
    """See whether a known item has new words; keep the keys under which it came this time.

    New words that meet a subscription which the old ones did not are news to that reader.
    """
    draft.learnt.extend(LearntKey(key, before.id) for key in fresh_keys)
    summary = lead_of(draft.feed, entry)
    pruned = not before.title and not before.url
    if pruned or (entry.title, summary) == (before.title, before.summary):
        draft.unchanged += 1
        if draft.edits and not pruned and has_moved(entry, before, fresh_keys):
            draft.moved.append(MovedItem(before.id, entry.url, entry.url_key))
        return
    if not draft.edits:
        draft.kept += 1
        return
    analysis = read(draft.feed, entry, summary, memory)
    published = before.published or entry.published or before.first_seen
    facts = facts_of(draft.feed, analysis.lang, published, draft.now)
    is_second = before.url_key.startswith(f"{entry.url_key}#{entry_keys.TITLE}")
    url_key = before.url_key if is_second else entry.url_key
    draft.edited.append(
        EditedItem(
            id=before.id,
            story_id=before.story_id,
            title=entry.title,
            summary=summary,
            url=entry.url,
            url_key=url_key,
            words=filing.item_words(analysis, facts),
            countries=countries_in(analysis.entities),
            title_countries=countries_in(in_title(analysis)),
            packed_features=restate(draft, entry, before, analysis, url_key, memory),
            image=image_of(draft.feed, entry),
        )
    )
    match_edited(draft, before, analysis, facts, memory)


def has_moved(entry: Entry, before: KnownItem, fresh_keys: set[str]) -> bool:
    """Tell whether a known item came under an address that its feed never had before.

    Where the address alone changed, the old one may be gone: that is no removal.
    """
    return entry.url_key != before.url_key and f"{entry_keys.LINK}{entry.url_key}" in fresh_keys


def restate(  # noqa: PLR0917 (what an item is made of)
    draft: Draft,
    entry: Entry,
    before: KnownItem,
    analysis: words.Analysis,
    url_key: str,
    memory: Memory,
) -> bytes:
    """Compare an item by its new words from now on, and tell what they change in its story.

    Returns its features as they are stored; empty where it is out of the window.
    """
    if memory.index.story_of(before.id) is None:
        return b""
    story_id = memory.index.story(before.story_id)
    told_at = memory.index.features(before.id).told_at
    found = prepared(draft, entry, analysis, memory, url_key=url_key, item=before.id)
    # The edit is of now; the item stays where it stood among the others.
    change = stories.material(
        replace(found, told_at=draft.now), memory.index.features_of(story_id)
    )
    if change is not None and not draft.silent:
        draft.changed.append(ChangedStory(story_id, before.id, change.key, change.turn))
    found = replace(found, told_at=told_at)
    draft.restated.append(found)
    return stories.pack(found)


def match_edited(
    draft: Draft,
    before: KnownItem,
    analysis: words.Analysis,
    facts: keywords.Facts,
    memory: Memory,
) -> None:
    """Find the queries that an item meets, or meets in its headline, only as edited."""
    hits = find_queries(draft, before.url, before.title, analysis, facts, memory)
    if not hits:
        return
    old = as_kept(before, memory).analysis
    met = dict(
        memory.queries.find(old, replace(facts, lang=old.lang), broken=lambda _id, _error: None)
    )
    is_new = not draft.silent and not before.recirculated
    is_new = is_new and draft.now - (facts.published or draft.now) < ALERT_WITHIN
    for query, hit in hits:
        if (earlier := met.get(query)) is None or (hit.in_headline and not earlier.in_headline):
            keep_match(draft, match_of(query, hit, before.id, before.story_id), is_new=is_new)


def countries_in(mentions: Iterable[words.Mention]) -> tuple[str, ...]:
    """Name the countries that a text is about, by the names in it."""
    return tuple(sorted({mention.country.upper() for mention in mentions if mention.country}))


def in_title(analysis: words.Analysis) -> tuple[words.Mention, ...]:
    """Return the names that stand in a text's headline."""
    return tuple(mention for mention in analysis.entities if mention.start < analysis.title_words)


def facts_of(feed: Feed, lang: str, published: datetime | None, now: datetime) -> keywords.Facts:
    """Gather what filters ask about an item: who told it, in which language, when."""
    outlet = feed.outlet
    return keywords.Facts(
        country=outlet.country,
        lang=lang,
        sources=keywords.source_names(outlet.name, feed.site_url or feed.url),
        ownership=outlet.ownership,
        wire=outlet.wire,
        official=outlet.official,
        published=published or now,
        now=now,
    )


def match_queries(
    draft: Draft,
    item: NewItem,
    analysis: words.Analysis,
    facts: keywords.Facts,
    memory: Memory,
) -> None:
    """Find the queries that an item meets; where it is news, their readers are owed an alert."""
    for query, hit in find_queries(draft, item.url, item.title, analysis, facts, memory):
        found = match_of(query, hit, item.id, item.story_id)
        keep_match(draft, found, is_new=is_news(draft, item))


def find_queries(  # noqa: PLR0917 (an item is known by its address and title)
    draft: Draft,
    url: str,
    title: str,
    analysis: words.Analysis,
    facts: keywords.Facts,
    memory: Memory,
) -> list[tuple[str, keywords.Hit]]:
    """Find the queries that a text meets; one that raises is noted, and meets nothing."""
    broken: dict[str, Exception] = {}
    hits = memory.queries.find(analysis, facts, broken.__setitem__)
    if len(broken) > MOST_BROKEN:
        draft.asides.append(Aside(AsideKind.ITEM, url, why_of(next(iter(broken.values()))), title))
        return hits
    for query, error in broken.items():
        draft.asides += asides_of(query, error, memory)
    return hits


def translation(
    arrival: ArrivedTranslation, item: Item, memory: Memory, now: datetime, *, was_news: bool
) -> Translated:
    """Find the queries that an item meets in a machine's words and did not in its outlet's."""
    text = arrival.text
    assert text is not None  # noqa: S101 (the caller's)
    read = words.analyse(text.title, text.summary, lang=labels(text.lang)[0], names=memory.names)
    found = [replace(one, machine=True) for one in newly_met(item, read, memory, now)]
    return Translated(
        arrival,
        filing.machine_words(read),
        tuple(found),
        news=news_of(item, found, now, was_news=was_news),
    )


def article(
    item: Item, memory: Memory, now: datetime, *, was_news: bool
) -> tuple[ReadArticle, stories.Features | None]:
    """Read an item again with its article's text: its search keys, features, and whom it meets.

    What it changes of its story's facts is no news: its outlet said so from the beginning. There
    are no features of what is out of the window.
    """
    read = words.analyse(item.title, item.body, lang=item.lang, names=memory.names)
    found = newly_met(item, read, memory, now)
    features = None
    if memory.index.story_of(item.id) is not None:
        boilerplate = memory.index.boilerplate.of(item.outlet.id)
        told_at = memory.index.features(item.id).told_at
        features = replace(stored_features(item, read, boilerplate), told_at=told_at)
    taken = ReadArticle(
        item.id,
        filing.item_words(read, stored_facts_of(item, now)),
        b"" if features is None else stories.pack(features),
        tuple(found),
        news=news_of(item, found, now, was_news=was_news),
    )
    return taken, features


def newly_met(item: Item, read: words.Analysis, memory: Memory, now: datetime) -> list[NewMatch]:
    """Find the queries that further words of an item meet, and its outlet's in its feed did not.

    Filters ask about the outlet's report as ever. What raises was noted when the item came.
    """
    told = words.analyse(item.title, item.summary, lang=item.lang, names=memory.names)
    facts = stored_facts_of(item, now)
    met = dict(memory.queries.find(told, facts, broken=lambda _id, _error: None))
    return [
        match_of(query, hit, item.id, item.story_id)
        for query, hit in memory.queries.find(read, facts, broken=lambda _id, _error: None)
        if query not in met
    ]


def news_of(
    item: Item, found: Iterable[NewMatch], now: datetime, *, was_news: bool
) -> tuple[OwedAlerts, ...]:
    """Owe alerts for what further words of an item met, where it was news when it came."""
    if not was_news or now - item.told_at >= ALERT_WITHIN:
        return ()
    return tuple(OwedAlerts(one.query, item.id) for one in found)


def stored_features(
    item: Item, read: words.Analysis, boilerplate: Container[int] = frozenset()
) -> stories.Features:
    """Prepare a stored item's signals again; ``boilerplate`` is what its outlet repeats."""
    return stories.prepare(
        item=item.id,
        outlet=item.outlet.id,
        url_key=item.url_key,
        told_at=item.told_at,
        title=item.title,
        lang=item.lang,
        analysis=read,
        boilerplate=boilerplate,
    )


def asides_of(query: str, error: Exception, memory: Memory) -> list[Aside]:
    """Name the subscriptions to a query that raises, the oldest of them where it has many."""
    return [aside_of(one, error) for one in islice(memory.subscribers.of(query), MOST_NAMED)]


def aside_of(subscription: Subscriber, error: Exception) -> Aside:
    """Name a subscription whose query raises."""
    return Aside(
        AsideKind.SUBSCRIPTION,
        str(subscription.id),
        why_of(error),
        subscription.query,
        subscription.chat_id,
    )


def match_of(query: str, hit: keywords.Hit, item: ItemId, story: StoryId) -> NewMatch:
    """Return what is kept of an item's meeting a query."""
    term, word = (hit.met[0].term, hit.met[0].surface) if hit.met else ("", "")
    return NewMatch(query, item, story, term, word, hit.in_headline)


def keep_match(draft: Draft, found: NewMatch, *, is_new: bool) -> None:
    """Keep a match, and owe the query's readers an alert where it is news."""
    draft.matches.append(found)
    if is_new:
        draft.news.append(OwedAlerts(found.query, found.item_id))


def is_news(draft: Draft, item: NewItem) -> bool:
    """Tell whether an item may be an alert: of a feed read before, neither late nor old."""
    if draft.silent or item.recirculated:
        return False
    return item.published is None or draft.now - item.published < ALERT_WITHIN
