"""Whose update is it: finds the command, button or answer, runs it, tells failures."""

import json
import logging
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from time import monotonic

import structlog
from telegram import Bot, CallbackQuery, ChatMemberUpdated, InlineQuery, Update, User
from telegram import Chat as TelegramChat
from telegram import Message as TelegramMessage
from telegram.constants import ChatType
from telegram.error import BadRequest, Forbidden, InvalidToken, RetryAfter, TelegramError
from telegram.ext import filters

from bot import failures
from bot.commands import BUTTONS, COMMANDS, adding, answering, inline, plain_text, start, unknown
from bot.commands.channel import unmanaged
from bot.commands.plain_text import take_back
from bot.context import Audience, Context
from bot.conversation import Ask, Button, Edit, EditButton, Reply, Say, Toast, Working
from bot.conversation import Message as Said
from bot.render.markup import escape, joined, measure, mention, tidy, translate_html
from bot.telegram import replies
from bot.telegram.inbox import Work
from bot.telegram.incoming import (
    Sender,
    ask_of_message,
    ask_of_press,
    begin,
    command_of,
    known_sender,
    manages,
    new_chat,
    press_of,
    thread_of,
    writer_of,
)
from bot.telegram.membership import (
    arrived,
    follow_membership,
    follow_migration,
    follow_rights,
)
from bot.telegram.outgoing import Where, answer_inline, deliver
from bot.telegram.rate_limiter import is_unknown, lost_on_its_way
from bot.telegram.turns import UpdateTurn
from bot.telegram.updates import is_lasting
from bot.texts import choose, said, sentence, translate
from storage import chats
from storage.errors import NewsError, StorageError
from storage.happenings import Tell, UpdateAnswered, unheard
from storage.inbox import WaitingUpdate
from storage.model import Chat, ChatId, ChatKind
from storage.outbox import settle

log = structlog.get_logger(__name__)

ALLOWED_UPDATES = [
    "message",
    "channel_post",
    "callback_query",
    "inline_query",
    "my_chat_member",
    "chat_member",
]
"""Edited messages are not asked for: a command is what it was when it was sent."""

MOST_BOX = 190
ANSWER_STANDS = timedelta(minutes=1)
MOST_UNITS = 4096
MOST_LOST = 3
"""So often an answer is told again of which Telegram's own answer is lost."""

_COMMANDS = {command.name: command for command in COMMANDS}
_BUTTONS = {press.verb: press for press in BUTTONS}


class Dispatcher:
    """Gives each update to the command, button or answer it is for."""

    def __init__(self, context: Context, bot: Bot, tell: Tell = unheard) -> None:
        """Keep the context that commands are given, and who answers; ``tell`` is for counting."""
        self.context = context
        self.bot = bot
        self.tell = tell
        self.answers: dict[tuple[int, int | None, str], datetime] = {}
        """When a group was given a button's answer as a message of its own, lately."""

    # --- updates ---------------------------------------------------------------------------

    async def answer(self, waiting: WaitingUpdate) -> bool | Work:
        """Answer an update, or go on where a crash cut its answer off.

        False where Telegram did not hear the answer, long work where that is left to be done.
        """
        update = self.read(waiting)
        if update is None:
            return True
        turn, began = UpdateTurn(waiting, self.context), monotonic()
        try:
            await self.handle(update, turn)
        except Exception as error:  # noqa: BLE001 - the door where every failure ends
            await self.broke(error, update, turn)

        def note() -> None:
            self.note(turn, update, monotonic() - began)

        if turn.work is None:
            note()
            return not turn.unsent
        return noted(turn.work, note)

    def note(self, turn: UpdateTurn, update: Update, seconds: float) -> None:
        """Leave an update's one line in the log, and have it counted."""
        late_s = None
        if update.message is not None:
            late_s = round((self.context.clock() - update.message.date).total_seconds(), 3)
        self.tell(UpdateAnswered(turn.what.partition(":")[0], turn.outcome, seconds, late_s))
        level = logging.INFO if turn.outcome in {"told", "gone"} else logging.WARNING
        log.log(
            level,
            "answered",
            update=update.update_id,
            chat=turn.update.chat_id,
            what=turn.what,
            outcome=turn.outcome,
            why=turn.why or None,
            seconds=round(seconds, 3),
            late_s=late_s,
        )

    async def answer_late(self, waiting: Sequence[WaitingUpdate]) -> bool:
        """Say in one sentence that what a chat sent too long ago was not done.

        The answer to an old press would be a surprise; so would ten answers at once.
        """
        ours = [
            update
            for one in waiting
            if (update := self.read(one)) is not None and self.is_for_us(update)
        ]
        log.info("updates too old", updates=len(waiting), ours=len(ours))
        if not ours:
            return True
        update, turn = ours[-1], UpdateTurn(waiting[-1], self.context)
        where = self.where(update, turn)
        if where is not None:
            language = await self.language(update)
            await self.say_or_drop(
                Say((Said(translate_html(language, "late.unanswered")),)), where
            )
        return not turn.unsent

    def read(self, waiting: WaitingUpdate) -> Update | None:
        """Let python-telegram-bot read an update; None for a shape that it does not know."""
        try:
            return Update.de_json(json.loads(waiting.body), self.bot)
        except Exception as error:  # noqa: BLE001 (PTB raises whatever a strange shape provokes)
            log.warning("unreadable update", update=waiting.body[:40], error=repr(error)[:200])
            return None

    async def handle(self, update: Update, turn: UpdateTurn) -> None:
        """Find out what an update is, and do it."""
        message = update.message
        turn.what = kind_of(update)
        if update.my_chat_member is not None:
            await self.on_membership(update.my_chat_member, turn)
        elif update.chat_member is not None:
            await follow_rights(update.chat_member, self.context)
        elif update.callback_query is not None:
            await self.on_press(update.callback_query, turn)
        elif update.inline_query is not None:
            await self.on_inline(update.inline_query)
        elif message is None:
            return
        elif message.migrate_to_chat_id or message.migrate_from_chat_id:
            await follow_migration(message, self.context)
        elif not filters.StatusUpdate.ALL.check_update(update):
            await self.on_message(message, turn)

    def command_in(self, message: TelegramMessage) -> tuple[str, str] | None:
        """Return a message's command and what follows it; ("", …) for one that nobody has.

        None where it is plain words, or in a group another bot's.
        """
        text = message.text or message.caption or ""
        if not text.startswith("/"):
            return None
        command = command_of(text, self.context.bot_username)
        if command is None and message.chat.type == ChatType.PRIVATE:
            return ("", text)
        return command

    def is_for_us(self, update: Update) -> bool:
        """Tell whether somebody waits for an answer of ours."""
        message, query = update.message, update.callback_query
        if message is None:
            return query is not None and query.message is not None
        if by_a_bot(message) or filters.StatusUpdate.ALL.check_update(update):
            return False
        return message.chat.type == ChatType.PRIVATE or self.command_in(message) is not None

    def where(self, update: Update, turn: UpdateTurn) -> Where | None:
        """Return where a sentence about an update is said; None where nobody may say one."""
        message, query = update.message, update.callback_query
        if message is not None:
            return where_of(message, self.bot, turn)
        if query is None or query.message is None or query.message.chat.type == ChatType.CHANNEL:
            return None
        pressed = query.message
        thread = thread_of(pressed) if isinstance(pressed, TelegramMessage) else None
        return Where(self.bot, pressed.chat.id, thread or None, turn=turn)

    async def language(self, update: Update) -> str:
        """Return the language in which a chat is answered, also one that is new."""
        chat, person = update.effective_chat, update.effective_user
        known = await self.context.db.read(chats.get, ChatId(chat.id)) if chat else None
        if known is not None:
            return known.language
        return choose(person.language_code if person else None, self.context.language)

    async def begin(
        self, chat: TelegramChat, person: User | None, person_id: int, turn: UpdateTurn
    ) -> tuple[Sender, str | None]:
        """Note who speaks, and which question they answer: whatever comes next ends our waiting.

        While nothing can be written, whom we know can still be answered.
        """
        context, row = self.context, turn.update.row
        await context.names.refresh()
        try:
            found, question = await context.db.write(
                begin,
                new_chat(chat, person, context),
                person_id,
                row,
                context.clock(),
                bot_name=context.bot_name,
            )
        except StorageError:
            known = await context.db.read(known_sender, ChatId(chat.id))
            if known is None:
                raise
            return known, turn.update.question
        turn.update.question = turn.update.question or question
        return found, turn.update.question

    async def on_message(self, message: TelegramMessage, turn: UpdateTurn) -> None:
        """Answer a message: a command, an answer to our question, or plain words."""
        if by_a_bot(message):
            return
        command = self.command_in(message)
        if command is None and (message.text or message.caption or "").startswith("/"):
            return  # another bot's
        found, question = await self.begin(
            message.chat, message.from_user, writer_of(message), turn
        )
        ask = ask_of_message(message, found, self.context)
        where = where_of(message, self.bot, turn)
        if adding.offers_channel(ask):
            # A post's words are its channel's: no command, and no answer to what we asked.
            await self.run(adding.forwarded, ask, where)
        elif command is not None:
            await self.on_command(command, ask, message, where)
        else:
            await self.on_plain(question, ask, message, where)

    async def on_command(
        self, command: tuple[str, str], ask: Ask, message: TelegramMessage, where: Where
    ) -> None:
        """Run a command; what one may not use is answered like what does not exist."""
        name, rest = asked_privately(*command)
        ask = replace(ask, command=name, text=rest)
        found = _COMMANDS.get(name)
        if found is None or (found.audience is Audience.ADMINS and not ask.is_admin):
            await self.run(unknown, ask, where)
            return
        where.turn.what = f"command:{name}"
        if found.private and ask.here.kind is not ChatKind.PRIVATE:
            await self.say_or_drop(private_only(ask, name, self.context), where)
        elif found.changes and not await manages(
            where.bot, message.chat, message.from_user, message.sender_chat
        ):
            await self.say_or_drop(refusal(ask, "refused.chat_admins"), where)
        else:
            await self.run(found.handler, ask, where, own=found.own)

    async def on_plain(
        self, question: str | None, ask: Ask, message: TelegramMessage, where: Where
    ) -> None:
        """Take a plain message as the answer we wait for; in private also as a search."""
        words = tuple(question.split(":")) if question else ()
        handler = answering(words, ask.text)
        ends_it = handler is take_back
        command = _COMMANDS.get(words[0]) if words else None
        if command is not None and command.audience is Audience.ADMINS and not ask.is_admin:
            handler = None  # an admin no more
        if handler is not None and not ends_it and _changes(words[0]) and not await manages(
            where.bot, message.chat, message.from_user, message.sender_chat
        ):  # fmt: skip
            await self.say_or_drop(refusal(ask, "refused.chat_admins"), where)
        elif handler is not None:
            where.turn.what = f"answer:{words[0]}" if words else "answer"
            own = command is None or command.own
            await self.run(handler, replace(ask, button=words), where, own=own)
        elif message.chat.type == ChatType.PRIVATE:
            await self.run(plain_text, ask, where)

    async def on_press(self, query: CallbackQuery, turn: UpdateTurn) -> None:
        """Answer a press; forged, stale and others' buttons do no harm."""
        message = query.message
        where = Where(self.bot, query.from_user.id, query=query, turn=turn)
        if message is None or message.chat.type == ChatType.CHANNEL:
            await self.lead_into_private(query)
            return
        where.chat_id, where.pressed = message.chat.id, message.message_id
        if isinstance(message, TelegramMessage):
            where.thread_id = thread_of(message) or None
        # A press, too, ends our waiting for what is typed next.
        found, _ = await self.begin(message.chat, query.from_user, query.from_user.id, turn)
        ask = ask_of_press(query, found, self.context)
        press = _BUTTONS.get(ask.word(0))
        if press is None or (press.audience is Audience.ADMINS and not ask.is_admin):
            await self.say_or_drop(Toast(translate(ask.language, "button.old")), where)
            return
        turn.what = f"press:{press.verb}"
        if not press.changes and self.just_answered(where, query.data or ""):
            await self.say_or_drop(Toast(translate(ask.language, "button.just_above")), where)
        elif press.changes and not await manages(where.bot, message.chat, query.from_user, None):
            refused = Toast(translate(ask.language, "refused.chat_admins"), box=True)
            await self.say_or_drop(refused, where)
        else:
            reply = await self.run(press.handler, ask, where, own=press.own)
            if isinstance(reply, Say) and message.chat.type != ChatType.PRIVATE:
                place = (where.chat_id, where.thread_id, query.data or "")
                self.answers[place] = self.context.clock()

    def just_answered(self, where: Where, data: str) -> bool:
        """Tell whether a group got this button's answer a moment ago: it need not get it twice."""
        now = self.context.clock()
        self.answers = {key: at for key, at in self.answers.items() if now - at < ANSWER_STANDS}
        return (where.chat_id, where.thread_id, data) in self.answers

    async def lead_into_private(self, query: CallbackQuery) -> None:
        """Answer a press in a channel, which anybody may make, by opening the bot."""
        words = press_of(query.data)
        story = words[1] if len(words) > 1 and words[0] in ("s", "w", "m") else ""
        link = f"https://t.me/{self.context.bot_username}?start=s_{story}" if story else None
        with suppress(BadRequest):  # too old, or the link is refused: nothing is lost
            await query.answer(url=link)

    async def on_inline(self, query: InlineQuery) -> None:
        """Answer ``@bot words`` typed in any chat."""
        person = query.from_user
        known = await self.context.db.read(chats.get, ChatId(person.id))
        here = known or Chat(
            id=ChatId(person.id),
            kind=ChatKind.PRIVATE,
            language=choose(person.language_code, self.context.language),
            time_zone=self.context.time_zone,
        )
        ask = Ask(
            chat=here,
            here=here,
            language=here.language,
            person_id=person.id,
            text=query.query,
            button=("inline", query.offset or "0"),
        )
        await answer_inline(query, await inline(ask, self.context))

    async def on_membership(self, change: ChatMemberUpdated, turn: UpdateTurn) -> None:
        """Follow being let in, blocked, expelled; greet a group that took us in."""
        new = await follow_membership(change, self.context)
        if new is not None:
            ask = Ask(chat=new.chat, here=new.here, language=new.here.language)
            await self.run(start.start, ask, Where(self.bot, new.here.id, turn=turn))
        await self.lead_to_channel(change, turn)

    async def lead_to_channel(self, change: ChatMemberUpdated, turn: UpdateTurn) -> None:
        """Tell who made us a channel's admin, in their private chat, how to go on."""
        channel, person = change.chat, change.from_user
        if channel.type != ChatType.CHANNEL or not arrived(change):
            return
        chat = await self.context.db.read(chats.get, ChatId(person.id))
        if chat is None or not chat.active:
            return  # a bot may not begin a conversation
        name = f"@{channel.username}" if channel.username else str(channel.id)
        text = translate_html(
            chat.language, "channel.added", title=tidy(channel.title or name, 80), name=name
        )
        await self.say_or_drop(Say((Said(text),)), Where(self.bot, chat.id, turn=turn))

    # --- running ---------------------------------------------------------------------------

    async def run(
        self,
        handler: Callable[[Ask, Context], Awaitable[Reply]],
        ask: Ask,
        where: Where,
        *,
        own: bool = False,
    ) -> Reply:
        """Run a command and say its reply, its wrong request, or that it failed; return it.

        ``own`` is as in the tables: what is answered for a channel names it. What was done before
        a crash is not done again: what was to be said of it is said.
        """
        turn = where.turn
        if turn.update.reply is not None:
            reply = replies.read(turn.update.reply)
        elif turn.update.changed:
            reply = refusal(ask, "late.interrupted")
        else:
            reply = await self.carried_out(handler, ask, where, own=own)
            await turn.decide(reply)
        is_shown_in_place = isinstance(reply, Edit | EditButton) and where.pressed is not None
        if isinstance(reply, Working) or is_shown_in_place:
            # An edit whose turn has not come: the next press is taken meanwhile, shown instead.
            turn.work = self.finish(reply, ask, where)
        else:
            await self.say_or_drop(reply, where)
        return reply

    async def carried_out(
        self,
        handler: Callable[[Ask, Context], Awaitable[Reply]],
        ask: Ask,
        where: Where,
        *,
        own: bool,
    ) -> Reply:
        """Run a command; return what is to be said. Raises TelegramError where nobody heard us."""
        try:
            reply = await self.answered(handler, ask, where.turn.context, own=own)
        except Exception as error:
            if isinstance(error, TelegramError) and is_unsent(error, where.turn.update):
                raise
            reply = await self.failed(ask, error, where, pressed=where.query is not None)
        if isinstance(reply, Say) and ask.here.kind is not ChatKind.PRIVATE:
            reply = answerable(reply, where.query.from_user if where.query else None, ask.language)
        return reply

    async def answered(
        self,
        handler: Callable[[Ask, Context], Awaitable[Reply]],
        ask: Ask,
        context: Context,
        *,
        own: bool,
    ) -> Reply:
        """Run a command; one for a channel only if who asks is an admin of it still."""
        if not own or ask.chat.id == ask.here.id:
            return await handler(ask, context)
        if (refused := await unmanaged(ask.chat, ask, context)) is not None:
            return refused
        return for_channel(await handler(ask, context), ask.chat, ask.language)

    async def finish(self, reply: Reply, ask: Ask, where: Where) -> bool:
        """Carry out long work, whose failures come with its end; False where nobody heard it."""
        try:
            await self.say_or_drop(reply, where)
        except Exception as error:  # noqa: BLE001 - as in run
            answer = await self.failed(ask, error, where, pressed=False)
            if isinstance(answer, Say) and where.progress is not None:
                where.pressed = where.progress  # what was to become the result becomes this
                answer = Edit(answer.messages[0])
            await self.say_or_drop(answer, where)
        return not where.turn.unsent

    async def failed(self, ask: Ask, error: Exception, where: Where, *, pressed: bool) -> Reply:
        """Turn a failure into what the person is told."""
        if isinstance(error, StorageError):
            where.turn.ends("unkept", sentence(error, "en"))
            return refusal(ask, "error.storage")
        if isinstance(error, NewsError):
            return wrong(ask, error, pressed=pressed)
        where.turn.ends("broke", type(error).__name__)
        await self.tell_admins(error)
        return refusal(ask, "error.bug")

    async def tell_admins(self, error: Exception) -> None:
        """Log a bug of ours whole and let the admins know of it."""
        context = self.context
        await failures.tell_admins(context.db, context.admin_ids, error, context.clock())

    async def say_or_drop(self, reply: Reply, where: Where) -> None:
        """Say a reply; a chat that does not take it is noted, not fought with."""
        try:
            await deliver(reply, where, self.context)
        except Forbidden as error:
            await self.context.db.write(
                settle.gone, ChatId(where.chat_id), error.message, self.context.clock()
            )
            where.turn.ends("gone", error.message)
        except BadRequest as error:
            where.turn.ends("refused", error.message)
        except TelegramError as error:
            where.turn.unsent = is_unsent(error, where.turn.update)
            where.turn.ends("unsent", str(error))

    async def broke(self, error: Exception, update: Update, turn: UpdateTurn) -> None:
        """Log what nobody expected, whole, and tell the admins in a line.

        What fails before a command runs ends here: the person is still told when our own
        memory is what failed. What became of a chat is followed when it works again.
        """
        if isinstance(error, TelegramError):
            turn.unsent = is_unsent(error, turn.update)
            turn.ends("unsent" if turn.unsent else "refused", str(error))
        elif not isinstance(error, StorageError):
            turn.ends("broke", type(error).__name__)
            await self.tell_admins(error)
        elif is_lasting(update.to_dict()):
            turn.unsent = True
            turn.ends("unkept", sentence(error, "en"))
        else:
            turn.ends("unkept", sentence(error, "en"))
            where = self.where(update, turn)
            if where is not None and where.chat_id > 0:
                where.query = update.callback_query
                language = await self.language(update)
                text = translate_html(language, "error.storage")
                await self.say_or_drop(Say((Said(text),)), where)


async def noted(work: Work, note: Callable[[], None]) -> bool:
    """Do long work, and note its end."""
    is_heard = await work
    note()
    return is_heard


def kind_of(update: Update) -> str:
    """Name in the log what an update brings, before anybody knows which command it is."""
    if update.callback_query is not None:
        return "press"
    if update.inline_query is not None:
        return "inline"
    return "words" if update.message is not None else "chat"


def for_channel(reply: Reply, channel: Chat, language: str) -> Reply:
    """Say above an answer for which channel it was given, where the answer itself does not."""
    named = escape(tidy(channel.title, 80))
    head = translate_html(language, "channel.for", title=named)

    def headed(message: Said) -> Said:
        whole = joined((head, message.html), "\n\n")
        if named in message.html or measure(whole) > MOST_UNITS:
            return message
        return replace(message, html=whole)

    match reply:
        case Say(messages) if messages:
            return Say((headed(messages[0]), *messages[1:]))
        case Edit(message, toast):
            return Edit(headed(message), toast)
        case _:
            return reply


def answerable(reply: Say, presser: User | None, language: str) -> Say:
    """Let a question in a group be answered: privacy mode hides from us all but replies.

    Telegram opens an answer by itself only for whom the question replies to or mentions: whoever
    pressed a button wrote nothing to reply to, and is mentioned.
    """
    hint = translate_html(language, "group.reply")
    if presser is not None:
        who = mention(presser.first_name or str(presser.id), presser.id)
        hint = translate_html(language, "group.reply_who", who=who)
    return Say(
        tuple(
            replace(message, html=joined((message.html, hint), "\n\n"))
            if message.asks
            else message
            for message in reply.messages
        )
    )


def _changes(question: str) -> bool:
    """Tell whether the answer to a question changes something, as its command does.

    Who was asked as an admin of a group may be one no more.
    """
    command = _COMMANDS.get(question)
    return command is None or command.changes


def asked_privately(name: str, rest: str) -> tuple[str, str]:
    """Read ``/start c_channel``, the way here from a group, as /channel.

    Anybody writes such links: only what asks first, or shows, is run by one.
    """
    wanted = _COMMANDS.get(rest.removeprefix("c_")) if rest.startswith("c_") else None
    led = name == "start" and wanted is not None and wanted.private
    return (rest.removeprefix("c_"), "") if led else (name, rest)


def private_only(ask: Ask, name: str, context: Context) -> Reply:
    """Say that a command is for the private chat, and lead there."""
    button = Button(
        translate(ask.language, "button.ask_privately"),
        url=f"https://t.me/{context.bot_username}?start=c_{name}",
    )
    text = translate_html(ask.language, "refused.private_only")
    return Say((Said(text, ((button,),) if context.bot_username else ()),))


def refusal(ask: Ask, key: str) -> Reply:
    """Say one fixed sentence."""
    return Say((Said(translate_html(ask.language, key)),))


def wrong(ask: Ask, error: NewsError, *, pressed: bool) -> Reply:
    """Say a wrong request's sentence: under a press as a box, where it is short enough.

    What the person typed comes back in it, and must not turn the sentence around.
    """
    shown = {
        name: tidy(value) if isinstance(value, str) else value
        for name, value in error.values.items()
    }
    error = NewsError(error.text_key, **shown)
    text = sentence(error, ask.language)
    if pressed and len(text) <= MOST_BOX:
        return Toast(text, box=True)
    key, values = said(error)
    return Say((Said(translate_html(ask.language, key, **values)),))


def by_a_bot(message: TelegramMessage) -> bool:
    """Tell whether a bot wrote it. Anonymous admins come as a bot in the group's name."""
    person = message.from_user
    return person is not None and person.is_bot and message.sender_chat is None


def is_unsent(error: TelegramError, update: WaitingUpdate) -> bool:
    """Tell whether Telegram did not do what it was asked, as far as we know, and may do it later.

    An answer whose own answer is lost was perhaps heard: it is told again a few times, so that
    nobody waits for nothing.
    """
    if isinstance(error, RetryAfter | InvalidToken):
        return True
    if not lost_on_its_way(error):
        return False
    update.lost += is_unknown(error)
    return update.lost <= MOST_LOST


def where_of(message: TelegramMessage, bot: Bot, turn: UpdateTurn) -> Where:
    """Return where a message is answered: in groups as a reply, so that it is clear to whom."""
    private = message.chat.type == ChatType.PRIVATE
    return Where(
        bot,
        message.chat.id,
        thread_of(message) or None,
        answers=None if private else message.message_id,
        turn=turn,
    )
