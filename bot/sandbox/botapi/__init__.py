"""The Bot API over HTTP: the server, its methods, long polling, webhooks, injected faults."""
