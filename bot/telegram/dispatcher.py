"""Whose update is it: finds the command, button or answer, runs it, tells failures."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import structlog
from telegram import Bot, CallbackQuery, ChatMemberUpdated, Update, User
from telegram import Message as TelegramMessage
from telegram.constants import ChatType
from telegram.error import BadRequest, Forbidden, TelegramError
from telegram.ext import (
    Application,
    ApplicationHandlerStop,
    BaseHandler,
    CallbackQueryHandler,
    ChatMemberHandler,
    ContextTypes,
    InlineQueryHandler,
    MessageHandler,
    TypeHandler,
    filters,
)

from bot import failures
from bot.commands import BUTTONS, COMMANDS, adding, answering, inline, plain_text, start, unknown
from bot.commands.channel import unmanaged
from bot.commands.plain_text import take_back
from bot.context import Audience, Context
from bot.conversation import Ask, Button, Edit, EditButton, Reply, Say, Toast, Working
from bot.conversation import Message as Said
from bot.render.markup import escape, joined, measure, mention, tidy, translate_html
from bot.telegram.incoming import (
    ask_of_message,
    ask_of_press,
    command_of,
    manages,
    press_of,
    see_sender,
    thread_of,
)
from bot.telegram.membership import (
    arrived,
    follow_membership,
    follow_migration,
    follow_rights,
)
from bot.telegram.ordering import ChatOrder
from bot.telegram.outgoing import Where, answer_inline, deliver
from bot.texts import choose, said, sentence, translate
from storage import chats, dialogs
from storage.errors import NewsError, StorageError
from storage.model import Chat, ChatId, ChatKind
from storage.outbox import settle

__all__ = ["ALLOWED_UPDATES", "ChatOrder", "Dispatcher"]

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

_COMMANDS = {command.name: command for command in COMMANDS}
_BUTTONS = {press.verb: press for press in BUTTONS}


class Dispatcher:
    """Gives each update to the command, button or answer it is for. ``attach`` registers it."""

    def __init__(self, context: Context) -> None:
        """Keep the context that commands are given."""
        self.context = context
        self.background: set[asyncio.Task[None]] = set()
        self.answers: dict[tuple[int, int | None, str], datetime] = {}
        """When a group was given a button's answer as a message of its own, lately."""

    def handlers(self) -> list[BaseHandler[Any, Any, Any]]:
        """Return every handler, in the order in which they are asked."""
        message = filters.UpdateType.MESSAGE
        return [
            MessageHandler(message & filters.StatusUpdate.MIGRATE, self.on_migration),
            MessageHandler(message & ~filters.StatusUpdate.ALL, self.on_message),
            CallbackQueryHandler(self.on_press),
            InlineQueryHandler(self.on_inline),
            ChatMemberHandler(self.on_membership, ChatMemberHandler.MY_CHAT_MEMBER),
            ChatMemberHandler(self.on_rights, ChatMemberHandler.CHAT_MEMBER),
        ]

    def attach(self, application: Application[Any, Any, Any, Any, Any, Any]) -> None:
        """Register everything with an application."""
        application.add_handler(TypeHandler(Update, self.once), group=-1)
        application.add_handlers(self.handlers())
        application.add_error_handler(self.on_error)

    async def close(self, timeout_s: float = 2.0) -> None:
        """Stop long work under way; what it wrote so far stays."""
        for task in self.background:
            task.cancel()
        if self.background:
            await asyncio.wait(self.background, timeout=timeout_s)

    # --- updates ---------------------------------------------------------------------------

    async def once(self, update: Update, telegram_context: ContextTypes.DEFAULT_TYPE) -> None:
        """Let an update pass that was not answered yet: Telegram repeats itself."""
        fresh = await self.context.db.write(
            dialogs.take_update, telegram_context.bot.id, update.update_id, self.context.clock()
        )
        if not fresh:
            log.info("update repeated", update_id=update.update_id)
            raise ApplicationHandlerStop

    async def on_message(
        self, update: Update, telegram_context: ContextTypes.DEFAULT_TYPE
    ) -> None:
        """Answer a message: a command, an answer to our question, or plain words."""
        message = update.effective_message
        if message is None or by_a_bot(message):
            return
        text = message.text or message.caption or ""
        command = command_of(text, self.context.bot_username) if text.startswith("/") else None
        if text.startswith("/") and command is None:
            if message.chat.type != ChatType.PRIVATE:
                return  # another bot's
            command = ("", text)
        found = await see_sender(self.context, message.chat, message.from_user)
        ask = ask_of_message(message, found, self.context)
        where = where_of(message, telegram_context.bot)
        if adding.offers_channel(ask):
            # A post's words are its channel's: no command, and no answer to what we asked.
            await self.context.db.write(
                dialogs.answered, ask.here.id, ask.person_id, self.context.clock()
            )
            await self.run(adding.forwarded, ask, where)
        elif command is not None:
            await self.on_command(command, ask, message, where)
        else:
            await self.on_plain(ask, message, where)

    async def on_command(
        self, command: tuple[str, str], ask: Ask, message: TelegramMessage, where: Where
    ) -> None:
        """Run a command; what one may not use is answered like what does not exist."""
        name, rest = asked_privately(*command)
        ask = replace(ask, command=name, text=rest)
        await self.context.db.write(
            dialogs.answered, ask.here.id, ask.person_id, self.context.clock()
        )  # a command ends our waiting for an answer
        found = _COMMANDS.get(name)
        if found is None or (found.audience is Audience.ADMINS and not ask.is_admin):
            await self.run(unknown, ask, where)
            return
        if found.private and ask.here.kind is not ChatKind.PRIVATE:
            await deliver(private_only(ask, name, self.context), where, self.context)
            return
        if found.changes and not await manages(
            where.bot, message.chat, message.from_user, message.sender_chat
        ):
            await deliver(refusal(ask, "refused.chat_admins"), where, self.context)
            return
        await self.run(found.handler, ask, where, own=found.own)

    async def on_plain(self, ask: Ask, message: TelegramMessage, where: Where) -> None:
        """Take a plain message as the answer we wait for; in private also as a search."""
        question = await self.context.db.write(
            dialogs.answered, ask.here.id, ask.person_id, self.context.clock()
        )
        words = tuple(question.split(":")) if question else ()
        handler = answering(words, ask.text)
        ends_it = handler is take_back
        command = _COMMANDS.get(words[0]) if words else None
        if command is not None and command.audience is Audience.ADMINS and not ask.is_admin:
            handler = None  # an admin no more
        if handler is not None and not ends_it and _changes(words[0]) and not await manages(
            where.bot, message.chat, message.from_user, message.sender_chat
        ):  # fmt: skip
            await deliver(refusal(ask, "refused.chat_admins"), where, self.context)
        elif handler is not None:
            own = command is None or command.own
            await self.run(handler, replace(ask, button=words), where, own=own)
        elif message.chat.type == ChatType.PRIVATE:
            await self.run(plain_text, ask, where)

    async def on_press(self, update: Update, telegram_context: ContextTypes.DEFAULT_TYPE) -> None:
        """Answer a press; forged, stale and others' buttons do no harm."""
        query = update.callback_query
        if query is None:
            return
        message = query.message
        where = Where(telegram_context.bot, query.from_user.id, query=query)
        if message is None or message.chat.type == ChatType.CHANNEL:
            await self.lead_into_private(query)
            return
        where.chat_id, where.pressed = message.chat.id, message.message_id
        if isinstance(message, TelegramMessage):
            where.thread_id = thread_of(message) or None
        found = await see_sender(self.context, message.chat, query.from_user)
        ask = ask_of_press(query, found, self.context)
        await self.context.db.write(
            dialogs.answered, ask.here.id, ask.person_id, self.context.clock()
        )  # so does a press: what is typed next is no answer to what was asked before
        press = _BUTTONS.get(ask.word(0))
        if press is None or (press.audience is Audience.ADMINS and not ask.is_admin):
            await deliver(Toast(translate(ask.language, "button.old")), where, self.context)
        elif not press.changes and self.just_answered(where, query.data or ""):
            await deliver(Toast(translate(ask.language, "button.just_above")), where, self.context)
        elif press.changes and not await manages(where.bot, message.chat, query.from_user, None):
            await deliver(
                Toast(translate(ask.language, "refused.chat_admins"), box=True),
                where,
                self.context,
            )
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

    async def on_inline(self, update: Update, telegram_context: ContextTypes.DEFAULT_TYPE) -> None:
        """Answer ``@bot words`` typed in any chat."""
        del telegram_context
        query = update.inline_query
        if query is None:
            return
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

    async def on_membership(
        self, update: Update, telegram_context: ContextTypes.DEFAULT_TYPE
    ) -> None:
        """Follow being let in, blocked, expelled; greet a group that took us in."""
        if update.my_chat_member is None:
            return
        new = await follow_membership(update.my_chat_member, self.context)
        if new is not None:
            ask = Ask(chat=new.chat, here=new.here, language=new.here.language)
            await self.run(start.start, ask, Where(telegram_context.bot, new.here.id))
        await self.lead_to_channel(update.my_chat_member, telegram_context.bot)

    async def lead_to_channel(self, change: ChatMemberUpdated, bot: Bot) -> None:
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
        await self.say_or_drop(Say((Said(text),)), Where(bot, chat.id))

    async def on_rights(self, update: Update, telegram_context: ContextTypes.DEFAULT_TYPE) -> None:
        """Follow who became an admin of a chat, and who is one no more."""
        del telegram_context
        if update.chat_member is not None:
            await follow_rights(update.chat_member, self.context)

    async def on_migration(
        self, update: Update, telegram_context: ContextTypes.DEFAULT_TYPE
    ) -> None:
        """Follow a group that became a supergroup."""
        del telegram_context
        if update.effective_message is not None:
            await follow_migration(update.effective_message, self.context)

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

        ``own`` is as in the tables: what is answered for a channel names it.
        """
        try:
            reply = await self.answered(handler, ask, own=own)
        except Exception as error:  # noqa: BLE001 - the door where every failure becomes a sentence
            reply = await self.failed(ask, error, pressed=where.query is not None)
        if isinstance(reply, Say) and ask.here.kind is not ChatKind.PRIVATE:
            reply = answerable(reply, where.query.from_user if where.query else None, ask.language)
        if isinstance(reply, Working | Edit | EditButton):
            # Where its turn has not come, the next press is taken meanwhile, and shown instead.
            self.spawn(self.finish(reply, ask, where))
        else:
            await self.say_or_drop(reply, where)
        return reply

    async def answered(
        self, handler: Callable[[Ask, Context], Awaitable[Reply]], ask: Ask, *, own: bool
    ) -> Reply:
        """Run a command; one for a channel only if who asks is an admin of it still."""
        if not own or ask.chat.id == ask.here.id:
            return await handler(ask, self.context)
        if (refused := await unmanaged(ask.chat, ask, self.context)) is not None:
            return refused
        return for_channel(await handler(ask, self.context), ask.chat, ask.language)

    async def finish(self, reply: Reply, ask: Ask, where: Where) -> None:
        """Carry out long work, whose failures come as late as its end."""
        try:
            await self.say_or_drop(reply, where)
        except Exception as error:  # noqa: BLE001 - as in run
            answer = await self.failed(ask, error, pressed=False)
            if isinstance(answer, Say) and where.progress is not None:
                where.pressed = where.progress  # what was to become the result becomes this
                answer = Edit(answer.messages[0])
            await self.say_or_drop(answer, where)

    async def failed(self, ask: Ask, error: Exception, *, pressed: bool) -> Reply:
        """Turn a failure into what the person is told."""
        if isinstance(error, StorageError):
            log.error("storage failed", exc_info=error)
            return refusal(ask, "error.storage")
        if isinstance(error, NewsError):
            return wrong(ask, error, pressed=pressed)
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
            log.info("chat gone", chat=where.chat_id, why=error.message)
        except BadRequest as error:
            log.warning("reply refused", chat=where.chat_id, error=error.message)
        except TelegramError as error:
            log.warning("reply not sent", chat=where.chat_id, error=str(error))

    def spawn(self, work: Coroutine[Any, Any, None]) -> None:
        """Do long work beside this chat's next messages."""
        task = asyncio.create_task(work)
        self.background.add(task)
        task.add_done_callback(self.background.discard)

    async def on_error(self, update: object, telegram_context: ContextTypes.DEFAULT_TYPE) -> None:
        """Log what nobody expected, whole, and tell the admins in a line.

        What fails before a command runs ends here: the person is still told when our own
        memory is what failed.
        """
        error = telegram_context.error
        if isinstance(error, StorageError) and isinstance(update, Update):
            log.error("storage failed", exc_info=error)
            if update.effective_chat is not None and update.effective_chat.id > 0:
                person = update.effective_user
                language = choose(person.language_code if person else None, self.context.language)
                where = Where(
                    telegram_context.bot, update.effective_chat.id, query=update.callback_query
                )
                await self.say_or_drop(
                    Say((Said(translate_html(language, "error.storage")),)), where
                )
        elif isinstance(error, TelegramError):
            log.warning("telegram failed", error=str(error), exc_info=error)
        elif error is not None:
            await self.tell_admins(error)


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


def where_of(message: TelegramMessage, bot: Bot) -> Where:
    """Return where a message is answered: in groups as a reply, so that it is clear to whom."""
    private = message.chat.type == ChatType.PRIVATE
    return Where(
        bot,
        message.chat.id,
        thread_of(message) or None,
        answers=None if private else message.message_id,
    )
