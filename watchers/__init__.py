"""How the world becomes stories: look, fetch, read, clean, recognise, decide, match."""
