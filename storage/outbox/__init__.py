"""The outbox: what is owed to readers, in which order it goes, and what became of it."""
