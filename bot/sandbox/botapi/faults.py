"""Faults to order: the next calls fail in the way asked for, to see what the bot does then."""

import itertools
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal, TypeAlias

from bot.sandbox.telegram.errors import ApiError

Cut: TypeAlias = Literal["before", "after"]


@dataclass(frozen=True, slots=True)
class Fault:
    """What happens to matching calls; `times` is None for ever, `skip` lets some pass first.

    `cut` closes the connection before or after the call took effect; `body` answers with those
    bytes (status `code`, 200 by default) after the call took effect if `effect`, else instead.
    """

    method: str = "*"
    chat_id: int | str | None = None
    times: int | None = 1
    skip: int = 0
    code: int | None = None
    description: str = ""
    parameters: Mapping[str, Any] = field(default_factory=dict)
    body: bytes | None = None
    cut: Cut | None = None
    effect: bool = False
    delay: float = 0.0

    def matches(self, method: str, chat_id: str | None) -> bool:
        """Whether a call is meant; method names ignore case as Telegram's do."""
        return self.method.lower() in ("*", method.lower()) and (
            self.chat_id is None or str(self.chat_id) == chat_id
        )

    @property
    def error(self) -> ApiError | None:
        """The refusal this fault stands for, if it is one."""
        if self.code is None or self.body is not None:
            return None
        return ApiError(self.code, self.description, self.parameters)


class Faults:
    """The faults on order, first ordered first served; polls are spared unless named."""

    def __init__(self) -> None:
        self._ordered: dict[int, Fault] = {}
        self._ids = itertools.count(1)

    def add(self, fault: Fault) -> int:
        """Order a fault; the number returned withdraws it."""
        number = next(self._ids)
        self._ordered[number] = fault
        return number

    def withdraw(self, number: int) -> None:
        """Take one order back; unknown or spent ones are ignored."""
        self._ordered.pop(number, None)

    def clear(self) -> None:
        """Take all orders back."""
        self._ordered.clear()

    def ordered(self) -> tuple[tuple[int, Fault], ...]:
        """List what is still to come."""
        return tuple(self._ordered.items())

    def take(self, method: str, chat_id: str | None) -> Fault | None:
        """Find and count down the fault for this call."""
        for number, fault in self._ordered.items():
            spared = fault.method == "*" and method.lower() == "getupdates"
            if spared or not fault.matches(method, chat_id):
                continue
            if fault.skip > 0:
                self._ordered[number] = replace(fault, skip=fault.skip - 1)
                return None
            self._spend(number, fault)
            return fault
        return None

    def _spend(self, number: int, fault: Fault) -> None:
        if fault.times is None:
            return
        if fault.times <= 1:
            del self._ordered[number]
        else:
            self._ordered[number] = replace(fault, times=fault.times - 1)

    # -- the usual ones by name

    def fail(
        self,
        method: str,
        code: int,
        description: str,
        *,
        chat: int | None = None,
        times: int | None = 1,
        **parameters: Any,
    ) -> int:
        """Refuse calls with an error of the Bot API."""
        return self.add(
            Fault(method, chat, times, code=code, description=description, parameters=parameters)
        )

    def too_many(
        self,
        method: str,
        retry_after: int,
        *,
        chat: int | None = None,
        times: int | None = 1,
    ) -> int:
        """429 with `retry_after` seconds."""
        text = f"Too Many Requests: retry after {retry_after}"
        return self.fail(method, 429, text, chat=chat, times=times, retry_after=retry_after)

    def drop_before(self, method: str, *, chat: int | None = None, times: int | None = 1) -> int:
        """Cut the connection before the call takes effect."""
        return self.add(Fault(method, chat, times, cut="before"))

    def drop_after(self, method: str, *, chat: int | None = None, times: int | None = 1) -> int:
        """Let the call take effect and lose the answer."""
        return self.add(Fault(method, chat, times, cut="after"))

    def garbage(
        self,
        method: str,
        body: bytes = b"<html>bad gateway</html>",
        *,
        code: int = 200,
        effect: bool = False,
        chat: int | None = None,
        times: int | None = 1,
    ) -> int:
        """Answer with bytes that are no JSON."""
        return self.add(Fault(method, chat, times, code=code, body=body, effect=effect))

    def slow(
        self, method: str, seconds: float, *, chat: int | None = None, times: int | None = 1
    ) -> int:
        """Answer late."""
        return self.add(Fault(method, chat, times, delay=seconds))
