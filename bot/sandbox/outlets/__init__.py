"""Invented outlets that serve feeds of invented news."""
