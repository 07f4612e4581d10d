"""Write docs/commands.md and docs/schema.md: ``python -m scripts.write_reference``.

Commands are told by Click, by the table of the chat's commands and by the English catalogue; the
schema by a database made anew, with the comments in its ``create`` statements and the words of
``schema_words.toml``. A test compares: what was added or changed shows in the pages, or fails it.
"""

import html
import re
import tomllib
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from bot.cli import LazyGroup
from bot.cli import main as command_line
from bot.commands import COMMANDS
from bot.context import Audience, Command
from bot.texts import catalogue, translate
from storage.migrations import migrations
from storage.sql import Connection

ROOT = Path(__file__).parents[1]
WORDS = Path(__file__).with_name("schema_words.toml")
EXAMPLES = """
init --dir second-bot
run
run --only watchers
run --only bot
demo
poll --force
feeds list
feeds add URL
feeds add URL --item .news-card --title h3 --zone Asia/Almaty
feeds fallback 2 URL
feeds catalogue
feeds check URL
feeds audit > catalogue.patch
feeds remove 2
feeds pause 2
feeds resume 2
feeds articles 2 on
feeds import FILE.opml
feeds export > FILE.opml
ingest items.jsonl
items --json
stories --json
export archive
export archive --since 2026-10
story 12 --why
search '(газ OR gas) country:kz since:3d'
search -- '-sport Astana'
digest --hours 24
trends 'Astana vs Tashkent' --days 30
rates
match < pairs.jsonl
language < texts.jsonl
backtest --join 1.2
backup news-copy.db
restore news-copy.db
compact
web
check --deep
health
audit --json
units /etc/systemd/system
units --litestream /etc/systemd/system
units --web /etc/systemd/system
"""
"""How each command may be typed, at least once; a test runs them all."""


def shown(text: str) -> str:
    """Write what goes into a table's cell."""
    return " ".join(text.split()).replace("|", r"\|")


# --- commands.md ---------------------------------------------------------------------------------


@dataclass(frozen=True)
class Typed:
    """A command as it is typed, without the program's name."""

    name: str
    command: click.Command
    context: click.Context


def typed(group: LazyGroup, above: click.Context, before: str = "") -> Iterator[Typed]:
    """Yield every command, the group before what it has, in the order of ``--help``."""
    for name in group.list_commands(above):
        if (command := group.get_command(above, name)) is None:
            continue
        whole = f"{before}{name}"
        context = click.Context(command, parent=above, info_name=name)
        yield Typed(whole, command, context)
        if isinstance(command, LazyGroup):
            yield from typed(command, context, f"{whole} ")


def examples(name: str) -> list[str]:
    """Return a command's examples."""
    return [
        f"steppewire {line}"
        for line in EXAMPLES.split("\n")
        if line == name or line.startswith(f"{name} ")
    ]


def options(one: Typed) -> Iterator[str]:
    """Yield the rows of a command's table of options."""
    for parameter in one.command.get_params(one.context):
        record = parameter.get_help_record(one.context)
        if record and record[1] and "--help" not in record[0]:
            yield f"| `{shown(record[0])}` | {shown(record[1])} |"


def paragraphs(text: str) -> str:
    """Write a help text's paragraphs, each on a line."""
    parts = (" ".join(part.split()) for part in text.replace("``", "`").split("\n\n"))
    return "\n\n".join(filter(None, parts))


def of_the_command_line(one: Typed) -> str:
    """Write one command's part of the page."""
    usage = one.command.get_usage(one.context)
    parts = [
        f"### steppewire {one.name}",
        f"```text\n{usage}\n```",
        paragraphs(one.command.help or ""),
    ]
    if rows := list(options(one)):
        parts.append("\n".join(["| option | what it does |", "|---|---|", *rows]))
    if not isinstance(one.command, LazyGroup):
        parts.append("\n".join(["```sh", *examples(one.name), "```"]))
    return "\n\n".join(parts)


SAME = 5
"""Letters by which a docstring must be longer than the menu's line to tell more than that."""


def who(command: Command) -> str:
    """Say who may use a command, and where."""
    if command.audience is Audience.ADMINS:
        return "The operator's admins (`ADMIN_IDS`), in their private chat with the bot."
    if command.private:
        return "Everybody, in a private chat with the bot."
    if command.changes:
        return "Everybody; in a group and in a channel its admins."
    return "Everybody, in groups too."


def usage_of(command: Command) -> str:
    """Write how a command is typed, as the chat says it."""
    said = catalogue("en").template(f"usage.{command.name}", None) or ""
    said = re.sub("</?b>", "**", re.sub("</?code>", "`", said)).format(bot="name")
    lines = html.unescape(said).splitlines()
    return "\n".join(f"- {line}" if re.fullmatch("`[^`]*`", line) else line for line in lines)


def of_the_chat(command: Command) -> str:
    """Write one of the chat's commands."""
    said = f"{translate('en', f'help.{command.name}')}."
    does = paragraphs((command.handler.__doc__ or "").partition("\n\n")[0])
    if does.casefold().startswith(said.rstrip(".").casefold()):
        said = does
    elif len(does) > len(said) + SAME:
        said = f"{said} {does}"
    head = f"### /{command.name}"
    return "\n\n".join([head, f"{said[:1].upper()}{said[1:]}", who(command), usage_of(command)])


COMMANDS_HEAD = """\
# Commands

Written by `python -m scripts.write_reference` from the program itself.

## The command line

`steppewire` is in `.venv/bin`; every command has `--help`. Settings come from the environment and \
from `.env` in the folder where it is started. Every listing takes `--json`: one object a line.

| exit code | meaning |
|---|---|
| 0 | done |
| 1 | refused, with one sentence on stderr; of `check` and `audit`: something is wrong |
| 2 | wrong usage |
"""
CHAT_HEAD = """\
## The chat

What is typed to the bot; most of it is also behind its buttons. In a group a command may be \
followed by the bot's name (`/search@name oil`).
"""


def commands_page() -> str:
    """Return docs/commands.md."""
    every = typed(command_line, click.Context(command_line, info_name="steppewire"))
    of_ours = map(of_the_command_line, every)
    chat = [of_the_chat(command) for command in COMMANDS]
    return "\n\n".join([COMMANDS_HEAD.rstrip(), *of_ours, CHAT_HEAD.rstrip(), *chat]) + "\n"


# --- schema.md -----------------------------------------------------------------------------------

_INDEX = re.compile(
    r"--\s*(?P<why>[^\n]*(?:\n\s*--[^\n]*)*)\n\s*create (?:unique )?index (?P<name>\w+)"
)
_COLUMN = re.compile(r"\s*,?\s*(\w+)\s+\w+.*?--\s*(.*)$")
_OWN = ("sqlite_", "_sqlite_", "item_words_")
"""Beginnings of the names of tables that SQLite and sqlite-utils keep for themselves."""


def fresh() -> Connection:
    """Make a database of today's schema, in memory."""
    db = Connection(memory=True)
    migrations.apply(db)
    return db


def why_indexed() -> dict[str, str]:
    """Return what the migrations say of indexes, by their names."""
    files = sorted((ROOT / "storage").rglob("*.py"))
    found = (one for file in files for one in _INDEX.finditer(file.read_text("utf-8")))
    return {one["name"]: " ".join(re.sub(r"\n\s*--", " ", one["why"]).split()) for one in found}


class Schema:
    """A fresh database's tables, and the words for them."""

    def __init__(self) -> None:
        """Make one."""
        self.words: dict[str, Any] = tomllib.loads(WORDS.read_text("utf-8"))
        self.why = why_indexed()
        with closing(fresh()) as db:
            rows = db.execute("select type, name, tbl_name, sql from sqlite_master").fetchall()
            self.sql = {(kind, name): (of, sql or "") for kind, name, of, sql in rows}
            self.infos = {
                table: db.execute(f"pragma table_xinfo({table})").fetchall()
                for table in self.tables()
            }
            self.targets = {
                table: {one[3]: one for one in db.execute(f"pragma foreign_key_list({table})")}
                for table in self.tables()
            }

    def tables(self) -> list[str]:
        """Return the tables of ours."""
        return [name for kind, name in self.sql if kind == "table" and not name.startswith(_OWN)]

    def about(self, table: str) -> str:
        """Say what a table is, "" where nothing does."""
        first = self.sql["table", table][1].partition("\n")[0]
        said: str = self.words["tables"].get(table) or first.partition("--")[2].strip()
        return said

    def columns(self, table: str) -> dict[str, str]:
        """Return a table's columns and what each is, "" where nothing says."""
        lines = self.sql["table", table][1].splitlines()[1:]
        inside = {found[1]: found[2].strip() for line in lines if (found := _COLUMN.match(line))}
        of_it, of_every = self.words["columns"].get(table, {}), self.words["every"]
        return {
            name: of_it.get(name) or inside.get(name) or of_every.get(name, "")
            for _, name, *_ in self.infos[table]
        }

    def row(self, table: str, info: tuple[Any, ...], said: str) -> str:
        """Write a column's row."""
        _, name, kind, required, default, key, _ = info
        marks = ["key"] if key else []
        marks += ["null"] if not required and not key else []
        marks += [f"`{default}`"] if default is not None else []
        target = self.targets[table]
        if name in target:
            goes = " (deleted with it)" if target[name][6] == "CASCADE" else ""
            said = f"→ `{target[name][2]}`{goes}: {said}"
        return f"| `{name}` | {' '.join([kind.lower() or 'text', *marks])} | {shown(said)} |"

    def described(self, table: str) -> str:
        """Write a table's part of the page."""
        said = self.columns(table)
        about = self.about(table)
        parts = [f"### {table}", f"{about[:1].upper()}{about[1:]}."]
        rows = [self.row(table, info, said[info[1]]) for info in self.infos[table]]
        parts.append("\n".join(["| column | type | what it is |", "|---|---|---|", *rows]))
        beside = [*self.indexes(table), *self.triggers(table)]
        return "\n\n".join([*parts, "\n".join(beside)] if beside else parts)

    def indexes(self, table: str) -> Iterator[str]:
        """Yield a line for each index that was made by hand."""
        for (kind, name), (of, sql) in self.sql.items():
            if (kind, of) == ("index", table) and sql:
                over = " ".join(sql.partition(f"{table}(")[2].split())
                why = self.why.get(name, "")
                yield f"- index `{name}`: `({over}`{f'. {why}' if why else ''}"

    def triggers(self, table: str) -> Iterator[str]:
        """Yield a line for each trigger."""
        for (kind, name), (of, sql) in self.sql.items():
            if (kind, of) == ("trigger", table):
                when = re.search(r"(after|before) (insert|update|delete)", sql)
                into = dict.fromkeys(re.findall(r"(?:into|update) (\w+)(?: set|\()", sql))
                yield f"- trigger `{name}`: {when[0] if when else ''} → {', '.join(into)}"


SCHEMA_HEAD = """\
# Schema

Written by `python -m scripts.write_reference` from a database made anew and the words beside its \
`create` statements (`storage/migrations.py`).

One SQLite file (`DATABASE_PATH`), in WAL mode, tables `strict`. Times are whole milliseconds since \
1970, UTC; spans end in `_s` (seconds); yes and no are 1 and 0; "" says that there is none where a \
column cannot be null. "key" marks the primary key, "null" what may be so; a word in code after it \
is the default. The file's `application_id` is 0x53746570 ("Step"); `_sqlite_migrations` names the \
steps that made it. Who reads it beside a running bot should open it read-only \
(`file:news.db?mode=ro`): it stands still for a reader, and nobody waits.
"""


def schema_page() -> str:
    """Return docs/schema.md."""
    schema = Schema()
    parts = [SCHEMA_HEAD.rstrip()]
    for room, tables in schema.words["rooms"].items():
        parts += [f"## {room}", *map(schema.described, tables)]
    return "\n\n".join(parts) + "\n"


PAGES = {"docs/commands.md": commands_page, "docs/schema.md": schema_page}


def main() -> None:
    """Write the pages anew."""
    for name, page in PAGES.items():
        (ROOT / name).write_text(page(), encoding="utf-8")


if __name__ == "__main__":
    main()
