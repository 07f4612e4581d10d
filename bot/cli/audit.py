"""``audit``: whether the rows of a database add up, for operators and for long runs."""

import json
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from typing import Any

import click

from bot.cli.common import Refused, as_json, aside, command, now, steps_shown
from bot.settings import Settings
from storage.audit import report as reports
from storage.audit.books import Book
from storage.audit.report import Breach, Report

AT_LEAST = 12
"""Columns of a book's name."""


@click.command()
@as_json
@command
async def audit(settings: Settings, as_json: bool) -> None:  # noqa: FBT001 (a flag)
    """Look whether the database's rows add up, also while the bot runs; nothing is written.

    Says of alerts, digests, lists and edits what became of them, then names each law that does
    not hold, by how many rows, with examples. Exit code 1 where one does not.
    """
    with looking() as progress:
        report = await aside(reports.audit, settings.database_path, now(), progress)
    if as_json:
        for told in rows_of(report):
            click.echo(json.dumps(told, ensure_ascii=False))
    else:
        for line in lines_of(report):
            click.echo(line)
    if not report.adds_up:
        wrong = len(report.breaches) + sum(1 for book in report.books if book.missing)
        raise Refused(f"{wrong} of {report.laws + len(report.books)} do not add up.")


def looking(*, deep: bool = False) -> AbstractContextManager[Callable[[str], None]]:
    """Show how far the audit is, where somebody looks."""
    return steps_shown("auditing", reports.steps(deep=deep))


def lines_of(report: Report) -> Iterator[str]:
    """Say what adds up in a line each, and what does not with numbers and examples."""
    for book in report.books:
        yield line_of(book)
    for breach in report.breaches:
        yield f"WRONG  {breach.law.name}: {breach.rows:,} break the law that {breach.law.says}"
        for example in breach.examples:
            yield "         " + " ".join(f"{name}={value}" for name, value in example.items())
    held = report.laws - len(report.breaches)
    yield f"{held} of {report.laws} laws hold"


def line_of(book: Book) -> str:
    """Write a book as an equation."""
    parts = " + ".join(f"{count:,} {name}" for name, count in book.parts) or "0"
    note = f" ({book.note})" if book.note else ""
    if not book.missing:
        return f"{book.name:<{AT_LEAST}} {book.total:,} = {parts}{note}"
    lost = "in none" if book.missing > 0 else "too many"
    return f"{book.name:<{AT_LEAST}} WRONG {book.total:,} ≠ {parts}: {abs(book.missing):,} {lost}{note}"


def rows_of(report: Report) -> Iterator[dict[str, Any]]:
    """Give each book and each broken law as JSON values."""
    for book in report.books:
        yield {
            "book": book.name,
            "total": book.total,
            "parts": dict(book.parts),
            "missing": book.missing,
            "note": book.note,
        }
    yield from map(row_of, report.breaches)


def row_of(breach: Breach) -> dict[str, Any]:
    """Give a broken law as JSON values."""
    law = breach.law
    return {
        "law": law.name,
        "says": law.says,
        "rows": breach.rows,
        "examples": list(breach.examples),
    }
