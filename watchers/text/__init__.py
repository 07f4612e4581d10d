"""Texts of the outside world made comparable: addresses, markup, times, words, languages."""
