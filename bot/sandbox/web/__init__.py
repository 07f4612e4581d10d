"""The chat page's side: its files, its API, its stream of events."""
