"""The screens of /settings: what is set, and the buttons that change it."""

from collections.abc import Callable

from bot.conversation import Button, Html, Keyboard, Message, Row, World
from bot.render import bold, joined, press, told
from bot.texts import LANGUAGES, say, words
from storage.model import Chat, QuietMode

HOURS = tuple(range(6, 24))
CAPS = (3, 6, 12, 24, 60)
QUIETS = ((22 * 60, 7 * 60), (23 * 60, 7 * 60), (23 * 60, 8 * 60), (0, 8 * 60))
ZONES = (
    "Asia/Almaty", "Asia/Tashkent", "Asia/Bishkek", "Asia/Dushanbe", "Asia/Ashgabat",
    "Europe/Moscow", "Europe/London", "America/New_York",
)  # fmt: skip
LANGUAGE_NAMES = {"en": "English", "ru": "Русский"}


def overview(chat: Chat, language: str, world: World) -> Message:
    """Show every setting with the buttons that open it."""
    now = world.clock()
    clock = words.clock(now, words.zone(chat.time_zone))
    rows = [
        ("settings.language", LANGUAGE_NAMES.get(chat.language, chat.language)),
        (
            "settings.zone",
            say(language, "settings.zone_now", zone=zone_name(chat, language), at=clock),
        ),
        ("settings.digests", digests(chat, language)),
        ("settings.quiet", quiet(chat, language)),
        ("settings.cap", say(language, "settings.cap_is", count=chat.alerts_per_hour)),
    ]
    head = told(language, "settings.head_of" if chat.title and chat.id < 0 else "settings.head",
                title=chat.title)  # fmt: skip
    body = joined(joined((bold(say(language, key)), value), ": ") for key, value in rows)
    return Message(joined((head, body), "\n\n"), _menu(language))


def _menu(language: str) -> Keyboard:
    def button(sign: str, key: str, *data: str) -> Button:
        return Button(f"{sign} {say(language, key)}", press("t", *data))

    return (
        (button("🌐", "settings.language", "lang"), button("🕗", "settings.zone", "zone")),
        (button("📰", "settings.digests", "times"), button("📅", "settings.days", "days")),
        (button("🌙", "settings.quiet", "quiet"), button("🔔", "settings.cap", "cap")),
        (Button(f"👁 {say(language, 'button.preview')}", press("dp")),),
    )


def zone_name(chat: Chat, language: str) -> str:
    """Return a zone as people call it: Almaty, UTC+5."""
    return words.zone_name(chat.time_zone, language)


def digests(chat: Chat, language: str) -> str:
    """Say when digests come: 08:00, 18:00, every day."""
    if not chat.digest_times or not chat.digest_days:
        daily = say(language, "settings.off")
    else:
        times = ", ".join(words.minutes(one) for one in sorted(chat.digest_times))
        daily = f"{times}, {days(chat.digest_days, language)}"
    if not chat.weekly_day:
        return daily
    weekly = say(language, "settings.weekly_is", day=words.weekday(chat.weekly_day, language))
    return f"{daily}; {weekly}"


def days(chosen: tuple[int, ...], language: str) -> str:
    """Say which weekdays: every day, Mon-Fri, or their names."""
    if len(chosen) == 7:  # noqa: PLR2004 - a week
        return say(language, "settings.every_day")
    if chosen == (1, 2, 3, 4, 5):
        return f"{words.weekday(1, language)}-{words.weekday(5, language)}"
    return ", ".join(words.weekday(one, language) for one in sorted(chosen))


def quiet(chat: Chat, language: str) -> str:
    """Say when alerts wait, and what becomes of them."""
    if chat.quiet_from is None or chat.quiet_to is None:
        return say(language, "settings.off")
    hours = f"{words.minutes(chat.quiet_from)}-{words.minutes(chat.quiet_to)}"
    return f"{hours}, {say(language, f'settings.quiet_{chat.quiet_mode}')}"


def screen(chat: Chat, language: str, name: str, world: World) -> Message:
    """Return one setting's screen."""
    makers: dict[str, Callable[[Chat, str], tuple[str, list[Row]]]] = {
        "lang": _language_screen,
        "zone": _zone_screen,
        "times": _times_screen,
        "days": _days_screen,
        "quiet": _quiet_screen,
        "cap": _cap_screen,
    }
    if name not in makers:
        return overview(chat, language, world)
    text, rows = makers[name](chat, language)
    back = Button(f"‹ {say(language, 'button.settings')}", press("t"))
    return Message(Html(text), (*rows, (back,)))


def _language_screen(chat: Chat, language: str) -> tuple[str, list[Row]]:
    row = tuple(
        Button(_ticked(LANGUAGE_NAMES[one], chosen=one == chat.language), press("t", "lang", one))
        for one in LANGUAGES
    )
    return told(language, "settings.ask_language"), [row]


def _zone_screen(chat: Chat, language: str) -> tuple[str, list[Row]]:
    buttons = [
        Button(
            _ticked(words.city(one, language), chosen=one == chat.time_zone),
            press("t", "zone", str(number)),
        )
        for number, one in enumerate(ZONES)
    ]
    rows = _in_rows(buttons, 2)
    rows.append((Button(f"⌨️ {say(language, 'button.type_city')}", press("t", "typezone")),))
    return told(language, "settings.ask_zone"), rows


def _times_screen(chat: Chat, language: str) -> tuple[str, list[Row]]:
    shown = sorted({*(hour * 60 for hour in HOURS), *chat.digest_times})
    buttons = [
        Button(
            _ticked(words.minutes(one), chosen=one in chat.digest_times),
            press("t", "time", str(one)),
        )
        for one in shown
    ]
    empty = "settings.when_empty_on" if chat.digest_when_empty else "settings.when_empty_off"
    rows = _in_rows(buttons, 4)
    rows.append((Button(f"⌨️ {say(language, 'button.type_times')}", press("t", "typetimes")),))
    rows.append((Button(say(language, empty), press("t", "empty")),))
    return told(language, "settings.ask_times", zone=zone_name(chat, language)), rows


def _days_screen(chat: Chat, language: str) -> tuple[str, list[Row]]:
    daily = [
        Button(
            _ticked(words.weekday(one, language), chosen=one in chat.digest_days),
            press("t", "day", str(one)),
        )
        for one in range(1, 8)
    ]
    weekly = [
        Button(
            _ticked(words.weekday(one, language), chosen=one == chat.weekly_day),
            press("t", "week", str(one)),
        )
        for one in range(1, 8)
    ]
    label = Button(f"— {say(language, 'settings.weekly')} —", press("_"))
    return told(language, "settings.ask_days"), [
        *_in_rows(daily, 4), (label,), *_in_rows(weekly, 4),
    ]  # fmt: skip


def _quiet_screen(chat: Chat, language: str) -> tuple[str, list[Row]]:
    now = (chat.quiet_from, chat.quiet_to)
    hours = [
        Button(
            _ticked(f"{words.minutes(a)}-{words.minutes(b)}", chosen=(a, b) == now),
            press("t", "hush", f"{a}-{b}"),
        )
        for a, b in QUIETS
    ]
    off = Button(
        _ticked(say(language, "settings.off"), chosen=now[0] is None), press("t", "hush", "off")
    )
    typed = Button(f"⌨️ {say(language, 'button.type_hours')}", press("t", "typequiet"))
    modes: list[Row] = [
        (
            Button(
                _ticked(say(language, f"settings.mode_{one}"), chosen=one is chat.quiet_mode),
                press("t", "mode", one),
            ),
        )
        for one in QuietMode
    ]
    return told(language, "settings.ask_quiet"), [*_in_rows(hours, 2), (off, typed), *modes]


def _cap_screen(chat: Chat, language: str) -> tuple[str, list[Row]]:
    row = tuple(
        Button(_ticked(str(one), chosen=one == chat.alerts_per_hour), press("t", "cap", str(one)))
        for one in CAPS
    )
    return told(language, "settings.ask_cap"), [row]


def _ticked(label: str, *, chosen: bool) -> str:
    return f"✓ {label}" if chosen else label


def _in_rows(buttons: list[Button], wide: int) -> list[Row]:
    return [tuple(buttons[start : start + wide]) for start in range(0, len(buttons), wide)]
