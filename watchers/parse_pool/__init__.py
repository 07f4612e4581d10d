"""Processes that parse documents, each killable without harm to the others."""
