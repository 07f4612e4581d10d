"""The parameters of a call, whether they came as a query, a form, multipart or JSON."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from bot.sandbox.telegram.errors import bad_request
from bot.sandbox.telegram.model import Json


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that came with a multipart body."""

    name: str
    mime: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Params:
    """Named values (text or parsed JSON) and uploads of one call."""

    values: Mapping[str, Any] = field(default_factory=dict)
    uploads: Mapping[str, Upload] = field(default_factory=dict)

    def text(self, name: str, default: str = "") -> str:
        """Read a string."""
        value = self.values.get(name)
        if value is None:
            return default
        return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)

    def number(self, name: str, default: int = 0) -> int:
        """Read an integer; anything else counts as absent, as Telegram does."""
        value = self.values.get(name)
        try:
            return default if value in (None, "") else int(str(value))
        except ValueError:
            return default

    def real(self, name: str) -> float:
        """Read a number with a fraction."""
        try:
            return float(self.values[name])
        except (KeyError, TypeError, ValueError):
            raise bad_request(f"{name} is invalid") from None

    def flag(self, name: str) -> bool:
        """Read a boolean."""
        return str(self.values.get(name, "")).lower() in ("true", "1", "yes")

    def has(self, name: str) -> bool:
        """Whether the parameter was given at all."""
        return name in self.values

    def json(self, name: str, what: str = "") -> Any:
        """Read a JSON value that may come serialised; None when absent."""
        value = self.values.get(name)
        if not isinstance(value, str) or value == "":
            return value or None
        try:
            return json.loads(value)
        except ValueError:
            raise bad_request(f"can't parse {what or name} JSON object") from None

    def upload(self, name: str) -> Upload | None:
        """Find the file meant by a parameter: a part of that name or `attach://part`."""
        value = self.values.get(name)
        if isinstance(value, str) and value.startswith("attach://"):
            return self.uploads.get(value.removeprefix("attach://"))
        return self.uploads.get(name)

    @property
    def chat_id(self) -> str | None:
        """The target chat as given, for the log and the faults."""
        value = self.values.get("chat_id")
        return None if value is None else str(value)

    def logged(self) -> Json:
        """Write the parameters down for the log, files by name and size."""
        shown = {name: self._readable(value) for name, value in self.values.items()}
        files = {
            name: {"name": file.name, "size": len(file.content)}
            for name, file in self.uploads.items()
        }
        return shown | files

    @staticmethod
    def _readable(value: Any) -> Any:
        if isinstance(value, str) and value[:1] in ("{", "["):
            try:
                return json.loads(value)
            except ValueError:
                return value
        return value
