"""Meaning, when in doubt: texts to vectors, by a service or a process of our own; off by default.

Asked only of pairs that words, names and figures leave in doubt. Whatever it fails at, the doubt
stays as it was.
"""
