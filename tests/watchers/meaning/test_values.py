"""Vectors of texts: what is sent, what may come back, how near two are."""

import math
import random

import pytest

from watchers.meaning.models import is_fitted, prefix_of
from watchers.meaning.service import vectors_in
from watchers.meaning.values import MeaningError, checked, text_of
from watchers.services import ServiceError, openai_endpoint, said_in
from watchers.stories.meaning import (
    CosineWeight,
    MeaningSettings,
    Scale,
    cosine,
    fitted_meaning,
    quantised,
    vector,
)

SETTINGS = MeaningSettings(-2.5, 1.5, *[CosineWeight(0.85, 0.01, 20.0)] * 3, 0.86, 0.03)


@pytest.mark.parametrize(
    ("answer", "texts", "dimensions"),
    [
        (None, 1, None),
        ({}, 1, None),
        ([], 1, None),
        ([[1.0, 2.0]], 2, None),
        ([[1.0, 2.0], [1.0, 2.0]], 1, None),
        ([[1.0]], 1, None),
        ([[]], 1, None),
        ([1.0], 1, None),
        (["AACAPw=="], 1, None),
        ([[1.0, None]], 1, None),
        ([[1.0, "2"]], 1, None),
        ([[1.0, True]], 1, None),
        ([[1.0, math.nan]], 1, None),
        ([[1.0, math.inf]], 1, None),
        ([[1.0, 10**400]], 1, None),
        ([[0.0, 0.0]], 1, None),
        ([[1.0, 2.0], [1.0, 2.0, 3.0]], 2, None),
        ([[1.0, 2.0, 3.0]], 1, 2),
        ([[0.5] * 10_000], 1, None),
    ],
    ids=lambda value: str(value)[:40],
)
def test_what_is_no_vector_for_each_text_is_refused(answer, texts, dimensions) -> None:
    with pytest.raises(MeaningError):
        checked(answer, texts, dimensions)


def test_vectors_are_kept_a_byte_a_dimension() -> None:
    assert [b"\x40\x7f", b"\x81\x00"] == checked([[0.5, 1], [-1e-30, 0.0]], 2, None)


def test_rounding_hardly_turns_a_vector() -> None:
    chance = random.Random(7)
    for _ in range(50):
        one, other = ([chance.gauss(0.3, 1) for _ in range(384)] for _ in range(2))
        exact = math.sumprod(one, other) if hasattr(math, "sumprod") else sum(
            a * b for a, b in zip(one, other, strict=True)
        )  # fmt: skip
        exact /= math.hypot(*one) * math.hypot(*other)
        near = cosine(vector(quantised(one)), vector(quantised(other)))
        assert near == pytest.approx(exact, abs=0.002)


def test_vectors_of_two_kinds_are_not_compared() -> None:
    assert cosine(vector(b"\x01\x02"), vector(b"\x01\x02\x03")) is None
    assert cosine(vector(b""), vector(b"")) is None
    assert cosine(vector(b"\x00\x00"), vector(b"\x01\x02")) is None


@pytest.mark.parametrize(
    ("title", "summary", "text"),
    [
        (" A headline\0here ", "", "A headline here"),
        ("", "Only a text", "Only a text"),
        ("Short", "and what follows it", "Short\nand what follows it"),
        ("x" * 100, "no room for a lead", "x" * 100),
        ("x" * 999, "y" * 999, "x" * 200),
        ("x" * 19, "y" * 999, "x" * 19 + "\n" + "y" * 100),
        ("", "", ""),
    ],
)
def test_a_headline_is_sent_and_a_short_one_filled_up(title, summary, text) -> None:
    assert text == text_of(title, summary)


@pytest.mark.parametrize(
    ("model", "prefix", "fitted"),
    [
        ("multilingual-e5-small", "query: ", True),
        ("intfloat/Multilingual-E5-Small", "query: ", True),
        ("multilingual-e5-large", "query: ", False),
        ("e5-query", "", False),
        ("bge-m3", "", False),
        ("builtin", "", True),
    ],
)
def test_a_model_is_known_by_its_name(model, prefix, fitted) -> None:
    assert (prefix, fitted) == (prefix_of(model), is_fitted(model))


@pytest.mark.parametrize(
    ("base", "whole"),
    [
        ("http://127.0.0.1:11434", "http://127.0.0.1:11434/v1/embeddings"),
        ("http://127.0.0.1:11434/", "http://127.0.0.1:11434/v1/embeddings"),
        ("https://api.example/v1", "https://api.example/v1/embeddings"),
        ("https://api.example/v1/embeddings", "https://api.example/v1/embeddings"),
        ("https://api.example/of/v2?x=1", "https://api.example/of/v2/embeddings?x=1"),
        ("https://api.example/of", "https://api.example/of/v1/embeddings"),
    ],
)
def test_a_base_address_is_completed(base, whole) -> None:
    assert whole == openai_endpoint(base, "embeddings")


def test_vectors_come_in_the_order_of_their_indexes() -> None:
    body = b'{"data": [{"index": 1, "embedding": [1]}, {"index": 0, "embedding": [0]}]}'
    assert [[0], [1]] == vectors_in(said_in(body))
    assert [[1], [0]] == vectors_in(said_in(b'{"data": [{"embedding": [1]}, {"embedding": [0]}]}'))


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>",
        b"\xff\xfe",
        b"[]",
        b'{"data": 1}',
        b'{"error": "no"}',
        b'{"data": [1]}',
        b'{"data": [{"index": 0}]}',
        b'{"data": [{"index": 5, "embedding": [1]}]}',
        b'{"data": [{"index": 0, "embedding": [1]}, {"index": 0, "embedding": [1]}]}',
        b'{"data": [{"index": [], "embedding": [1]}]}',
        b"[" * 100_000,
    ],
    ids=lambda body: str(body)[:40],
)
def test_an_answer_of_another_form_is_refused(body) -> None:
    with pytest.raises((MeaningError, ServiceError)):
        vectors_in(said_in(body))


def test_more_of_odds_or_nearness_is_never_less() -> None:
    fitted = fitted_meaning()
    for weighing in (fitted.bare, fitted.told, fitted.across):
        assert 0 <= weighing.by_odds * weighing.by_cosine < 1
        assert weighing.by_cosine > 0
    assert fitted.least < 0 < fitted.most


def test_the_fitted_model_needs_no_scale() -> None:
    assert 0.91 == Scale(SETTINGS, fitted=True).brought(0.91)


def test_another_models_cosines_are_brought_to_the_fitted_ones_when_enough_were_seen() -> None:
    scale = Scale(SETTINGS, fitted=False)
    for number in range(100):
        assert scale.brought(0.5) is None
        scale.learn(0.4 if number % 2 else 0.6)
    assert scale.brought(0.5) == pytest.approx(0.86)
    assert scale.brought(0.7) == pytest.approx(0.92)


def test_a_model_that_says_the_same_of_all_says_nothing() -> None:
    scale = Scale(SETTINGS, fitted=False)
    for _ in range(200):
        scale.learn(0.5)
    assert scale.brought(0.5) is None
