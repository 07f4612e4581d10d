"""The sandbox's state and the operations that keep it consistent; knows no HTTP."""

import hashlib
import itertools
from collections import OrderedDict, deque
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from bot.sandbox.telegram.errors import UNAUTHORIZED, ApiError
from bot.sandbox.telegram.limits import (
    INLINE_LIFETIME,
    PRESS_LIFETIME,
    UPDATE_LIFETIME,
    RateLimit,
    Rates,
)
from bot.sandbox.telegram.model import (
    Bot,
    BotCommand,
    CallbackQuery,
    Dialog,
    InlineQuery,
    Json,
    Key,
    SandboxChat,
    SandboxMessage,
    StoredFile,
    StoreEvent,
    Update,
    User,
)
from bot.sandbox.telegram.wire import message_json

Listener = Callable[[StoreEvent], None]
LIFETIMES = {"callback_query": PRESS_LIFETIME, "inline_query": INLINE_LIFETIME}
NOT_BY_DEFAULT = frozenset({"chat_member", "message_reaction", "message_reaction_count"})


class Store:
    """Everything Telegram knows, with the few operations that keep it consistent."""

    def __init__(
        self, clock: Callable[[], datetime], rates: Rates | None = None, keep: int = 20_000
    ) -> None:
        self.clock = clock
        self.keep = keep  # messages remembered per conversation; bounds the memory of long runs
        self.limit = RateLimit(rates)
        self.bots: dict[int, Bot] = {}
        self.users: dict[int, User] = {}
        self.chats: dict[int, SandboxChat] = {}
        self.dialogs: dict[Key, Dialog] = {}
        self.talks: dict[Key, OrderedDict[int, SandboxMessage]] = {}
        self.files: OrderedDict[str, StoredFile] = OrderedDict()
        self.queues: dict[int, deque[Update]] = {}
        self.callback_queries: OrderedDict[str, CallbackQuery] = OrderedDict()
        self.inline_queries: OrderedDict[str, InlineQuery] = OrderedDict()
        self.commands: dict[tuple[int, str, str], tuple[BotCommand, ...]] = {}
        self.profiles: dict[tuple[int, str, str], str] = {}
        self.menu_buttons: dict[tuple[int, int], Json] = {}
        self.read: dict[tuple[int, Key], int] = {}
        self._listeners: list[Listener] = []
        self._message_ids: dict[int, itertools.count[int]] = {}
        self._update_ids: dict[int, itertools.count[int]] = {}
        self._serial = itertools.count(1)

    # -- who is there

    def new_bot(self, token: str, user: User) -> Bot:
        """Register a bot under its token."""
        bot = Bot(user, token)
        self.bots[bot.id] = bot
        self.users[user.id] = user
        self.queues[bot.id] = deque()
        self._update_ids[bot.id] = itertools.count(700_000_001)
        return bot

    def bot_by_token(self, token: str) -> Bot:
        """Find a live bot; raise ApiError 401 for a revoked or unknown token."""
        bot = next((b for b in self.bots.values() if b.token == token), None)
        if bot is None or bot.revoked:
            raise ApiError(*UNAUTHORIZED)
        return bot

    def put_bot(self, bot: Bot) -> None:
        """Replace a bot's account."""
        self.bots[bot.id] = bot
        self.notify(StoreEvent("menu", bot_id=bot.id))

    def put_chat(self, chat: SandboxChat) -> None:
        """Create or replace a group or channel."""
        self.chats[chat.id] = chat
        self.notify(StoreEvent("chats", Key(chat.id)))

    def dialog(self, person_id: int, bot_id: int) -> Dialog:
        """How a person stands with a bot."""
        return self.dialogs.get(Key(person_id, bot_id), Dialog())

    # -- listeners

    def listen(self, listener: Listener) -> Callable[[], None]:
        """Call `listener` on every event until the returned function is called."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    def notify(self, event: StoreEvent) -> None:
        """Tell every listener."""
        for listener in tuple(self._listeners):
            listener(event)

    # -- messages

    def next_message_id(self, key: Key) -> int:
        """Take the next id: per bot in private chats, per chat elsewhere."""
        owner = key.bot_id or key.chat_id
        return next(self._message_ids.setdefault(owner, itertools.count(1)))

    def append(self, message: SandboxMessage) -> SandboxMessage:
        """Add a message to its conversation; the oldest goes when there are too many."""
        talk = self.talks.setdefault(message.key, OrderedDict())
        talk[message.id] = message
        if len(talk) > self.keep:
            talk.popitem(last=False)
        self.notify(StoreEvent("message", message.key, message_id=message.id))
        return message

    def change(self, message: SandboxMessage) -> SandboxMessage:
        """Put an edited message in the place of the old one."""
        self.talks[message.key][message.id] = message
        self.notify(StoreEvent("edit", message.key, message_id=message.id))
        return message

    def remove(self, message: SandboxMessage) -> None:
        """Delete a message for everybody."""
        del self.talks[message.key][message.id]
        self.notify(StoreEvent("delete", message.key, message_id=message.id))

    def find(self, key: Key, message_id: int) -> SandboxMessage | None:
        """Look a message up."""
        return self.talks.get(key, OrderedDict()).get(message_id)

    # -- files

    def put_file(
        self, content: bytes, name: str, mime: str, size: tuple[int, int] = (0, 0)
    ) -> StoredFile:
        """Keep a file for good (as Telegram does); equal content shares its unique id."""
        digest = hashlib.sha256(content).hexdigest()
        serial = next(self._serial)
        file_id = f"SBX{serial:06d}{digest[:24]}"
        file = StoredFile(file_id, f"SBU{digest[:16]}", name, mime, content, *size)
        self.files[file_id] = file
        if len(self.files) > self.keep:
            self.files.popitem(last=False)
        return file

    # -- updates

    def queue(self, bot_id: int, kind: str, body: Json) -> None:
        """Queue an update for a bot, unless it did not ask for this kind."""
        bot = self.bots[bot_id]
        wanted = bot.allowed_updates
        if kind in NOT_BY_DEFAULT if wanted is None else kind not in wanted:
            return
        update = Update(next(self._update_ids[bot_id]), kind, body, self.clock())
        self.queues[bot_id].append(update)
        self.notify(StoreEvent("update", bot_id=bot_id))

    def pending(self, bot_id: int, offset: int, limit: int = 100) -> list[Update]:
        """Confirm everything below `offset` and return what waits, the stale left out.

        A negative offset counts from the end of the queue and forgets what is before it.
        """
        queue = self.queues[bot_id]
        if offset < 0:
            offset = queue[offset].id if -offset <= len(queue) else 0
        while queue and queue[0].id < offset:
            queue.popleft()
        now = self.clock()
        fresh = [u for u in queue if now - u.created < LIFETIMES.get(u.kind, UPDATE_LIFETIME)]
        if len(fresh) < len(queue):
            self.queues[bot_id] = deque(fresh)
        return fresh[:limit]

    def confirm(self, bot_id: int, update_id: int) -> None:
        """Forget one update that a web hook took."""
        queue = self.queues[bot_id]
        self.queues[bot_id] = deque(u for u in queue if u.id != update_id)

    def redeliver(self, bot_id: int, update: Update) -> None:
        """Queue an update again under its old id, as after a lost confirmation (for tests)."""
        self.queues[bot_id].appendleft(update)
        self.notify(StoreEvent("update", bot_id=bot_id))

    def queue_message(self, message: SandboxMessage, kind: str = "message") -> None:
        """Queue a message for every bot that may see it."""
        for bot_id in self.witnesses(message):
            self.queue(bot_id, kind, message_json(self, message))

    def witnesses(self, message: SandboxMessage) -> list[int]:
        """List the bots that may see a person's message: privacy mode, membership, blocks."""
        if message.key.bot_id:
            bot = self.bots.get(message.key.bot_id)
            return [bot.id] if bot else []
        chat = self.chats[message.key.chat_id]
        inside = {m.user_id: m for m in chat.members if m.is_inside}
        bots = [self.bots[i] for i in inside if i in self.bots]
        return [
            bot.id
            for bot in bots
            if bot.id != message.sender_id
            and (inside[bot.id].is_admin or not bot.privacy or self._meant_for(bot, message))
        ]

    def _meant_for(self, bot: Bot, message: SandboxMessage) -> bool:
        if message.service is not None:
            return True
        replied = self.find(message.key, message.reply_to) if message.reply_to else None
        if replied is not None and replied.sender_id == bot.id:
            return True
        first = message.text.split(maxsplit=1)[0] if message.text else ""
        if not first.startswith("/"):
            return False
        _, _, addressee = first.partition("@")
        return addressee.lower() in ("", bot.user.username.lower())

    # -- callback queries

    def put_callback_query(self, press: CallbackQuery) -> None:
        """Remember a callback query; old ones are forgotten."""
        self.callback_queries[press.id] = press
        if len(self.callback_queries) > self.keep:
            self.callback_queries.popitem(last=False)

    def settle_callback_query(self, press: CallbackQuery) -> None:
        """Note the answer and show it to the person who pressed the button."""
        self.put_callback_query(replace(press, answered=True))
        self.notify(
            StoreEvent(
                "answer", press.key, press.bot_id, press.message_id, press.person_id, press.id
            )
        )

    def serial(self) -> int:
        """Take a number nobody else has."""
        return next(self._serial)
