"""The sandbox's values → JSON objects of the Bot API (pure)."""

from datetime import datetime
from typing import Protocol

from bot.sandbox.telegram.keyboards import markup_json
from bot.sandbox.telegram.model import (
    Bot,
    CallbackQuery,
    ForwardedPost,
    Json,
    Key,
    Member,
    MessageEntity,
    SandboxChat,
    SandboxMessage,
    StoredFile,
    User,
)
from bot.sandbox.telegram.previews import preview_json


class Directory(Protocol):
    """Where names are looked up."""

    users: dict[int, User]
    chats: dict[int, SandboxChat]

    def find(self, key: Key, message_id: int) -> SandboxMessage | None:
        """Look a message up."""


def user_json(user: User) -> Json:
    """Write a User."""
    body: Json = {"id": user.id, "is_bot": user.is_bot, "first_name": user.first_name}
    optional = {
        "last_name": user.last_name,
        "username": user.username,
        "language_code": user.language_code,
    }
    return body | {name: value for name, value in optional.items() if value}


def bot_json(bot: Bot) -> Json:
    """Write the bot's own User as getMe shows it."""
    return user_json(bot.user) | {
        "can_join_groups": True,
        "can_read_all_group_messages": not bot.privacy,
        "supports_inline_queries": bot.inline,
        "can_connect_to_business": False,
        "has_main_web_app": False,
        "has_topics_enabled": False,
        "allows_users_to_create_topics": False,
    }


def chat_json(directory: Directory, chat_id: int) -> Json:
    """Write a Chat; positive ids are people."""
    if chat_id > 0:
        user = directory.users[chat_id]
        body: Json = {"id": user.id, "type": "private", "first_name": user.first_name}
        optional = {"last_name": user.last_name, "username": user.username}
        return body | {name: value for name, value in optional.items() if value}
    chat = directory.chats[chat_id]
    body = {"id": chat.id, "type": chat.kind, "title": chat.title}
    if chat.username:
        body["username"] = chat.username
    if chat.is_forum:
        body["is_forum"] = True
    return body


def entity_json(entity: MessageEntity) -> Json:
    """Write a MessageEntity."""
    body: Json = {"type": entity.type, "offset": entity.offset, "length": entity.length}
    optional = {
        "url": entity.url,
        "language": entity.language,
        "custom_emoji_id": entity.custom_emoji_id,
    }
    return body | {name: value for name, value in optional.items() if value}


def file_json(file: StoredFile) -> Json:
    """Write a Document."""
    return {
        "file_id": file.id,
        "file_unique_id": file.unique_id,
        "file_name": file.name,
        "mime_type": file.mime,
        "file_size": len(file.content),
    }


def photo_json(file: StoredFile) -> Json:
    """Write one PhotoSize."""
    return {
        "file_id": file.id,
        "file_unique_id": file.unique_id,
        "file_size": len(file.content),
        "width": file.width,
        "height": file.height,
    }


def message_json(directory: Directory, message: SandboxMessage, *, nested: bool = False) -> Json:
    """Write a Message; the message it answers is written one level deep."""
    body: Json = {
        "message_id": message.id,
        "date": int(message.date.timestamp()),
        "chat": chat_json(directory, message.key.chat_id),
    }
    body |= _author(directory, message)
    if message.edited:
        body["edit_date"] = int(message.edited.timestamp())
    if message.thread_id is not None:
        body["message_thread_id"] = message.thread_id
        chat = directory.chats.get(message.key.chat_id)
        if chat is not None and chat.is_forum:
            body["is_topic_message"] = True
    replied = directory.find(message.key, message.reply_to) if message.reply_to else None
    if replied is not None and not nested:
        body["reply_to_message"] = message_json(directory, replied, nested=True)
    body |= _content(message)
    if message.markup is not None and message.markup.kind == "inline":
        body["reply_markup"] = markup_json(message.markup)
    return body


def _author(directory: Directory, message: SandboxMessage) -> Json:
    body: Json = {}
    if message.sender_id is not None:
        body["from"] = user_json(directory.users[message.sender_id])
    if message.sender_chat_id is not None:
        body["sender_chat"] = chat_json(directory, message.sender_chat_id)
    if message.via_bot_id is not None:
        body["via_bot"] = user_json(directory.users[message.via_bot_id])
    return body


def _content(message: SandboxMessage) -> Json:
    body: Json = dict(message.service or {})
    caption = message.has_media
    if message.forwarded is not None:
        body["forward_origin"] = _origin(message.forwarded, message.date)
    if message.text:
        body["caption" if caption else "text"] = message.text
    if message.entities:
        name = "caption_entities" if caption else "entities"
        body[name] = [entity_json(entity) for entity in message.entities]
    if message.photo is not None:
        body["photo"] = [photo_json(message.photo)]
    if message.document is not None:
        body["document"] = file_json(message.document)
    if message.location is not None:
        place = message.location
        body["location"] = {"latitude": place.latitude, "longitude": place.longitude}
    if options := preview_json(message.preview):
        body["link_preview_options"] = options
    return body


def _origin(post: ForwardedPost, sent: datetime) -> Json:
    """Write a MessageOriginChannel."""
    chat: Json = {"id": post.channel_id, "type": "channel", "title": post.title}
    if post.username:
        chat["username"] = post.username
    date = int(sent.timestamp())
    return {"type": "channel", "date": date, "chat": chat, "message_id": post.post_id}


def callback_query_json(directory: Directory, press: CallbackQuery, data: str) -> Json:
    """Write a CallbackQuery; a message gone since is shown as inaccessible (date 0)."""
    message = directory.find(press.key, press.message_id)
    gone = {
        "message_id": press.message_id,
        "date": 0,
        "chat": chat_json(directory, press.key.chat_id),
    }
    return {
        "id": press.id,
        "from": user_json(directory.users[press.person_id]),
        "message": message_json(directory, message) if message else gone,
        "chat_instance": str(abs(hash(press.key)) % 10**18),
        "data": data,
    }


def member_json(directory: Directory, member: Member) -> Json:
    """Write a ChatMember of any status."""
    body: Json = {"status": member.status, "user": user_json(directory.users[member.user_id])}
    match member.status:
        case "creator":
            body["is_anonymous"] = member.anonymous
        case "administrator":
            body |= _rights(member)
        case "kicked":
            body["until_date"] = 0
        case "restricted":
            body |= {"is_member": True, "until_date": 0, "can_send_messages": False}
            body |= dict.fromkeys(_RESTRICTIONS, False)
        case _:
            pass
    return body


_RESTRICTIONS = (
    "can_send_audios",
    "can_send_documents",
    "can_send_photos",
    "can_send_videos",
    "can_send_video_notes",
    "can_send_voice_notes",
    "can_send_polls",
    "can_send_other_messages",
    "can_add_web_page_previews",
    "can_change_info",
    "can_invite_users",
    "can_pin_messages",
    "can_manage_topics",
    "can_edit_tag",
    "can_react_to_messages",
)


def _rights(member: Member) -> Json:
    return {
        "can_be_edited": False,
        "is_anonymous": member.anonymous,
        "can_manage_chat": True,
        "can_delete_messages": True,
        "can_manage_video_chats": False,
        "can_restrict_members": False,
        "can_promote_members": False,
        "can_change_info": False,
        "can_invite_users": True,
        "can_post_stories": False,
        "can_edit_stories": False,
        "can_delete_stories": False,
        "can_post_messages": member.can_post,
        "can_edit_messages": member.can_edit,
        "can_pin_messages": True,
        "can_manage_topics": member.can_manage_topics,
    }
