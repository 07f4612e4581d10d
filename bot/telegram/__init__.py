"""Telegram's side of the chat: updates in, replies out, menus, limits.

With ``bot.delivery`` and ``bot.connection`` the only importer of python-telegram-bot.
"""
