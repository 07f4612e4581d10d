"""Tests of official rates: formats, judging, pairs, thresholds, polling."""
