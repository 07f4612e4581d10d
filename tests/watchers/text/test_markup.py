import time

import pytest

from watchers.text import markup

TITLES = {
    "plain": ("Курс тенге вырос", "Курс тенге вырос"),
    "escaped twice": ("«Самрук» &amp;amp; &amp;quot;Эйр&amp;quot;", '«Самрук» & "Эйр"'),
    "entities": ("Нефть &laquo;Брент&raquo; &#8212; 80", "Нефть «Брент» — 80"),
    "tags": ("<b>Срочно:</b> землетрясение", "Срочно: землетрясение"),
    "escaped tags": ("&lt;b&gt;Срочно&lt;/b&gt;: снег", "Срочно: снег"),
    "script": ("Курс<script>alert(1)</script> валют", "Курс валют"),
    "less than": ("Инфляция < 10% впервые", "Инфляция < 10% впервые"),
    "heart": ("Мы <3 Алматы", "Мы <3 Алматы"),
    "line breaks": ("Курс\n   валют\t сегодня", "Курс валют сегодня"),
    "soft hyphen": ("пра\xadви\xadтель\xadство", "правительство"),
    "bidi override": ("курс \u202eтюлав\u202c", "курс тюлав"),
    "zero width": ("кур\u200bс", "курс"),
    "cdata left over": ("<![CDATA[Курс валют]]>", "Курс валют"),
    "nothing but tags": ("<br/><img src=x>", ""),
    "letters in bold": ("К<b>азах</b>стан", "Казахстан"),
    "a first letter": ("<span class='first'>Ж</span>етысу", "Жетысу"),
    "escaped letters": ("Қ&lt;i&gt;аза&lt;/i&gt;қстан", "Қазақстан"),
    "higher and lower": ("CO<sub>2</sub>, 20 м<sup>2</sup>", "CO2, 20 м2"),
    "a link in a word": ("<a href='/x'>Ал</a>маты", "Алматы"),
    "a place to break": ("авиа<wbr>катастрофа", "авиакатастрофа"),
    "a comment in a word": ("Таш<!-- x -->кент", "Ташкент"),
    "paragraphs": ("<p>Снег</p><p>Дождь</p>", "Снег Дождь"),
    "a break": ("Снег<BR/>Дождь", "Снег Дождь"),
    "items": ("<li>Снег</li><li>Дождь</li>", "Снег Дождь"),
    "cells": ("<td>Снег</td><td>Дождь</td>", "Снег Дождь"),
    "a picture between": ("Снег<img src=x>дождь", "Снег дождь"),
    "a doctype": ("<!DOCTYPE html><html><body>Снег</body></html>", "Снег"),
    "a declaration": ("<?xml version='1.0'?>Снег", "Снег"),
    "for one browser": ("<![if !IE]>Снег<![endif]>", "Снег"),
    "cdata escaped": ("&lt;![CDATA[Снег]]&gt;", "Снег"),
    "a script that closes itself": ("Снег <script src='x'/> идёт", "Снег идёт"),
    "no tag": ("Роман «<Абай>» и a<b", "Роман «<Абай>» и a<b"),
}  # fmt: skip


@pytest.mark.parametrize(("raw", "expected"), TITLES.values(), ids=TITLES)
def test_a_title_is_one_line_of_plain_text(raw: str, expected: str) -> None:
    assert expected == markup.title(raw)


TEXTS = {
    "paragraphs": ("<p>Раз</p><p>Два <b>три</b></p>", "Раз\nДва три"),
    "breaks": ("Раз<br>Два<br/>Три", "Раз\nДва\nТри"),
    "inline": ("сло<b>во</b>", "слово"),
    "source line breaks": ("<p>Раз\nдва</p>", "Раз два"),
    "entities": ("<p>5&nbsp;% &mdash; много</p>", "5 % — много"),
    "less than": ("<p>Рост < 10 % за год</p>", "Рост < 10 % за год"),
    "escaped once more": ("&lt;p&gt;Раз&lt;/p&gt;", "Раз"),
    "scripts": ("<p>Раз</p><script>x()</script><style>p{}</style>", "Раз"),
    "plain": ("Раз & два", "Раз & два"),
    "unclosed": ("<p>Раз<div>Два", "Раз\nДва"),
    "lists": ("<ul><li>а</li><li>б</li></ul>", "а\nб"),
    "empty": ("", ""),
    "cdata escaped": ("&lt;![CDATA[Снег]]&gt;", "Снег"),
    "cdata within cdata": ("<![CDATA[Снег > дождя]]>", "Снег > дождя"),
    "cdata with markup": ("<![CDATA[<p>Снег</p>]]>", "Снег"),
    "an end of cdata left over": ("Снег]]>", "Снег"),
    "cdata without its end": ("<![CDATA[Снег", "Снег"),
    "a frame that closes itself": ("Река <iframe src='x'/> вышла", "Река вышла"),
    "a script that closes itself": ("Река <script src=x /> вышла <script>a()</script>", "Река вышла"),
    "an object that closes itself": ('Река <OBJECT data="a > b"\n/> вышла', "Река вышла"),
    "a text area that closes itself": ("Река <textarea/> <b>вышла</b>", "Река вышла"),
    "a frame closed twice": ("Река <iframe src='x'/></iframe> вышла", "Река вышла"),
    "a slash of the address": ("Река <script src=https://x/>a()</script> вышла", "Река вышла"),
    "a script's slash": ("Река <script>a = '<br/>'</script> вышла", "Река вышла"),
    "an object with what it holds": ("Река <object><param/>нет</object> вышла", "Река вышла"),
}  # fmt: skip


@pytest.mark.parametrize(("fragment", "expected"), TEXTS.values(), ids=TEXTS)
def test_a_summary_is_text_in_lines(fragment: str, expected: str) -> None:
    assert expected == markup.plain(fragment)


@pytest.mark.parametrize(
    "hostile",
    ["<div>", "<", "<!--", "<script>", "&lt;", "<a ", "&amp;amp;", "<b", "]]>", "\u202e"],
)
def test_hostile_markup_costs_little(hostile: str) -> None:
    """A bound far above what is needed and far below what anything super-linear would take."""
    started = time.process_time()
    markup.plain(hostile * 300_000)
    markup.title(hostile * 300_000)
    assert time.process_time() - started < 10


def test_long_texts_are_cut_at_a_word() -> None:
    told = markup.title("слово " * 200)
    assert (True, True, True) == (
        len(told) <= markup.LONGEST_TITLE,
        told.endswith("…"),
        "слово…" in told,
    )


def test_a_headline_is_made_of_a_texts_first_sentence() -> None:
    text = "Дорога открыта. " + "Подробности известны не все. " * 20
    assert markup.first_sentence(text).startswith("Дорога открыта.")
    assert len(markup.first_sentence(text)) <= 160
