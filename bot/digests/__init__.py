"""Digests: when they come, what they tell, and the shell that makes them."""
