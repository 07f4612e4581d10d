"""Delivery: the outbox becomes messages."""

from bot.delivery.deliverer import Deliverer

__all__ = ["Deliverer"]
