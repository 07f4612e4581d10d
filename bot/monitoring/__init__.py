"""How we are: measured, told to whoever watches, and mended where a part hangs."""
