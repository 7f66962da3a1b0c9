"""The documentation's objects, made of ours: User, Chat, ChatFullInfo, Message, WebhookInfo, ChatMember."""

from datetime import datetime

from gateway.chat_sandbox.updates import Webhook
from gateway.chat_sandbox.wire import JsonObject
from gateway.chat_sandbox.world import Bot, Chat, ChatType, Message, Standing, User


def unix(at: datetime) -> int:
    """Seconds, as every date of the Bot API."""
    return int(at.timestamp())


def user_json(user: User) -> JsonObject:
    """A User; what is not known is missing."""
    optional: JsonObject = {
        "last_name": user.last_name,
        "username": user.username,
        "language_code": user.language_code,
    }
    shown: JsonObject = {"id": user.id, "is_bot": user.is_bot, "first_name": user.first_name}
    return shown | {key: value for key, value in optional.items() if value}


def me_json(bot: Bot) -> JsonObject:
    """The User that getMe gives."""
    return user_json(bot.user) | {
        "can_join_groups": True,
        "can_read_all_group_messages": not bot.privacy,
        "supports_inline_queries": False,
        "can_connect_to_business": False,
        "has_main_web_app": False,
    }


def chat_json(chat: Chat) -> JsonObject:
    """A Chat."""
    shown: JsonObject = {"id": chat.id, "type": chat.type.value}
    if chat.type is ChatType.PRIVATE:
        person = user_json(chat.person)
        return shown | {key: person[key] for key in ("first_name", "last_name", "username") if key in person}
    shown["title"] = chat.title
    return shown | ({"is_forum": True} if chat.is_forum else {})


def full_chat_json(chat: Chat) -> JsonObject:
    """A ChatFullInfo, its required fields and what we know."""
    shown = chat_json(chat) | {"accent_color_id": 0, "max_reaction_count": 11}
    gifts = (
        "unlimited_gifts",
        "limited_gifts",
        "unique_gifts",
        "premium_subscription",
        "gifts_from_channels",
    )
    shown["accepted_gift_types"] = dict.fromkeys(gifts, False)
    return shown


def message_json(message: Message) -> JsonObject:
    """A Message; the one it replies to is shown once, without its own."""
    shown = _message_itself(message)
    if message.reply_to is not None:
        shown["reply_to_message"] = _message_itself(message.reply_to)
    return shown


def _message_itself(message: Message) -> JsonObject:
    shown: JsonObject = {
        "message_id": message.id,
        "from": user_json(message.sender),
        "chat": chat_json(message.chat),
        "date": unix(message.at),
    }
    if message.edited is not None:
        shown["edit_date"] = unix(message.edited)
    if message.thread is not None:
        shown |= {"message_thread_id": message.thread, "is_topic_message": True}
    if message.album is not None:
        shown["media_group_id"] = message.album
    if message.markup is not None and "inline_keyboard" in message.markup:
        shown["reply_markup"] = message.markup
    return shown | message.content


def member_json(user: User, standing: Standing) -> JsonObject:
    """A ChatMember."""
    shown: JsonObject = {"user": user_json(user), "status": standing.value}
    if standing is Standing.KICKED:
        shown["until_date"] = 0
    if standing is Standing.ADMINISTRATOR:
        rights = (
            *(
                "can_be_edited",
                "is_anonymous",
                "can_manage_chat",
                "can_delete_messages",
                "can_manage_video_chats",
            ),
            *("can_restrict_members", "can_promote_members", "can_change_info", "can_invite_users"),
            *("can_post_stories", "can_edit_stories", "can_delete_stories"),
        )
        shown |= {right: right in ("can_manage_chat", "can_delete_messages") for right in rights}
    return shown


def webhook_json(webhook: Webhook | None, pending: int, allowed: tuple[str, ...] | None) -> JsonObject:
    """A WebhookInfo; without a webhook its url is empty."""
    shown: JsonObject = {
        "url": webhook.url if webhook else "",
        "has_custom_certificate": False,
        "pending_update_count": pending,
    }
    if allowed is not None:
        shown["allowed_updates"] = list(allowed)
    if webhook is not None:
        shown["max_connections"] = webhook.max_connections
        if webhook.ip_address:
            shown["ip_address"] = webhook.ip_address
        if webhook.last_error_at is not None:
            shown |= {
                "last_error_date": unix(webhook.last_error_at),
                "last_error_message": webhook.last_error,
            }
    return shown
