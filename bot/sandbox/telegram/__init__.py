"""What the sandboxed Telegram knows and the rules it keeps: chats, messages, limits."""
