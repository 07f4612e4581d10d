"""SteppeWire's bot: how stories become messages and how people talk to us; also the root."""
