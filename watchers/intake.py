"""One document's consequences as one value: which entries are news, which story, whose alert.

Pure but for the indexes it is handed, which it fills with the items of this very document, so
that two entries of one document can be one story.
"""

from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from storage.items import EditedItem, KnownItem, LearntKey, NewItem
from storage.model import Feed, FeedState, ItemId, Match, StoryId, Subscription, SubscriptionId
from storage.outbox.deliveries import AlertCause, DeliveryKind, NewDelivery
from storage.outbox.policy import rings
from storage.record import ChangedStory, Intake
from watchers import keywords, stories
from watchers.parse import Entry, entry_keys
from watchers.text import leads, markup, words
from watchers.text.names import Gazetteer

FRESH = timedelta(hours=24)
"""How old by its own date an item may be to be an alert; what is older waits for the digest."""


@dataclass(slots=True)
class Memory:
    """What the ingester keeps in memory between documents; rebuilt from the database at start."""

    index: stories.Index
    subscribed: keywords.Subscriptions[SubscriptionId]
    subscriptions: dict[SubscriptionId, Subscription] = field(default_factory=dict)
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
    """An intake in the making, and what must be undone in memory if it is not recorded."""

    feed: Feed
    now: datetime
    silent: bool
    edits: bool = True
    """Whether new words for a known item replace its old ones."""
    new: list[NewItem] = field(default_factory=list)
    edited: list[EditedItem] = field(default_factory=list)
    learnt: list[LearntKey] = field(default_factory=list)
    matches: list[Match] = field(default_factory=list)
    grown: dict[StoryId, None] = field(default_factory=dict)
    changed: list[ChangedStory] = field(default_factory=list)
    owed: dict[tuple[int, int, StoryId], NewDelivery] = field(default_factory=dict)
    vectors: dict[ItemId, bytes] = field(default_factory=dict)
    """What was asked about the meaning of items, as it is kept."""
    unchanged: int = 0
    kept: int = 0
    """Known items that came with other words and stay as they are."""

    def done(self, state: FeedState | None) -> Intake:
        """Close the draft."""
        return Intake(
            feed_id=self.feed.id,
            now=self.now,
            new=tuple(self.new),
            edited=tuple(self.edited),
            learnt=tuple(self.learnt),
            matches=tuple(self.matches),
            grown=tuple(self.grown),
            changed=tuple(self.changed),
            owed=tuple(self.owed.values()),
            vectors=tuple(self.vectors.items()),
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
        before = met_before(entry, seen, by_guid=by_guid)
        if before is None:
            item = yield from take_in(draft, entry, memory)
            mark = KnownItem(item.id, item.story_id, item.title, item.summary, item.url)
        else:
            mark = before
            again(draft, entry, before, {key for key in entry.keys if key not in seen}, memory)
        seen.update((key, mark) for key in entry.keys if key not in seen)
        yield None


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


def met_before(entry: Entry, seen: Mapping[str, KnownItem], *, by_guid: bool) -> KnownItem | None:
    """Find the item that an entry is: by its link, else by its guid or what else it has."""
    keys = [key for key in entry.keys if by_guid or not key.startswith(entry_keys.GUID)]
    keys.sort(key=lambda key: not key.startswith(entry_keys.LINK))
    return next((seen[key] for key in keys if key in seen), None)


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


def take_in(draft: Draft, entry: Entry, memory: Memory) -> Generator[Doubt, None, NewItem]:
    """Make an item of news: recognise it, find its story, see who waits for it."""
    summary = lead_of(draft.feed, entry)
    analysis = read(draft.feed, entry, summary, memory)
    memory.last_item += 1
    features = stories.prepare(
        item=ItemId(memory.last_item),
        outlet=draft.feed.outlet.id,
        url_key=entry.url_key,
        told_at=min(entry.published or draft.now, draft.now),
        title=entry.title,
        summary=summary,
        lang=analysis.lang,
        analysis=analysis,
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
            draft.changed.append(ChangedStory(story_id, features.item, change.key))
    memory.index.add(features, story_id)
    facts = facts_of(draft.feed, analysis.lang, entry.published, draft.now)
    item = NewItem(
        id=features.item,
        story_id=story_id,
        opens=verdict.story is None,
        external_id=entry.external_id,
        url=entry.url,
        url_key=entry.url_key,
        title=entry.title,
        summary=summary,
        lang=analysis.lang,
        published=entry.published,
        keys=entry.keys,
        words=keywords.item_words(analysis, facts),
        countries=countries_in(analysis.entities),
        title_countries=countries_in(in_title(analysis)),
        score=verdict.score,
        reasons=verdict.reasons,
        recirculated=verdict.recirculated,
        telling=packed,
    )
    draft.new.append(item)
    match_subscriptions(draft, item, analysis, facts, memory)
    return item


def lead_of(feed: Feed, entry: Entry) -> str:
    """Return what an entry's description says beside its headline, as plain text."""
    return leads.lead(markup.plain(entry.summary_html), entry.title, feed.outlet.name)


def read(feed: Feed, entry: Entry, summary: str, memory: Memory) -> words.Analysis:
    """Recognise an entry's language, words and names; the feed's own word on language helps."""
    declared = feed.languages or ((entry.language,) if entry.language else ())
    return words.analyse(entry.title, summary, declared=declared, names=memory.names)


def again(
    draft: Draft, entry: Entry, before: KnownItem, fresh_keys: set[str], memory: Memory
) -> None:
    """See whether a known item has new words; keep the keys under which it came this time."""
    draft.learnt.extend(LearntKey(key, before.id) for key in fresh_keys)
    summary = lead_of(draft.feed, entry)
    pruned = not before.title and not before.url
    if pruned or (entry.title, summary) == (before.title, before.summary):
        draft.unchanged += 1
        return
    if not draft.edits:
        draft.kept += 1
        return
    analysis = read(draft.feed, entry, summary, memory)
    draft.edited.append(
        EditedItem(
            id=before.id,
            story_id=before.story_id,
            title=entry.title,
            summary=summary,
            url=entry.url,
            url_key=entry.url_key,
            words=keywords.item_words(
                analysis, facts_of(draft.feed, analysis.lang, entry.published, draft.now)
            ),
            countries=countries_in(analysis.entities),
            title_countries=countries_in(in_title(analysis)),
        )
    )


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
        published=published or now,
        now=now,
    )


def match_subscriptions(
    draft: Draft,
    item: NewItem,
    analysis: words.Analysis,
    facts: keywords.Facts,
    memory: Memory,
) -> None:
    """Find the subscriptions that an item meets, and owe their chats an alert if it is news."""
    for subscription_id, hit in memory.subscribed.find(analysis, facts):
        subscription = memory.subscriptions[subscription_id]
        term, word = (hit.met[0].term, hit.met[0].surface) if hit.met else ("", "")
        found = Match(
            subscription_id,
            item.id,
            item.story_id,
            term,
            word,
            hit.in_headline,
            subscription.query,
        )
        draft.matches.append(found)
        if rings(subscription, found) and is_news(draft, item):
            enqueue_alert(draft, subscription, found)


def is_news(draft: Draft, item: NewItem) -> bool:
    """Tell what deserves an alert from a feed's baseline, late entries and old stories."""
    if draft.silent or item.recirculated:
        return False
    return item.published is None or draft.now - item.published < FRESH


def enqueue_alert(draft: Draft, subscription: Subscription, found: Match) -> None:
    """Owe a place one alert a story, whichever of its subscriptions were met."""
    place = (subscription.chat_id, subscription.thread_id, found.story_id)
    draft.owed.setdefault(
        place,
        NewDelivery(
            chat_id=subscription.chat_id,
            thread_id=subscription.thread_id,
            kind=DeliveryKind.ALERT,
            subject=f"s{found.story_id}",
            story_id=found.story_id,
            payload=AlertCause(
                subscription.id, subscription.query, found.term, found.word, found.item_id
            ),
        ),
    )
