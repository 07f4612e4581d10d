"""The ingester: the one place where entries become items of stories.

It keeps in memory what decisions need (the items of the last days, everybody's
subscriptions), decides one document at a time, and records each in one transaction.
"""

import asyncio
import gc
from collections.abc import (
    AsyncIterator,
    Callable,
    Container,
    Iterable,
    Iterator,
    Mapping,
    Sequence,
)
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from time import perf_counter
from typing import Self, assert_never

import structlog

from storage import (
    changes,
    corrections,
    fingerprints,
    items,
    record,
    set_aside,
    subscriptions,
    tallies,
)
from storage import stories as story_store
from storage.database import Database
from storage.errors import FeedGoneError, NewsError, StorageError
from storage.fingerprints import KeptFeatures
from storage.happenings import (
    AsideNoted,
    EntryDecided,
    PartRecorded,
    StoriesChanged,
    Tell,
    unheard,
)
from storage.model import (
    Feed,
    FeedId,
    FeedState,
    Item,
    ItemId,
    Story,
    StoryId,
    SubscriptionId,
)
from storage.scratch import Scratch
from storage.set_aside import Aside, AsideKind, why_of
from storage.sql import Connection
from storage.subscriptions import Subscriber
from storage.tallies import DocumentTally
from storage.translations import ArrivedTranslation
from watchers import intake, keywords, stories
from watchers.meaning.asking import Meaning
from watchers.meaning.values import MOST_TEXTS, text_of
from watchers.parse import Entry
from watchers.pulse import Pulse
from watchers.taught_names import TaughtNames
from watchers.text import words
from watchers.text.names import Gazetteer

log = structlog.get_logger(__name__)

WINDOW = timedelta(days=7)
"""How far back a new item looks for its story."""

ITEMS_A_TRANSACTION = 10
"""New and edited items that are recorded at once: some 10 ms of the one writer, for which
whoever asks something waits too."""

RESTORED_A_SLICE = 40
"""The same, of items that are only read again."""

OLD_TEXTS_A_SLICE = 1_000
"""Of texts that left the window."""

SUBSCRIBED_A_SLICE = 1_000
"""Subscriptions that are read at once when the program starts."""

FROZEN_AFTER = 1_000
"""New items after which memory is frozen again: to walk as many takes the collector 5 ms."""


MOST_ODD = 3
"""Where so many entries of a document break, and no other is left, it is not they that are odd."""


class UnreadyError(Exception):
    """Memory could not be made ready for a document; its entries are not to blame."""


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of a document's entries."""

    new: int = 0
    updated: int = 0
    unchanged: int = 0
    kept: int = 0
    """Known, and told in other words now; kept as they are because edits were not wanted."""
    aside: int = 0
    """What broke while it was taken in, and is noted."""

    def __add__(self, other: "Taken") -> "Taken":
        """Count two parts of a document together."""
        return Taken(
            self.new + other.new,
            self.updated + other.updated,
            self.unchanged + other.unchanged,
            self.kept + other.kept,
            self.aside + other.aside,
        )


class Ingester:
    """Takes documents in, one at a time; the only writer of items and stories."""

    def __init__(
        self,
        db: Database,
        memory: intake.Memory,
        wake: Callable[[], None],
        meaning: Meaning | None,
        tell: Tell = unheard,
    ) -> None:
        """Keep what ``opened`` rebuilt; call that instead."""
        self._db = db
        self._memory = memory
        self._meaning = meaning
        self._turn = asyncio.Lock()
        self._names = TaughtNames(db)
        self._seen = 0
        self._unfrozen = 0
        self._remembers_at: datetime | None = None
        self._wake = wake
        self._tell = tell
        self._asides: list[Aside] = []
        self.pulse = Pulse()
        """Of the documents: how long the oldest has waited for its turn, or been at it."""

    @classmethod
    async def opened(
        cls,
        db: Database,
        wake: Callable[[], None] = lambda: None,
        meaning: Meaning | None = None,
        tell: Tell = unheard,
    ) -> Self:
        """Open the ingester; ``remember`` must run before, or beside, its first document.

        Or ``remember_at_news`` before it.

        ``wake`` is called after something was written to the outbox. ``meaning`` is asked where
        words leave a doubt. ``tell`` hears what becomes of entries.
        """
        item, story = await db.read(items.last_ids)
        memory = intake.Memory(
            index=empty_index(db, meaning),
            queries=keywords.QueryIndex[str](),
            last_item=item,
            last_story=story,
        )
        ingester = cls(db, memory, wake, meaning, tell)
        ingester._seen = await db.read(changes.last)  # before what it may change is read
        await ingester._follow_names()
        await ingester._subscribe_all()
        return ingester

    async def remember(
        self, now: datetime, progress: Callable[[int, int], None] = lambda _done, _all: None
    ) -> None:
        """Rebuild the index of the stories in the window; call ``progress`` with done and all.

        Documents wait for it; the chat does not.
        """
        async with self._turn:
            await self._remember(now, progress)

    def remember_at_news(self, now: datetime) -> None:
        """Rebuild the index only when a document brings what may be news: most rounds do not."""
        self._remembers_at = now

    async def _remember(
        self, now: datetime, progress: Callable[[int, int], None] = lambda _done, _all: None
    ) -> None:
        # The dictionaries take some tenths of a second to load: not on the chat's loop.
        await asyncio.to_thread(words.analyse, "Проба words", "")
        with without_garbage_collection():
            await self._fill(now, progress)
        await self._forget_silent(now)
        await self._obey_corrections()
        await self._note_asides(now)
        self._remembers_at = None

    async def _fill(self, now: datetime, progress: Callable[[int, int], None]) -> None:
        index = self._memory.index
        await self._recall_old_texts()
        living, told = await self._db.read(fingerprints.living, now - WINDOW, now)
        for at in range(0, len(living), RESTORED_A_SLICE):
            part = living[at : at + RESTORED_A_SLICE]
            rows = await self._db.read(fingerprints.tellings, part[0], part[-1])
            for item, story in zip(part, told[at : at + RESTORED_A_SLICE], strict=True):
                await self._restore(ItemId(item), StoryId(story), rows.get(item))
            progress(at + len(part), len(living))
        if self._meaning is not None:
            kept = await self._db.read(fingerprints.vectors, self._meaning.mark)
            index.mean((item, packed) for item, packed in kept if index.story_of(item) is not None)

    async def _recall_old_texts(self) -> None:
        """Know the texts that left the window; a slice at a time, for they are many."""
        last = -1
        while found := await self._db.read(fingerprints.old_texts, last, OLD_TEXTS_A_SLICE):
            self._memory.index.restore_old(found)
            last = found[-1].place

    async def _restore(self, item: ItemId, story: StoryId, told: KeptFeatures | None) -> None:
        """Take up an item of the window; one that breaks is noted and left out."""
        index = self._memory.index
        try:
            if told is not None and recalled(index, told, story):
                return
            if (features := await self._made_again(item)) is not None:
                index.restore(features, story)
        except StorageError:
            raise
        except Exception as error:
            log.exception("item not remembered", item=item)
            self._asides.append(Aside(AsideKind.ITEM, str(item), why_of(error)))

    async def _made_again(self, item: ItemId) -> stories.Features | None:
        """Make an item from its text where its row is missing or of another version."""
        found = await self._db.read(items.with_texts, [item])
        if not found:
            return None  # removed with its feed meanwhile
        boilerplate = self._memory.index.boilerplate.of(found[0].outlet.id)
        features = features_of(found[0], self._memory.names, boilerplate)
        await self._db.write(fingerprints.keep, [KeptFeatures(item, stories.pack(features))])
        return features

    # --- what is waited for ------------------------------------------------------------------

    async def _follow(self) -> None:
        """Take up what changed of subscriptions and taught names, whoever changed it."""
        # In one go: what is matched from now on is of who asks as of this change, neither less
        # nor more.
        changed, listening = await self._db.read(changed_subscriptions, self._seen)
        await self._follow_names()
        if changed.subscriptions:
            for gone in changed.subscriptions:
                self._unsubscribe(gone)
            # What was said of one before it was changed is over.
            ids = [str(subscription) for subscription in changed.subscriptions]
            await self._db.write(set_aside.forget, AsideKind.SUBSCRIPTION, ids)
            self._subscribe(listening)
        self._seen = changed.last

    async def _follow_names(self) -> None:
        """Know the taught names beside the gazetteer's, in texts and in queries."""
        if await self._names.refresh():
            self._memory.names = self._names.current
            for text in self._memory.subscribers.queries():
                if (error := self._file(text)) is not None:
                    self._asides += intake.asides_of(text, error, self._memory)
                    for reader in tuple(self._memory.subscribers.of(text)):
                        self._unsubscribe(reader.id)

    async def _subscribe_all(self) -> None:
        """Match every query there is. A few rows at a time: all at once are tens of megabytes."""
        after: SubscriptionId | None = None
        while wanted := await self._db.read(subscriptions.every, after, SUBSCRIBED_A_SLICE):
            self._subscribe(wanted)
            after = wanted[-1].id

    def _subscribe(self, wanted: Iterable[Subscriber]) -> None:
        """Match these subscriptions' queries from now on.

        A stored query that raises, or that a newer grammar refuses, is noted and stops no other.
        """
        memory = self._memory
        for subscription in wanted:
            text = subscription.query
            if text not in memory.subscribers and (error := self._file(text)) is not None:
                self._asides.append(intake.aside_of(subscription, error))
                continue
            memory.subscribers.add(subscription)

    def _file(self, text: str) -> Exception | None:
        """Match a query as it is understood by now; return what it raises, where it does."""
        try:
            self._memory.queries.put(text, keywords.parse(text, self._memory.names))
        except Exception as error:  # noqa: BLE001 (noted)
            self._memory.queries.drop(text)
            return error
        return None

    def _unsubscribe(self, subscription_id: SubscriptionId) -> None:
        """Match it no longer; unknown ids are harmless."""
        if query := self._memory.subscribers.drop(subscription_id):
            self._memory.queries.drop(query)

    async def _note_asides(self, now: datetime) -> None:
        """Note what was left out because it raised, and is not noted yet."""
        if self._asides:
            await self._db.write(set_aside.note, tuple(self._asides), now)
            self._log_asides(self._asides)
            self._asides.clear()

    # --- taking documents in -----------------------------------------------------------------

    async def take(
        self,
        feed: Feed,
        entries: Sequence[Entry],
        state: "Callable[[Taken], FeedState] | FeedState | None",
        now: datetime,
        *,
        silent: bool = False,
        edits: bool = True,
    ) -> Taken:
        """Decide about every entry and record it all; the feed's state goes with the last.

        A long document is recorded in several transactions, oldest entries first: where one
        fails, or we die, the feed still has to be looked at, and what it tells again is known.

        ``state`` may depend on what became of the entries: how soon to look again does.
        ``silent`` stores without alerting: a feed's first document, an import. Without ``edits``
        what is stored already stays as it is.
        """
        way = _Way(feed, now, silent, edits)
        async with self._documents_turn():
            try:
                taken = await self._take_whole(way, entries, state)
            except (StorageError, UnreadyError, FeedGoneError):
                raise
            except Exception:
                if not entries:
                    raise
                log.exception("document broke, taken in parts", feed=feed.id, url=feed.url)
                taken = await self._take_in_parts(way, entries)
                after = state(taken) if callable(state) else state
                if after is not None:
                    await self._take_whole(way, (), after)
        self._unfrozen += taken.new
        if self._unfrozen >= FROZEN_AFTER:
            self._unfrozen = 0
            freeze_memory()
        return taken

    async def _take_whole(
        self,
        way: "_Way",
        entries: Sequence[Entry],
        state: "Callable[[Taken], FeedState] | FeedState | None",
    ) -> Taken:
        """Decide about entries and record them; what breaks takes along what is not recorded."""
        wanted = intake.wanted_keys(entries)
        known, changed = await self._db.read(known_and_changed, way.feed.id, wanted, self._seen)
        brings_news = self._remembers_at is not None and intake.may_bring_news(entries, known)
        try:
            await self._be_ready(changed, way.now, brings_news=brings_news)
        except StorageError:
            raise
        except Exception as error:
            raise UnreadyError from error
        draft = intake.Draft(way.feed, way.now, way.silent, way.edits)
        async with self._undone_on_failure(draft):
            await self._decide(draft, entries, known)
            taken = Taken(draft.came, draft.altered, draft.unchanged, draft.kept)
            await self._record(draft, state(taken) if callable(state) else state)
        await self._reconsider_stories(draft, way.now)
        if draft.is_news:
            self._wake()
        return taken

    async def take_translation(self, arrival: ArrivedTranslation, now: datetime) -> None:
        """Record an item's words in another language, and whom they concern.

        What met nobody's query in the outlet's words may meet some in these. It is no news again
        to whom its story was told.
        """
        async with self._documents_turn():
            changed = await self._db.read(changes.since, self._seen)
            await self._be_ready(changed, now, brings_news=False)
            item, was_news = await self._db.read(item_and_age, arrival.item)
            taken = record.Translated(arrival)
            if item is not None and arrival.text is not None:
                taken = intake.translation(arrival, item, self._memory, now, was_news=was_news)
            await self._db.write_behind(record.translated, replace(taken, as_of=self._seen), now)
        self._wake()

    async def take_article(self, item_id: ItemId, text: str, now: datetime) -> None:
        """Know an item by its article's text, too: in search, in its story, to whom it concerns.

        It is no news again to whom its story was told.
        """
        async with self._documents_turn():
            changed = await self._db.read(changes.since, self._seen)
            await self._be_ready(changed, now, brings_news=True)
            item, was_news = await self._db.read(item_and_age, item_id)
            if item is None:
                return
            item = replace(item, text=text)
            taken, features = intake.article(item, self._memory, now, was_news=was_news)
            await self._db.write_behind(record.article, replace(taken, as_of=self._seen), now)
            if features is not None:
                with self._followed(now):
                    self._memory.index.restate(features)
                    await self._weigh_again(item.story_id, now)
        self._wake()

    async def _decide(
        self,
        draft: intake.Draft,
        entries: Sequence[Entry],
        known: Mapping[str, items.KnownItem],
    ) -> None:
        """Decide about each entry, with a look at the chat after it: about 1 ms of work.

        All but the last part is recorded on the way.
        """
        worked, began = 0.0, perf_counter()
        for doubt in intake.decide(draft, entries, known, self._memory):
            worked += perf_counter() - began
            if doubt is not None:
                await self._understood(doubt, draft)
            else:
                self._tell(EntryDecided(worked))
                worked = 0.0
                if draft.unrecorded >= ITEMS_A_TRANSACTION:
                    await self._record(draft, None)
                else:
                    await asyncio.sleep(0)
            began = perf_counter()

    async def _record(self, draft: intake.Draft, state: FeedState | None) -> None:
        """Record what was decided so far."""
        await self._db.write_behind(record.record, draft.done(state, self._seen))
        self._log_asides(draft.asides)
        self._tell(
            PartRecorded(
                len(draft.new),
                len(draft.edited),
                sum(item.opens for item in draft.new),
                len(draft.matches),
            )
        )
        draft.recorded()

    def _log_asides(self, asides: Iterable[Aside]) -> None:
        """Leave a line for each thing that was set aside."""
        for one in asides:
            log.error("set aside", kind=one.kind, what=one.what, why=one.why, label=one.label)
            self._tell(AsideNoted(one.kind))

    async def _be_ready(
        self, changed: changes.Changed, now: datetime, *, brings_news: bool
    ) -> None:
        """Take up what changed, and remember the living stories where that was put off."""
        if changed.last != self._seen:
            await self._follow()
        if brings_news and self._remembers_at is not None:
            await self._remember(self._remembers_at)
        await self._note_asides(now)

    async def _take_in_parts(self, way: "_Way", entries: Sequence[Entry]) -> Taken:
        """Take in what can be taken of a document that broke, half by half, the older half first.

        What breaks alone is noted. Where nothing else is left of many, the last error goes on:
        then the fault is no entry's, and the document is to be looked at again.
        """
        broken: list[tuple[Entry, Exception]] = []
        taken = Taken()
        parts = [entries]
        while parts:
            part = parts.pop()
            try:
                taken += await self._take_whole(way, part, None)
            except (StorageError, UnreadyError, FeedGoneError):
                raise
            except Exception as error:  # noqa: BLE001 (noted below, or raised)
                if len(part) == 1:
                    broken.append((part[0], error))
                else:
                    middle = len(part) // 2
                    parts += [part[:middle], part[middle:]]
        if len(broken) == len(entries) >= MOST_ODD:
            raise broken[-1][1]
        self._asides += [aside_of(entry, error) for entry, error in broken]
        await self._note_asides(way.now)
        refused = DocumentTally(entries=len(broken), refused=len(broken))
        await self._db.write(tallies.add, way.feed.id, refused, way.now)
        return taken + Taken(aside=len(broken))

    async def _understood(self, doubt: intake.Doubt, draft: intake.Draft) -> None:
        """Ask what a newcomer in doubt means; whatever breaks there, its words still decide."""
        try:
            await self._understand(doubt, draft)
        except StorageError:
            raise
        except Exception:
            log.exception("meaning not understood", item=doubt.features.item)

    @asynccontextmanager
    async def _documents_turn(self) -> AsyncIterator[None]:
        """Wait for a document's turn, and show for how long it has waited and been at work."""
        with self.pulse.at_work():
            async with self._turn:
                yield

    async def _understand(self, doubt: intake.Doubt, draft: intake.Draft) -> None:
        """Ask what a newcomer in doubt means, and those it is like; without an answer go on."""
        assert self._meaning is not None  # noqa: S101 - else nothing is in doubt
        index = self._memory.index
        unknown = [item for item in doubt.items if not index.has_meaning(item)]
        told = await self._told(unknown[: MOST_TEXTS - 1], draft)
        told[doubt.features.item] = text_of(doubt.title, doubt.summary)
        texts = {item: text for item, text in told.items() if text}
        if doubt.features.item not in texts:
            return
        found = await self._meaning.embed(list(texts.values()))
        if found is None:
            return
        vectors = dict(zip(texts, found, strict=True))
        draft.vectors.update(vectors)
        mark = len(self._meaning.mark)
        index.mean((item, packed[mark:]) for item, packed in vectors.items())
        index.learn_meaning(doubt.features, doubt.items)

    async def _told(self, wanted: list[ItemId], draft: intake.Draft) -> dict[ItemId, str]:
        """Read what items say, those of this very document too."""
        new = {item.id: text_of(item.title, item.summary) for item in draft.new}
        stored = [item for item in wanted if item not in new]
        found = await self._db.read(items.by_ids, stored) if stored else []
        told = {item.id: text_of(item.title, item.summary) for item in found}
        return {item: (new | told)[item] for item in wanted if item in new or item in told}

    @asynccontextmanager
    async def _undone_on_failure(self, draft: intake.Draft) -> AsyncIterator[None]:
        """Forget a draft's items again where it could not be recorded, the one in the making too.

        Should that fail as well, memory is made anew of the rows.
        """
        memory = self._memory
        before = memory.last_item
        try:
            yield
        except BaseException:
            try:
                for given in range(memory.last_item, before, -1):
                    memory.index.drop(ItemId(given))
                for doubted in draft.vectors:
                    if memory.index.story_of(doubted) is None:
                        memory.index.drop(doubted)
            except Exception:
                log.exception("memory in doubt")
                self.doubt_memory(draft.now)
            raise

    @contextmanager
    def _followed(self, now: datetime) -> Iterator[None]:
        """Follow in memory what the rows say already; failing that, it is made anew."""
        try:
            yield
        except Exception:
            log.exception("memory did not follow the rows")
            self.doubt_memory(now)

    def doubt_memory(self, now: datetime) -> None:
        """Let the rows tell again what the index knows, before the next news."""
        self._memory.index = empty_index(self._db, self._meaning)
        self._remembers_at = now

    async def _reconsider_stories(self, draft: intake.Draft, now: datetime) -> None:
        """Merge or split stories after new items: twins are joined, what strayed in is let go.

        What was edited is compared by its new words from here on.
        """
        try:
            for edited in draft.restated:
                self._memory.index.restate(edited)
            for story in draft.stories:
                await self._weigh_again(story, now)
                await asyncio.sleep(0)  # a look at the chat: a large document has many stories
        except StorageError as error:
            # The document is recorded. What was not joined now is when its story grows again.
            log.error("stories not reconsidered", error=error)  # noqa: TRY400 (said whole)
        except Exception as error:
            log.exception("stories not reconsidered", feed=draft.feed.id)
            story_id, title = next(iter(draft.stories.items()), (draft.feed.url, ""))
            self._asides.append(Aside(AsideKind.STORY, str(story_id), why_of(error), title))
            self.doubt_memory(now)

    async def _weigh_again(self, story: StoryId, now: datetime) -> None:
        for change in stories.revise(self._memory.index, story):
            await self._apply(change, now)

    async def _apply(self, change: stories.Change, now: datetime) -> None:
        """Record a merge or a split of stories, and make it in memory too."""
        index = self._memory.index
        match change:
            case stories.Joined(story, into):
                items_moved = len(index.members(story))
                await self._db.write(record.join, story, into, now)
                index.merge(story, into)
                self._wake()
                self._tell(StoriesChanged("joined"))
                log.info("stories joined", story=story, into=into, items=items_moved)
            case stories.Moved(moved, story, to):
                target = self._new_story() if to is None else to
                await self._db.write(record.move, list(moved), story, target, now)
                for item in moved:
                    index.move(item, target)
                self._wake()
                self._tell(StoriesChanged("moved"))
                log.info("items moved", items=list(moved), story=story, to=target)
            case _:
                assert_never(change)

    def _new_story(self) -> StoryId:
        self._memory.last_story += 1
        return StoryId(self._memory.last_story)

    # --- what admins correct -----------------------------------------------------------------

    async def merge(
        self, story: StoryId, into: StoryId, by: int, now: datetime
    ) -> corrections.Correction:
        """Make one story of two, for good. Raises NewsError where one is unknown, or both one."""
        async with self._turn:
            one, other = await self._known(story), await self._known(into)
            if one.id == other.id:
                raise NewsError("merge.one_already", one=story, other=into, id=one.id)
            moved = [item.id for item in one.items]
            wanted = corrections.NewCorrection(
                corrections.CorrectionKind.MERGE, moved, other.id, by
            )
            return await self._correct(wanted, now)

    async def split(self, out: Sequence[ItemId], by: int, now: datetime) -> corrections.Correction:
        """Take items of one story out into a story of their own, for good.

        Raises NewsError where they are gone, are not some of one story's items, or are all of it.
        """
        async with self._turn:
            moved, left = await self._of_one_story(out)
            if len(moved) == len(left.items):
                raise NewsError(
                    "split.only_one" if len(moved) == 1 else "split.all", id=str(left.id)
                )
            wanted = corrections.NewCorrection(
                corrections.CorrectionKind.SPLIT, moved, self._new_story(), by
            )
            return await self._correct(wanted, now)

    async def move(
        self, out: Sequence[ItemId], into: StoryId, by: int, now: datetime
    ) -> corrections.Correction:
        """Put items of one story into another, for good; all of them make one story of both.

        Raises NewsError as ``split`` and ``merge`` do.
        """
        async with self._turn:
            moved, left = await self._of_one_story(out)
            other = await self._known(into)
            if other.id == left.id:
                raise NewsError("move.same", id=str(left.id))
            whole = len(moved) == len(left.items)
            kind = corrections.CorrectionKind.MERGE if whole else corrections.CorrectionKind.MOVE
            wanted = corrections.NewCorrection(kind, moved, other.id, by)
            return await self._correct(wanted, now)

    async def undo(self, number: int, now: datetime) -> corrections.Undone:
        """Take a correction back, and obey it no more. Raises NewsError where that is too late.

        What came while it stood, and nobody spoke of, is weighed anew: it followed the correction.
        """
        async with self._turn:
            undone = await self._db.write(corrections.undo, number, now)
            index = self._memory.index
            with self._followed(now):
                index.release(number)
                if undone.revived:
                    index.revive(undone.target)
                for item in undone.items:
                    index.move(item, undone.target)
                if undone.emptied:
                    index.merge(undone.source, undone.target)
                for story in (undone.source, undone.target):
                    await self._weigh_again(story, now)
            log.info("correction undone", correction=number, story=undone.target)
        self._wake()
        return undone

    async def nearest(self, story: StoryId, most: int) -> tuple[StoryId, ...]:
        """Name the stories of the last days that are most like a story."""
        async with self._turn:
            return stories.nearest(story, self._memory.index, most)

    async def _correct(
        self, new: corrections.NewCorrection, now: datetime
    ) -> corrections.Correction:
        """Record a correction, and obey it in memory too."""
        made = await self._db.write(corrections.make, new, now)
        index = self._memory.index
        homes = dict.fromkeys(made.moved | made.joined, made.target)
        homes |= dict.fromkeys(made.left, made.source)
        with self._followed(now):
            index.constrain(made.id, constraint_of(made), homes)
            for item in new.items:
                index.move(item, made.target)
            if not made.left:
                index.merge(made.source, made.target)
        count = len(new.items)
        log.info(
            "stories corrected", kind=made.kind, story=made.source, to=made.target, items=count
        )
        self._wake()
        return made

    async def _of_one_story(self, out: Sequence[ItemId]) -> tuple[list[ItemId], Story]:
        """Find items that are to leave their story, and that story."""
        found = await self._db.read(items.by_ids, list(dict.fromkeys(out)))
        if not found or len({item.story_id for item in found}) > 1:
            raise NewsError("story.no_item", id=out[0] if out else 0)
        return [item.id for item in found], await self._known(found[0].story_id)

    async def _known(self, story_id: StoryId) -> Story:
        story = await self._db.read(story_store.get, story_id)
        if story is None or not story.items:
            raise await self._db.read(story_store.not_there, story_id)
        return story

    async def _obey_corrections(self) -> None:
        """Take up what admins corrected before this start, of items out of the window too."""
        for made, homes in await self._db.read(corrections_and_homes):
            self._memory.index.constrain(made.id, constraint_of(made), homes)

    async def expire(self, now: datetime) -> None:
        """Forget stories that have been silent for the window; the archive keeps them."""
        async with self._turn:
            await self._forget_silent(now)
            await self._db.write(changes.prune, self._seen)

    async def _forget_silent(self, now: datetime) -> None:
        # Memory goes first: rows that could not be dropped are dropped at the next start.
        gone = self._memory.index.expire(now)
        if gone.stories:
            await self._db.write(fingerprints.forget, gone.items, gone.old)


def changed_subscriptions(db: Connection, seen: int) -> tuple[changes.Changed, list[Subscriber]]:
    """Read in one go what changed since change ``seen``, and those of them that are live."""
    changed = changes.since(db, seen)
    return changed, subscriptions.listening(db, changed.subscriptions)


def item_and_age(db: Connection, item_id: ItemId) -> tuple[Item | None, bool]:
    """Return an item, and whether it was news when it came: not of its feed's first document."""
    found = next(iter(items.by_ids(db, [item_id])), None)
    return found, found is not None and items.was_news(db, item_id)


@dataclass(frozen=True, slots=True)
class _Way:
    """How a document is taken in."""

    feed: Feed
    now: datetime
    silent: bool
    edits: bool


def empty_index(db: Database, meaning: Meaning | None) -> stories.Index:
    """Return an index that knows no story yet; what it need not hold lies beside the database."""
    index = stories.Index(WINDOW, pages=Scratch(db.path.resolve().parent))
    if meaning is not None:
        index.weigh_meaning(is_fitted=meaning.is_fitted)
    return index


def aside_of(entry: Entry, error: Exception) -> Aside:
    """Name an entry that broke."""
    return Aside(
        AsideKind.ITEM, entry.url or entry.external_id or entry.title, why_of(error), entry.title
    )


def recalled(index: stories.Index, told: KeptFeatures, story: StoryId) -> bool:
    """Take up an item by what is kept of it; False where that must be made anew."""
    features, sketch = None, None
    try:
        weights = stories.unpack_weights(told.weights) if told.weights else None
        if weights is None:
            features = stories.unpack(told.item, told.packed)
        else:
            sketch = stories.sketch(told.item, told.packed)
    except Exception:
        log.exception("features unreadable", item=told.item)
        return False
    if weights and sketch:
        index.recall(sketch, story, weights, told.packed)
    elif features:
        index.restore(features, story)
    return bool(sketch or features)


def known_and_changed(
    db: Connection, feed: FeedId, keys: set[str], seen: int
) -> tuple[dict[str, items.KnownItem], changes.Changed]:
    """Read in one go which entries are known and what changed since change ``seen``."""
    return items.known(db, feed, keys), changes.since(db, seen)


def corrections_and_homes(
    db: Connection,
) -> list[tuple[corrections.Correction, dict[ItemId, StoryId]]]:
    """Read every correction in force, with the stories that its items are in now."""
    return [(made, dict(corrections.homes(db, made.items))) for made in corrections.in_force(db)]


def constraint_of(made: corrections.Correction) -> stories.Constraint:
    """Return what a correction says of later decisions."""
    return stories.Constraint(made.moved | made.joined, made.moved, made.left)


def freeze_memory() -> None:
    """Take all that is in memory now out of the garbage collector's rounds.

    What the window holds lives for a week and is freed by counting references; looking through
    it for cycles again and again would stop the loop for 0.2 s at 20,000 items, and find none.
    """
    gc.collect()
    gc.freeze()


@contextmanager
def without_garbage_collection() -> Iterator[None]:
    """Switch garbage collection off while memory is filled, and leave what fills it out of it."""
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()


def features_of(
    item: Item, names: Gazetteer | None = None, boilerplate: Container[int] = frozenset()
) -> stories.Features:
    """Prepare a stored item's signals again; ``boilerplate`` is what its outlet repeats."""
    analysis = words.analyse(item.title, item.body, lang=item.lang, names=names)
    return intake.stored_features(item, analysis, boilerplate)
