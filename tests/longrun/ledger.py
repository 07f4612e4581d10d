"""What Telegram took, written down as it took it, and compared with the database at the end."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from bot.render.markup import translate_html
from bot.sandbox.botapi.calls import Call
from bot.texts import LANGUAGES
from storage.audit.books import MATCHES, OF_MATCHES
from storage.sql import Connection
from tests.longrun.press import SampleFeed

SENDING = frozenset({"sendmessage", "sendphoto", "senddocument"})
GET_ME_EVERY_S = 30.0
EXAMPLES = 5
WORD = re.compile(r"qz\d+x\d+")
LATE = frozenset(translate_html(language, "late.unanswered") for language in LANGUAGES)


@dataclass(frozen=True, slots=True)
class Discrepancy:
    """What does not add up, by its kind, and some of what shows it."""

    kind: str
    says: str

    def __str__(self) -> str:
        return f"{self.kind}: {self.says}"


@dataclass(frozen=True, slots=True)
class Sent:
    """A message that came to a chat; ``lost`` says that its answer did not reach the program."""

    chat: int
    message_id: int | None
    text: str
    at: float
    lost: bool


@dataclass
class Ledger:
    """Every message that Telegram took, and what people asked."""

    sent: list[Sent] = field(default_factory=list)
    asked: dict[str, tuple[int, float]] = field(default_factory=dict)
    """What people wrote, known by a word that nobody else wrote: where, and when."""
    calls: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    moved: dict[int, int] = field(default_factory=dict)
    greeted: set[int] = field(default_factory=set)
    """Chats that the bot answered without being asked: it was let in again."""
    _get_me: list[float] = field(default_factory=list)

    def note(self, call: Call, now: float) -> None:
        method = call.method.lower()
        self.calls[call.method] += 1
        if method == "getme":
            self._get_me.append(now)
        if not call.ok and call.status:
            self.refused[f"{call.status} {call.result.get('description', '')}"[:60]] += 1
        if method in SENDING and call.effect:
            result = call.result.get("result") or {}
            text = str(call.params.get("text") or call.params.get("caption") or "")
            chat, known = int(call.params["chat_id"]), result.get("message_id")
            lost = not (call.ok and call.status and call.heard)
            self.sent.append(Sent(chat, known, text, now, lost))

    # --- the end -----------------------------------------------------------------------------

    def faults(self, db: Connection, feeds: list[SampleFeed]) -> Iterator[Discrepancy]:
        """Say what does not add up, a line each."""
        yield from self._claimed(db)
        yield from self._repeated(db)
        yield from self._unalerted(db)
        yield from self._unanswered()
        yield from lost_entries(db, feeds)
        yield from self._storms()

    def _claimed(self, db: Connection) -> Iterator[Discrepancy]:
        """Look for rows that say "sent" of what Telegram never took."""
        there = {(one.chat, one.message_id) for one in self.sent}
        rows = db.conn.execute(
            "select id, chat_id, message_id, kind from deliveries"
            " where state = 'sent' and kind <> 'edit' and message_id is not null"
        ).fetchall()
        again = set(self.moved.values())
        missing = [row for row in rows if row[1] not in again and (row[1], row[2]) not in there]
        if missing:
            yield Discrepancy(
                "never sent",
                f"{len(missing)} rows are 'sent' and Telegram never had them: {missing[:EXAMPLES]}",
            )

    def _repeated(self, db: Connection) -> Iterator[Discrepancy]:
        """Look for messages that came again, or that no row knows, without a lost answer."""
        doubted: Counter[int] = Counter()
        for chat, times in db.conn.execute(
            "select chat_id, sum(doubts + crashes) from deliveries where kind <> 'edit' group by 1"
        ):
            doubted[chat] += times
        known = set(
            db.conn.execute("select chat_id, message_id from deliveries where message_id > 0")
        )
        for old, new in self.moved.items():  # its rows moved with it
            doubted[old] += doubted[new]
        strays: dict[int, list[Sent]] = defaultdict(list)
        told: dict[tuple[int, str], int] = Counter()
        for one in self.sent:
            told[one.chat, one.text] += 1
            if self._is_reply(one) or one.chat in self.moved or one.chat in self.moved.values():
                continue
            if one.lost or (one.chat, one.message_id) not in known:
                strays[one.chat].append(one)
        unexplained = [
            (chat, found[: len(found) - doubted[chat]])
            for chat, found in strays.items()
            if len(found) > doubted[chat]
        ]
        if unexplained:
            many = sum(len(found) for _, found in unexplained)
            some = [
                (chat, one.message_id, one.text[:80])
                for chat, found in unexplained
                for one in found
            ]
            yield Discrepancy(
                "unknown message",
                f"{many} messages that no row knows, with no answer lost: {some[:EXAMPLES]}",
            )
        twice = [
            (chat, times, text[:60])
            for (chat, text), times in told.items()
            if times - 1 > doubted[chat] and not self._replies(text) and chat not in self.greeted
        ]
        if twice:
            yield Discrepancy(
                "repeated message",
                f"{len(twice)} messages came more than once, with no answer lost: {twice[:EXAMPLES]}",
            )

    def _unalerted(self, db: Connection) -> Iterator[Discrepancy]:
        """Look for news that met a query and for which no alert was made.

        Chats that went and came, or moved, are left out: what came meanwhile is not for them.
        """
        *explained, _ = (condition for _, condition in OF_MATCHES)
        rows = db.conn.execute(
            f"select s.chat_id, m.item_id, s.query from {MATCHES}"
            f" where not ({' or '.join(f'coalesce({one}, 0)' for one in explained)})",
            {"kept": 0},
        ).fetchall()
        elsewhere = self.greeted | self.moved.keys() | set(self.moved.values())
        missed = [row for row in rows if row[0] not in elsewhere]
        if missed:
            yield Discrepancy(
                "no alert",
                f"{len(missed)} matches that are news made no alert: {missed[:EXAMPLES]}",
            )

    def _is_reply(self, one: Sent) -> bool:
        return bool(self._replies(one.text)) or one.text in LATE or one.chat in self.greeted

    def _replies(self, text: str) -> set[str]:
        return {word for word in WORD.findall(text) if word in self.asked}

    def _unanswered(self) -> Iterator[Discrepancy]:
        """Look for what people asked and were not answered, or answered more than once."""
        answers: Counter[str] = Counter()
        heard: Counter[str] = Counter()
        for one in self.sent:
            for word in self._replies(one.text):
                answers[word] += 1
                heard[word] += not one.lost
        for one in self.sent:
            if one.text in LATE:  # all that the chat asked before was not done, and is told so
                answers.update(
                    word
                    for word, (chat, at) in self.asked.items()
                    if chat == one.chat and at <= one.at
                )
        silent = [(word, *self.asked[word]) for word in self.asked if not answers[word]]
        if silent:
            yield Discrepancy(
                "unanswered",
                f"{len(silent)} of {len(self.asked)} commands were not answered: {silent[:EXAMPLES]}",
            )
        many = [(word, times) for word, times in heard.items() if times > 1]
        if many:
            yield Discrepancy(
                "answered again",
                f"{len(many)} of {len(self.asked)} commands were answered again: {many[:EXAMPLES]}",
            )

    def _storms(self) -> Iterator[Discrepancy]:
        """Look for half minutes with more than a few getMe."""
        most = 0
        for place, at in enumerate(self._get_me):
            ahead = place
            while ahead < len(self._get_me) and self._get_me[ahead] < at + GET_ME_EVERY_S:
                ahead += 1
            most = max(most, ahead - place)
        if most > 4:  # a start asks once, an illness begins with half a second, one, two …
            yield Discrepancy(
                "getMe",
                f"getMe was asked {most} times within half a minute ({len(self._get_me)} in all)",
            )

    def summary(self) -> dict[str, Any]:
        return {
            "messages": len(self.sent),
            "commands": len(self.asked),
            "calls": dict(self.calls.most_common(8)),
            "refused": dict(self.refused.most_common(8)),
        }


def lost_entries(db: Connection, feeds: list[SampleFeed]) -> Iterator[Discrepancy]:
    """Look for entries that stood in documents given out whole, and are no items."""
    kept = {
        (number, guid)
        for number, guid in db.conn.execute(
            "select substr(f.url, instr(f.url, '/feed/') + 6), i.external_id"
            " from items i join feeds f on f.id = i.feed_id"
        )
    }
    lost = [
        (feed.number, guid, times)
        for feed in feeds
        for guid, times in feed.served.items()
        if (f"{feed.number}.xml", guid) not in kept
        # Once may have been to a program that was killed before it wrote it down.
        and (times > 1 or any(told.guid == guid for told in feed.shown))
    ]
    if lost:
        yield Discrepancy(
            "lost entry", f"{len(lost)} entries were given out and are no items: {lost[:EXAMPLES]}"
        )
