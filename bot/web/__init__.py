"""The web archive: stories read and searched in a browser, and as JSON; nothing is written."""
