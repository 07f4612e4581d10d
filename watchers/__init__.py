"""SteppeWire's watchers: how the world becomes stories: look, read, recognise, decide, match."""
