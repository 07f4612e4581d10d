"""The sandbox's state as frozen values: accounts, chats, messages, updates. Ids are Telegram's."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, NamedTuple, TypeAlias

Json: TypeAlias = dict[str, Any]
ChatKind: TypeAlias = Literal["private", "group", "supergroup", "channel"]
Status: TypeAlias = Literal["creator", "administrator", "member", "restricted", "left", "kicked"]

ANONYMOUS_ADMIN_ID = 1087968824  # GroupAnonymousBot: how every anonymous admin signs
CHANNEL_POST_ID = 136817688  # "Channel": who signs presses and posts made as a channel


class Key(NamedTuple):
    """One conversation; `bot_id` is 0 in groups and channels, which all bots share."""

    chat_id: int
    bot_id: int = 0


@dataclass(frozen=True, slots=True)
class User:
    """A person or a bot."""

    id: int
    first_name: str
    language_code: str | None = None
    last_name: str = ""
    username: str = ""
    is_bot: bool = False
    deactivated: bool = False

    @property
    def name(self) -> str:
        """First and last name as shown."""
        return f"{self.first_name} {self.last_name}".strip()


@dataclass(frozen=True, slots=True)
class Bot:
    """A bot's account: its token, profile and where it wants its updates."""

    user: User
    token: str
    webhook: "Webhook | None" = None
    allowed_updates: frozenset[str] | None = None
    privacy: bool = True
    inline: bool = True
    revoked: bool = False
    logged_out: bool = False

    @property
    def id(self) -> int:
        """The bot's user id, which is also the number before the colon of its token."""
        return self.user.id


@dataclass(frozen=True, slots=True)
class Webhook:
    """Where updates are POSTed, and the secret that goes along."""

    url: str
    secret: str = ""
    max_connections: int = 40


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody's place in a group or channel."""

    user_id: int
    status: Status
    anonymous: bool = False
    can_post: bool = True
    can_edit: bool = True
    can_manage_topics: bool = False

    @property
    def is_admin(self) -> bool:
        """Whether this member may manage the chat."""
        return self.status in ("creator", "administrator")

    @property
    def is_inside(self) -> bool:
        """Whether this member is in the chat at all."""
        return self.status in ("creator", "administrator", "member", "restricted")


@dataclass(frozen=True, slots=True)
class Topic:
    """A forum topic; its id is the id of the message that opened it."""

    id: int
    name: str
    closed: bool = False


@dataclass(frozen=True, slots=True)
class SandboxChat:
    """A group, supergroup or channel."""

    id: int
    kind: ChatKind
    title: str
    username: str = ""
    is_forum: bool = False
    members: tuple[Member, ...] = ()
    topics: tuple[Topic, ...] = ()
    migrated_to: int | None = None
    write_forbidden: bool = False

    def member(self, user_id: int) -> Member | None:
        """Find somebody's membership, past ones included."""
        return next((m for m in self.members if m.user_id == user_id), None)

    def topic(self, topic_id: int) -> Topic | None:
        """Find an open or closed topic."""
        return next((t for t in self.topics if t.id == topic_id), None)


@dataclass(frozen=True, slots=True)
class Dialog:
    """A private chat of a person with a bot."""

    started: bool = False
    blocked: bool = False


@dataclass(frozen=True, slots=True)
class MessageEntity:
    """A formatted span; offset and length count UTF-16 units as in the Bot API."""

    type: str
    offset: int
    length: int
    url: str = ""
    language: str = ""
    custom_emoji_id: str = ""


@dataclass(frozen=True, slots=True)
class KeyboardButton:
    """A key of an inline or reply keyboard."""

    text: str
    callback_data: str | None = None
    url: str = ""
    inline_query: str | None = None
    inline_here: str | None = None
    copy_text: str = ""
    request_location: bool = False


@dataclass(frozen=True, slots=True)
class Markup:
    """A keyboard under a message or in place of the person's own."""

    kind: Literal["inline", "reply", "remove", "force"]
    rows: tuple[tuple[KeyboardButton, ...], ...] = ()
    one_time: bool = False
    placeholder: str = ""


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file as Telegram keeps it."""

    id: str
    unique_id: str
    name: str
    mime: str
    content: bytes
    width: int = 0
    height: int = 0


@dataclass(frozen=True, slots=True)
class Location:
    """A point on the Earth in degrees."""

    latitude: float
    longitude: float


@dataclass(frozen=True, slots=True)
class ForwardedPost:
    """The channel post that a message was forwarded from; private channels have no username."""

    channel_id: int
    title: str
    username: str
    post_id: int


@dataclass(frozen=True, slots=True)
class LinkPreview:
    """Which link's preview a text shows (the first, if no `url` is named), and how."""

    disabled: bool = False
    url: str = ""
    small: bool = False
    large: bool = False
    above: bool = False


@dataclass(frozen=True, slots=True)
class SandboxMessage:
    """One message; `sender_id` is None for channel posts."""

    id: int
    key: Key
    date: datetime
    sender_id: int | None
    text: str = ""
    entities: tuple[MessageEntity, ...] = ()
    markup: Markup | None = None
    photo: StoredFile | None = None
    document: StoredFile | None = None
    location: Location | None = None
    reply_to: int | None = None
    quote: str = ""
    thread_id: int | None = None
    edited: datetime | None = None
    sender_chat_id: int | None = None
    via_bot_id: int | None = None
    silent: bool = False
    preview: LinkPreview = LinkPreview()
    service: Json | None = None
    forwarded: ForwardedPost | None = None

    @property
    def has_media(self) -> bool:
        """Whether the text is a caption."""
        return self.photo is not None or self.document is not None

    @property
    def buttons(self) -> tuple[KeyboardButton, ...]:
        """All inline buttons in reading order."""
        if self.markup is None or self.markup.kind != "inline":
            return ()
        return tuple(button for row in self.markup.rows for button in row)


@dataclass(frozen=True, slots=True)
class Update:
    """An update waiting for a bot."""

    id: int
    kind: str
    body: Json
    created: datetime


@dataclass(frozen=True, slots=True)
class CallbackQuery:
    """A callback query and what became of it."""

    id: str
    bot_id: int
    person_id: int
    key: Key
    message_id: int
    created: datetime
    answered: bool = False
    text: str = ""
    alert: bool = False
    url: str = ""


@dataclass(frozen=True, slots=True)
class InlineQuery:
    """An inline query and its answer."""

    id: str
    bot_id: int
    person_id: int
    query: str
    created: datetime
    answered: bool = False
    results: tuple[Json, ...] = ()


@dataclass(frozen=True, slots=True)
class BotCommand:
    """A line of a command menu."""

    command: str
    description: str


@dataclass(frozen=True, slots=True)
class StoreEvent:
    """Something the listeners (polls, web hooks, pages) may want to know."""

    kind: Literal[
        "update", "message", "edit", "delete", "answer", "action", "chats", "menu", "poll"
    ]
    key: Key | None = None
    bot_id: int = 0
    message_id: int = 0
    person_id: int = 0
    detail: str = ""
