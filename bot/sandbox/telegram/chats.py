"""Chats and who is in them: groups, channels, topics, blocks, migration; on top of the store."""

from dataclasses import replace

from bot.sandbox.telegram.errors import ApiError, bad_request, migrated
from bot.sandbox.telegram.model import (
    ANONYMOUS_ADMIN_ID,
    ChatKind,
    Dialog,
    Json,
    Key,
    Member,
    SandboxChat,
    SandboxMessage,
    Status,
    StoreEvent,
    Topic,
    User,
)
from bot.sandbox.telegram.store import Store
from bot.sandbox.telegram.wire import chat_json, member_json, user_json

SUPERGROUP_BASE = -1_001_000_000_000


class GroupChats(Store):
    """The store plus what happens to chats and memberships."""

    @property
    def main_bot(self) -> int:
        """The id of the bot that was there first."""
        return next(iter(self.bots))

    def add_person(self, user: User) -> User:
        """Let a person exist."""
        self.users[user.id] = user
        self.notify(StoreEvent("chats"))
        return user

    def create_chat(
        self,
        title: str,
        kind: ChatKind = "group",
        *,
        owner: int,
        members: tuple[int, ...] = (),
        username: str = "",
        forum: bool = False,
    ) -> SandboxChat:
        """Create a group, supergroup or channel owned by `owner`."""
        serial = self.serial()
        chat_id = -4_000_000_000 - serial if kind == "group" else SUPERGROUP_BASE - serial
        people = (Member(owner, "creator"), *(Member(m, "member") for m in members if m != owner))
        chat = SandboxChat(chat_id, kind, title, username, is_forum=forum, members=people)
        self.users.setdefault(
            ANONYMOUS_ADMIN_ID,
            User(ANONYMOUS_ADMIN_ID, "Group", username="GroupAnonymousBot", is_bot=True),
        )
        self.put_chat(chat)
        return chat

    def chat_at(self, chat_id: int) -> SandboxChat:
        """Find a group or channel; raise ApiError 400 when unknown or migrated."""
        chat = self.chats.get(chat_id)
        if chat is None:
            raise bad_request("chat not found")
        if chat.migrated_to is not None:
            raise migrated(chat.migrated_to)
        return chat

    def set_member(self, chat_id: int, member: Member) -> Member | None:
        """Put a membership in place and return the old one."""
        chat = self.chats[chat_id]
        old = chat.member(member.user_id)
        rest = tuple(m for m in chat.members if m.user_id != member.user_id)
        self.put_chat(replace(chat, members=(*rest, member)))
        return old

    # -- the bot in chats

    def add_bot(
        self,
        chat_id: int,
        *,
        by: int | None = None,
        admin: bool = False,
        bot_id: int | None = None,
    ) -> None:
        """Add a bot to a group or channel (channels make it an admin); `by` is a person."""
        chat = self.chats[chat_id]
        as_admin = admin or chat.kind == "channel"
        self.set_bot(chat_id, "administrator" if as_admin else "member", by=by, bot_id=bot_id)
        if chat.kind != "channel":
            body: Json = {"new_chat_members": [user_json(self.users[bot_id or self.main_bot])]}
            self.service(Key(chat_id), body, by)

    def kick_bot(self, chat_id: int, *, by: int | None = None, bot_id: int | None = None) -> None:
        """Throw a bot out."""
        self.set_bot(chat_id, "kicked", by=by, bot_id=bot_id)

    def set_bot(
        self,
        chat_id: int,
        status: Status,
        *,
        by: int | None = None,
        bot_id: int | None = None,
        can_post: bool = True,
        can_edit: bool = True,
        can_manage_topics: bool = False,
    ) -> None:
        """Change a bot's standing in a chat and tell it by `my_chat_member`."""
        who = bot_id or self.main_bot
        new = Member(
            who,
            status,
            can_post=can_post,
            can_edit=can_edit,
            can_manage_topics=can_manage_topics,
        )
        old = self.set_member(chat_id, new) or Member(who, "left")
        actor = by or self._owner(self.chats[chat_id])
        self._tell_membership(chat_id, actor, old, new)

    def set_person(self, chat_id: int, person_id: int, status: Status, *, by: int) -> None:
        """Change a person's standing in a chat; its bots that are admins hear of it."""
        new = Member(person_id, status)
        old = self.set_member(chat_id, new) or Member(person_id, "left")
        body = self._membership(chat_id, by, old, new)
        for member in self.chats[chat_id].members:
            if member.user_id in self.bots and member.is_admin:
                self.queue(member.user_id, "chat_member", body)

    def _owner(self, chat: SandboxChat) -> int:
        return next((m.user_id for m in chat.members if m.status == "creator"), self.main_bot)

    def _tell_membership(self, chat_id: int, actor: int, old: Member, new: Member) -> None:
        self.queue(new.user_id, "my_chat_member", self._membership(chat_id, actor, old, new))

    def _membership(self, chat_id: int, actor: int, old: Member, new: Member) -> Json:
        return {
            "chat": chat_json(self, chat_id),
            "from": user_json(self.users[actor]),
            "date": int(self.clock().timestamp()),
            "old_chat_member": member_json(self, old),
            "new_chat_member": member_json(self, new),
        }

    # -- private chats

    def block(self, person_id: int, bot_id: int | None = None) -> None:
        """Block a bot: its messages get 403 until the person unblocks it."""
        self._turn_dialog(person_id, bot_id or self.main_bot, blocked=True)

    def unblock(self, person_id: int, bot_id: int | None = None) -> None:
        """Unblock a bot."""
        self._turn_dialog(person_id, bot_id or self.main_bot, blocked=False)

    def _turn_dialog(self, person_id: int, bot_id: int, *, blocked: bool) -> None:
        key = Key(person_id, bot_id)
        before = self.dialogs.get(key, Dialog())
        if before.blocked == blocked:
            return
        self.dialogs[key] = replace(before, blocked=blocked)
        inside, outside = Member(bot_id, "member"), Member(bot_id, "kicked")
        old, new = (inside, outside) if blocked else (outside, inside)
        self._tell_membership(person_id, person_id, old, new)
        self.notify(StoreEvent("chats", key, person_id=person_id))

    def deactivate(self, person_id: int) -> None:
        """Delete a person's account."""
        self.users[person_id] = replace(self.users[person_id], deactivated=True)

    # -- topics and migration

    def open_topic(self, chat_id: int, name: str) -> Topic:
        """Open a forum topic."""
        message = self.service(
            Key(chat_id), {"forum_topic_created": {"name": name, "icon_color": 0x6FB9F0}}, None
        )
        topic = Topic(message.id, name)
        chat = self.chats[chat_id]
        self.put_chat(replace(chat, topics=(*chat.topics, topic)))
        return topic

    def close_topic(self, chat_id: int, topic_id: int, *, closed: bool = True) -> None:
        """Close or reopen a topic."""
        chat = self.chats[chat_id]
        topics = tuple(replace(t, closed=closed) if t.id == topic_id else t for t in chat.topics)
        self.put_chat(replace(chat, topics=topics))

    def delete_topic(self, chat_id: int, topic_id: int) -> None:
        """Delete a topic and everything in it."""
        chat = self.chats[chat_id]
        self.put_chat(replace(chat, topics=tuple(t for t in chat.topics if t.id != topic_id)))
        for message in self.messages(chat_id, thread=topic_id):
            self.remove(message)

    def migrate(self, group_id: int) -> int:
        """Upgrade a group to a supergroup; return the new id. Both chats announce it."""
        group = self.chats[group_id]
        new_id = SUPERGROUP_BASE - self.serial()
        self.put_chat(replace(group, id=new_id, kind="supergroup"))
        owner = self._owner(group)
        self.service(Key(group_id), {"migrate_to_chat_id": new_id}, owner)
        self.put_chat(replace(group, migrated_to=new_id))
        self.service(Key(new_id), {"migrate_from_chat_id": group_id}, owner)
        return new_id

    def service(self, key: Key, body: Json, actor: int | None) -> SandboxMessage:
        """Post a service message and tell the bots."""
        message = SandboxMessage(
            self.next_message_id(key),
            key,
            self.clock(),
            actor or self._owner(self.chats[key.chat_id]),
            service=body,
        )
        self.append(message)
        self.queue_message(message)
        return message

    # -- reading

    def messages(self, chat_id: int, *, thread: int | None = None) -> tuple[SandboxMessage, ...]:
        """Everything in a chat, oldest first; a person's id means the chat with the main bot."""
        key = Key(chat_id, self.main_bot) if chat_id > 0 else Key(chat_id)
        found = tuple(self.talks.get(key, {}).values())
        return found if thread is None else tuple(m for m in found if m.thread_id == thread)

    def may_write(self, bot_id: int, key: Key) -> None:
        """Raise the ApiError Telegram gives when this bot may not write here."""
        if key.bot_id:
            self._may_write_to_person(bot_id, key)
        else:
            self._may_write_to_chat(bot_id, self.chat_at(key.chat_id))

    def _may_write_to_person(self, bot_id: int, key: Key) -> None:
        person = self.users[key.chat_id]
        dialog = self.dialogs.get(key, Dialog())
        if person.is_bot:
            raise ApiError(403, "Forbidden: bots can't send messages to bots")
        if person.deactivated:
            raise ApiError(403, "Forbidden: user is deactivated")
        if dialog.blocked:
            raise ApiError(403, "Forbidden: bot was blocked by the user")
        if dialog.started:
            return
        if any(c.member(bot_id) and c.member(person.id) for c in self.chats.values()):
            raise ApiError(403, "Forbidden: bot can't initiate conversation with a user")
        raise bad_request("chat not found")

    def _may_write_to_chat(self, bot_id: int, chat: SandboxChat) -> None:
        member = chat.member(bot_id)
        if member is None and not chat.username:
            raise bad_request("chat not found")
        if member is None or member.status == "left":
            raise ApiError(403, f"Forbidden: bot is not a member of the {chat.kind} chat")
        if member.status == "kicked":
            raise ApiError(403, f"Forbidden: bot was kicked from the {chat.kind} chat")
        if chat.kind == "channel" and not (member.is_admin and member.can_post):
            raise bad_request("need administrator rights in the channel chat")
        if member.status == "restricted" or (chat.write_forbidden and not member.is_admin):
            raise bad_request("not enough rights to send text messages to the chat")
