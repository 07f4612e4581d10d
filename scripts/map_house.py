"""Write the map in docs/house.md from the files' own first lines: ``python -m scripts.map_house``.

A test compares: a file that is added, moved or described anew shows in the map, or fails it.
"""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs/house.md"
PACKAGES = ("storage", "watchers", "bot")
BEGIN, END = "<!-- map: begin -->", "<!-- map: end -->"


def first_line(file: Path) -> str:
    """Return the first paragraph of a module's docstring as one line, without its full stop."""
    said = ast.get_docstring(ast.parse(file.read_text(encoding="utf-8"))) or ""
    line = " ".join(said.split("\n\n", maxsplit=1)[0].split())
    # A docstring's quoted names are code in Markdown too, with single backticks.
    return line.replace("``", "`").removesuffix(".")


def rooms(folder: Path) -> Iterator[Path]:
    """Yield a package and the packages in it, the outer before the inner."""
    if (folder / "__init__.py").exists():
        yield folder
        for inner in sorted(one for one in folder.iterdir() if one.is_dir()):
            yield from rooms(inner)


def table(room: Path) -> str:
    """Describe one room: what it is for, and each of its files in a line."""
    files = sorted(one for one in room.glob("*.py") if one.name != "__init__.py")
    about = first_line(room / "__init__.py")
    lines = [f"### `{room.relative_to(ROOT).as_posix()}/`", ""]
    lines += [f"{about}.", ""] if about else []
    if files:
        lines += ["| file | what it is |", "|---|---|"]
        lines += [
            f"| `{one.name}` | {first_line(one).replace('|', chr(92) + '|')} |" for one in files
        ]
    return "\n".join(lines).rstrip()


def the_map() -> str:
    """Return the whole map as Markdown."""
    found = (room for package in PACKAGES for room in rooms(ROOT / package))
    return "\n\n".join(table(room) for room in found)


def page_with(mapped: str, page: str) -> str:
    """Put the map into the page, between its two marks."""
    pattern = re.compile(f"{re.escape(BEGIN)}.*{re.escape(END)}", re.DOTALL)
    return pattern.sub(lambda _: f"{BEGIN}\n\n{mapped}\n\n{END}", page)


def main() -> None:
    """Write the page anew."""
    page = PAGE.read_text(encoding="utf-8")
    PAGE.write_text(page_with(the_map(), page), encoding="utf-8")


if __name__ == "__main__":
    main()
