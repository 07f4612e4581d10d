"""How stories become messages and how people talk to us; also the composition root."""
