"""The outbox: what is to be sent to readers, in which order it goes, and what became of it."""
