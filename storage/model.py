"""The words of the domain: plain frozen values that cross rooms. Times are aware UTC datetimes."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, NewType

OutletId = NewType("OutletId", int)
FeedId = NewType("FeedId", int)
ItemId = NewType("ItemId", int)
StoryId = NewType("StoryId", int)
ChatId = NewType("ChatId", int)
ThreadId = NewType("ThreadId", int)
SubscriptionId = NewType("SubscriptionId", int)
DeliveryId = NewType("DeliveryId", int)

NO_THREAD = ThreadId(0)
"""Where a chat has no topics. Zero and not null, because UNIQUE sees two nulls as different."""


# --- who tells -----------------------------------------------------------------------------


class Ownership(StrEnum):
    """Who stands behind an outlet; told beside every headline, filtered with ``by:``."""

    STATE = "state"
    STATE_LINKED = "state-linked"
    PRIVATE = "private"
    INDEPENDENT = "independent"
    EXILE = "exile"
    WESTERN = "western"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Outlet:
    """A publisher as readers know it.

    ``country`` is an ISO 3166 alpha-2 code, or "" for the whole region. ``family`` names the
    publisher behind several outlets, so that reprints inside one house do not pass for
    independent confirmation. ``wire`` marks news agencies, whatever their ownership, ``official``
    what a state itself publishes: the sites of presidents, governments and gazettes.
    """

    id: OutletId
    name: str
    country: str = ""
    ownership: Ownership = Ownership.UNKNOWN
    wire: bool = False
    family: str = ""
    home_url: str = ""
    official: bool = False


# --- where we look -------------------------------------------------------------------------


class FeedKind(StrEnum):
    """How a source is read."""

    FEED = "feed"
    PAGE = "page"
    TELEGRAM = "telegram"
    IMPORT = "import"


class FeedStatus(StrEnum):
    """How a feed is, at a glance."""

    NEW = "new"
    OK = "ok"
    ERROR = "error"
    GONE = "gone"
    PAUSED = "paused"


ILL_FROM = 1.0
"""Weight of failures at which a feed is ill: one hard failure, two soft or four temporary ones."""


class FeedNoticeKind(StrEnum):
    """What admins hear of a feed, once each."""

    ILL = "ill"
    RECOVERED = "recovered"
    SILENT = "silent"
    GONE = "gone"
    MOVED = "moved"
    LISTED_TWICE = "listed_twice"


@dataclass(frozen=True, slots=True)
class FeedState:
    """What polling has learnt of one feed; replaced as a whole after each look.

    ``next_check_at`` is the promise kept across restarts. ``interval_s`` is the feed's own
    adaptive interval in seconds. ``failure_weight`` sums weighted failures (hard 1, soft .5,
    temporary .25) since the last success and drives the back-off. ``entries_seen`` marks the
    entries of the last document, so that only changed ones are parsed. ``max_age_s``, ``ttl_s``
    and ``rest_times`` (hours/days) are what it asked for; they hold through every 304. Admins were
    last told that the feed is ill at ``told_ill_at``, that it is well again at ``told_well_at``;
    ``notice`` is what they have yet to hear, taken up after the transaction that wrote it.
    ``gaps`` counts looks that found nothing left of what the look before had seen, the last of
    them at ``last_gap_at``: what came in between was missed.
    """

    status: FeedStatus = FeedStatus.NEW
    next_check_at: datetime | None = None
    interval_s: int = 0
    last_checked_at: datetime | None = None
    last_status: int | None = None
    last_ok_at: datetime | None = None
    last_new_at: datetime | None = None
    usual_gap_s: int = 0
    failure_weight: float = 0.0
    failure_count: int = 0
    failing_since: datetime | None = None
    error_key: str = ""
    error_values: dict[str, Any] = field(default_factory=dict)
    told_ill_at: datetime | None = None
    silent_since: datetime | None = None
    etag: str = ""
    last_modified: str = ""
    body_digest: str = ""
    entries_seen: str = ""
    max_age_s: int = 0
    ttl_s: int = 0
    rest_times: str = ""
    moved_to: str = ""
    moved_seen: int = 0
    baseline_done: bool = False
    told_well_at: datetime | None = None
    notice: FeedNoticeKind | None = None
    gaps: int = 0
    last_gap_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Feed:
    """A source that we poll: its address, its outlet and the state of polling it.

    ``languages`` is what the feed declares or the catalogue knows (often two); language
    identification is restricted to them. ``moved_from`` is the address before the last move.
    ``fallback_of`` is the source in whose place it is read; ``waits`` says that its turn has not
    come, because that source, or a fallback before it, is well. ``reads_articles`` says that its
    entries' pages are read, because it tells only headlines.
    """

    id: FeedId
    url: str
    title: str
    kind: FeedKind
    outlet: Outlet
    languages: tuple[str, ...] = ()
    site_url: str = ""
    rules: dict[str, str] = field(default_factory=dict)
    moved_from: str = ""
    added_at: datetime | None = None
    items: int = 0
    fallback_of: FeedId | None = None
    waits: bool = False
    reads_articles: bool = False
    state: FeedState = field(default_factory=FeedState)


# --- what is told --------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ItemImage:
    """An item's picture: where its outlet has it, and its size in pixels, 0 where untold."""

    url: str
    width: int = 0
    height: int = 0


@dataclass(frozen=True, slots=True)
class MachineText:
    """What a machine made of a report in the language ``lang``, checked: not an outlet's words.

    ``summary`` is how its text begins, "" where that was not translated.
    """

    lang: str
    title: str
    summary: str = ""


@dataclass(frozen=True, slots=True)
class Item:
    """An outlet's report of a story, as kept. ``published`` is None where it did not say.

    ``kind`` is that of the source that brought it. ``updated_at`` is when the outlet last
    changed its words, ``retitled_at`` when it last changed its headline. ``removed_at`` is since
    when its page is seen to be gone while its outlet's others stand. ``source`` is the channel
    from which a post was forwarded, or whom an aggregator names. ``machine`` is what was made of
    it in other languages; one that is shown in such words has its ``original`` beside them.
    ``text`` is how its article begins, where that was read for search and stories to know it:
    only those look at it (``storage.full_texts.attached``).
    """

    id: ItemId
    feed_id: FeedId
    story_id: StoryId
    external_id: str
    url: str
    title: str
    summary: str
    lang: str
    published: datetime | None
    first_seen: datetime
    outlet: Outlet
    updated_at: datetime | None = None
    url_key: str = ""
    kind: FeedKind = FeedKind.FEED
    retitled_at: datetime | None = None
    removed_at: datetime | None = None
    source: str = ""
    image: ItemImage | None = None
    machine: tuple[MachineText, ...] = ()
    original: "Item | None" = None
    text: str = ""

    @property
    def body(self) -> str:
        """All that is known of its text: what its feed says, and how its article begins."""
        return f"{self.summary}\n{self.text}" if self.text else self.summary

    @property
    def told_at(self) -> datetime:
        """When it came out: the outlet's own time, else when we first saw it."""
        return self.published or self.first_seen

    @property
    def headline_at(self) -> datetime:
        """Since when its headline reads as it does."""
        return self.retitled_at or self.told_at


@dataclass(frozen=True, slots=True)
class Story:
    """One event and every outlet's item about it, earliest first."""

    id: StoryId
    first_at: datetime
    updated_at: datetime
    items: tuple[Item, ...]


# --- who reads -----------------------------------------------------------------------------


class ChatKind(StrEnum):
    """Telegram's kinds of chats."""

    PRIVATE = "private"
    GROUP = "group"
    SUPERGROUP = "supergroup"
    CHANNEL = "channel"


class QuietMode(StrEnum):
    """What happens to alerts in quiet hours."""

    HOLD = "hold"
    SILENT = "silent"
    URGENT = "urgent"


class Pictures(StrEnum):
    """How a chat sees the pictures of its alerts."""

    SMALL = "small"
    LARGE = "large"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Chat:
    """Where we write to, and how its people want it.

    Clock times (``digest_times``, ``quiet_from``, ``quiet_to``) are minutes after midnight in
    ``time_zone`` (IANA name, or UTC+5:30). ``digest_days`` is a set of ISO weekdays, 1 = Monday.
    ``digest_from`` is where the next digest's window begins: the end of the previous one.
    ``digest_rates`` are the pairs of currencies whose official rates it tells, as USD/KZT.
    ``silenced_at`` is when its people said /stop, None once nothing is left of that;
    ``silenced_times`` and ``silenced_weekly`` are the digests that it ended, for going on.
    ``zone_assumed`` says that nobody has chosen ``time_zone`` yet, ``zone_asked_at`` when we
    asked for it. ``shows_query`` and ``footer`` are a channel's: whether its posts say which
    query brought them, and the line that ends each of them.
    ``reads`` are the languages its people read, best liked first, () while they have not said;
    ``machine`` whether what is told in none of them is shown as a machine translates it.
    ``active`` is False once Telegram told us the chat is gone; ``gone_why`` says how.
    """

    id: ChatId
    kind: ChatKind
    title: str = ""
    language: str = "en"
    time_zone: str = "UTC"
    zone_assumed: bool = False
    zone_asked_at: datetime | None = None
    digest_times: tuple[int, ...] = (8 * 60,)
    digest_days: tuple[int, ...] = (1, 2, 3, 4, 5, 6, 7)
    digest_thread: ThreadId = NO_THREAD
    digest_from: datetime | None = None
    next_digest_at: datetime | None = None
    digest_when_empty: bool = True
    digest_rates: tuple[str, ...] = ()
    weekly_day: int = 0
    silenced_at: datetime | None = None
    silenced_times: tuple[int, ...] = ()
    silenced_weekly: int = 0
    quiet_from: int | None = None
    quiet_to: int | None = None
    quiet_mode: QuietMode = QuietMode.HOLD
    alerts_per_hour: int = 12
    active: bool = True
    gone_why: str = ""
    gone_at: datetime | None = None
    owner_id: ChatId | None = None
    created_at: datetime | None = None
    shows_query: bool = False
    footer: str = ""
    pictures: Pictures = Pictures.SMALL
    reads: tuple[str, ...] = ()
    machine: bool = True

    @property
    def wants_digests(self) -> bool:
        """Whether any digest comes here, so that something can be left to it."""
        return bool((self.digest_times and self.digest_days) or self.weekly_day)


class Mode(StrEnum):
    """When a subscription's stories come: at once, or in the digest only."""

    INSTANT = "instant"
    DIGEST = "digest"


class Reach(StrEnum):
    """Where an item must meet a query to ring: in its headline, or anywhere in its words.

    What is met in the text alone is left to the digest where only headlines ring.
    """

    HEADLINE = "headline"
    ANYWHERE = "anywhere"


@dataclass(frozen=True, slots=True)
class Subscription:
    """A query whose stories somebody wants, in one chat or one topic of it.

    ``silenced`` says that /stop paused it, and that going on resumes it.
    """

    id: SubscriptionId
    chat_id: ChatId
    thread_id: ThreadId
    query: str
    mode: Mode = Mode.INSTANT
    reach: Reach = Reach.HEADLINE
    paused: bool = False
    silenced: bool = False
    created_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class NewMatch:
    """An item met a query, whoever has that: which term of it met which word of the text.

    ``query`` is its canonical text. ``in_headline`` tells whether the headline alone meets it,
    ``machine`` whether it was met by a translation of the text.
    """

    query: str
    item_id: ItemId
    story_id: StoryId
    term: str = ""
    word: str = ""
    in_headline: bool = True
    machine: bool = False


@dataclass(frozen=True, slots=True)
class Match:
    """An item met a subscription: which term of the query met which word of the text.

    ``in_headline`` tells whether the headline alone meets the whole query. ``query`` is the
    subscription's as it was then. ``machine`` says that it was a machine's words that met it.
    """

    subscription_id: SubscriptionId
    item_id: ItemId
    story_id: StoryId
    term: str = ""
    word: str = ""
    in_headline: bool = True
    query: str = ""
    machine: bool = False
