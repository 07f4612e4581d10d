"""Values → Telegram HTML. Pure; every foreign string is escaped here and nowhere else."""
