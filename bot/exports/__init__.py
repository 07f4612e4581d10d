"""Exports: the archive as files of columns, a month each, for programs of analysis."""
