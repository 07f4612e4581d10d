"""The screens of /settings: what is set, and the buttons that change it."""

from collections.abc import Callable
from datetime import datetime
from functools import partial

from bot.context import Context
from bot.conversation import Button, Html, Keyboard, Message, Row
from bot.digests.calendar import WEEKLY_AT
from bot.digests.official_rates import home_of, usual_pairs
from bot.render.buttons import press
from bot.render.markup import bold, joined, translate_html
from bot.render.stories import zoned
from bot.texts import LANGUAGES, translate, words
from bot.time_zones import Town
from storage.model import Chat, ChatKind, Mode, Pictures, QuietMode, Reach, Subscription
from storage.reading import reading_of

WEEK = 7
HOURS = tuple(range(6, 24))
CAPS = (3, 6, 12, 24, 60)
QUIETS = ((22 * 60, 7 * 60), (23 * 60, 7 * 60), (23 * 60, 8 * 60), (0, 8 * 60))
ZONES = (
    "Asia/Almaty", "Asia/Tashkent", "Asia/Bishkek", "Asia/Dushanbe", "Asia/Ashgabat",
    "Europe/Moscow", "Europe/London", "America/New_York",
)  # fmt: skip
LIKELY = 6
_FAR = ("Europe/London", "America/New_York")
_FEWER_READERS = ("Asia/Dushanbe", "Asia/Ashgabat")
_HOMES = {
    "kk": "Asia/Almaty", "uz": "Asia/Tashkent", "ky": "Asia/Bishkek", "tg": "Asia/Dushanbe",
    "tk": "Asia/Ashgabat", "ru": "Asia/Almaty",
}  # fmt: skip
LANGUAGE_NAMES = {
    "en": "English", "ru": "Русский", "kk": "Қазақша", "ky": "Кыргызча", "uz": "Oʻzbekcha",
    "tg": "Тоҷикӣ",
}  # fmt: skip
READING_NAMES = {**LANGUAGE_NAMES, "tk": "Türkmençe"}
"""The languages that people may say they read."""

NOT_YET_READ = ("kk", "ky", "uz", "tg")
"""The languages whose texts nobody has read yet who grew up with them (docs/translating.md)."""


def overview(chat: Chat, language: str, context: Context) -> Message:
    """Show every setting with the buttons that open it."""
    now = context.clock()
    clock = words.clock(now, words.zone(chat.time_zone))
    rows = [
        ("settings.language", LANGUAGE_NAMES.get(chat.language, chat.language)),
        (
            "settings.zone",
            translate(language, "settings.zone_now", zone=zone_name(chat, language), at=clock),
        ),
        ("settings.digests", digests(chat, language)),
        ("settings.quiet", quiet(chat, language)),
        ("settings.cap", translate(language, "settings.cap_is", count=chat.alerts_per_hour)),
        ("settings.pictures", translate(language, f"settings.pictures_{chat.pictures}")),
        ("settings.reads", reads(chat, language, translates=context.translator.is_on)),
    ]
    if context.has_rates:
        rows.append(("settings.rates", rates(chat, language)))
    if chat.kind is ChatKind.CHANNEL:
        rows.append(("settings.posts", posts(chat, language)))
    head = translate_html(language, "settings.head_of" if chat.title and chat.id < 0 else "settings.head",
                title=chat.title)  # fmt: skip
    body = joined(joined((bold(translate(language, key)), value), ": ") for key, value in rows)
    stopped = translate_html(language, "start.stopped") if chat.silenced_at else ""
    return Message(
        joined((head, body, stopped), "\n\n"),
        (*resuming(chat, language), *_menu(chat, language, context)),
    )


def still_stopped(chat: Chat, language: str) -> Html:
    """Say beside what a chat asked for since it said /stop that all the rest is still stopped."""
    return translate_html(language, "stop.rest") if chat.silenced_at else Html()


def resuming(chat: Chat, language: str, *, stopped: bool = False) -> Keyboard:
    """Return the way back from /stop, for a chat that said it, or of which anything is stopped."""
    if not chat.silenced_at and not stopped:
        return ()
    return ((Button(f"▶️ {translate(language, 'button.resume_all')}", press("back")),),)


def _menu(chat: Chat, language: str, context: Context) -> Keyboard:
    def button(sign: str, key: str, *data: str) -> Button:
        return Button(f"{sign} {translate(language, key)}", press("t", *data))

    with_rates = ((button("💱", "settings.rates", "rates"),),)
    of_channel = ((button("📣", "settings.posts", "posts"),),)
    return (
        (button("🌐", "settings.language", "lang"), button("🕗", "button.zone", "zone")),
        (button("📰", "settings.digests", "times"), button("📅", "settings.days", "days")),
        (button("🌙", "settings.quiet", "quiet"), button("🔔", "button.cap", "cap")),
        (button("📖", "settings.reads", "reads"),),
        *(with_rates if context.has_rates else ()),
        *(of_channel if chat.kind is ChatKind.CHANNEL else ()),
        (button("🖼", "settings.pictures", "pictures"),),
        (Button(f"👁 {translate(language, 'button.preview')}", press("dp")),),
    )


def zone_name(chat: Chat, language: str) -> str:
    """Return a zone as people call it: Almaty, UTC+5."""
    return words.zone_name(chat.time_zone, language)


def zone_now(key: str, chat: Chat, language: str, context: Context) -> Html:
    """Say a sentence about the chat's zone and what its clocks show now."""
    at = words.clock(context.clock(), words.zone(chat.time_zone))
    return translate_html(language, key, zone=zone_name(chat, language), at=at)


def which_town(typed: str, towns: tuple[Town, ...], language: str, now: datetime) -> Message:
    """Ask which town was meant, each with what its clocks show: a zone is never guessed."""
    rows = []
    for town in towns:
        name = town.name or words.zone_name(town.zone, language)
        at = words.clock(now, words.zone(town.zone))
        rows.append((Button(f"{name} · {at}", press("t", "zone", town.zone)),))
    return Message(translate_html(language, "settings.which_town", text=typed[:60]), tuple(rows))


def likely_zones(language_code: str) -> list[int]:
    """Return the places in ``ZONES`` of the cities a person is probably near, likeliest first.

    ``language_code`` is what their Telegram speaks; its country's city comes first. Who speaks
    none of the region's languages may as well read from afar.
    """
    code = language_code.casefold().split("-")[0]
    home = _HOMES.get(code)
    last = _FAR if home else _FEWER_READERS
    order = sorted(
        range(len(ZONES)), key=lambda place: (ZONES[place] != home, ZONES[place] in last, place)
    )
    return order[:LIKELY]


def kept(on: str, off: str, chat: Chat, language: str) -> Html:
    """Say when the digest comes, or that none does: ``on`` and ``off`` are the sentences' keys."""
    if chat.wants_digests:
        return translate_html(language, on, when=digests(chat, language))
    return translate_html(language, off)


def left_to_digest(subscription: Subscription) -> bool:
    """Tell whether some or all of a subscription's stories are told in the digest only."""
    return subscription.mode is Mode.DIGEST or subscription.reach is Reach.HEADLINE


def way_of(subscription: Subscription, chat: Chat) -> str:
    """Name how a subscription's stories are told in a chat, as the sentences' keys end."""
    if subscription.mode is Mode.DIGEST:
        return "digest" if chat.wants_digests else "digest_off"
    if subscription.reach is Reach.HEADLINE and not chat.wants_digests:
        return "headline_alone"
    return str(subscription.reach)


def switching_on(chat: Chat, language: str, subscription: int = 0) -> Keyboard:
    """Return the button that switches digests on, where they are off."""
    if chat.wants_digests:
        return ()
    label = f"📰 {translate(language, 'button.digests_on')}"
    return ((Button(label, press("don", subscription)),),)


def digests(chat: Chat, language: str) -> str:
    """Say when digests come: 08:00, 18:00, every day; by whose clock while none is chosen."""
    if not chat.wants_digests:
        return translate(language, "settings.digests_off")
    parts = []
    if chat.digest_times and chat.digest_days:
        times = ", ".join(words.minutes(minutes) for minutes in sorted(chat.digest_times))
        every = days(chat.digest_days, language)
        # Without brackets a list of days would run on from the list of hours.
        joint = ", " if len(chat.digest_days) == WEEK else " · "
        parts.append(f"{zoned(times, chat)}{joint}{every}")
    if chat.weekly_day:
        weekday = words.weekday(chat.weekly_day, language)
        at = words.minutes(min(chat.digest_times, default=WEEKLY_AT))
        parts.append(translate(language, "settings.weekly_is", day=weekday, at=at))
    return "; ".join(parts)


def days(chosen: tuple[int, ...], language: str) -> str:
    """Say which weekdays: every day, Mon-Fri, or their names."""
    if len(chosen) == WEEK:
        return translate(language, "settings.every_day")
    if chosen == (1, 2, 3, 4, 5):
        return f"{words.weekday(1, language)}-{words.weekday(5, language)}"
    return ", ".join(words.weekday(day, language) for day in sorted(chosen))


def quiet(chat: Chat, language: str) -> str:
    """Say when alerts wait, and what becomes of them."""
    if chat.quiet_from is None or chat.quiet_to is None:
        return translate(language, "settings.quiet_off")
    hours = zoned(f"{words.minutes(chat.quiet_from)}-{words.minutes(chat.quiet_to)}", chat)
    return f"{hours}, {translate(language, f'settings.quiet_{chat.quiet_mode}')}"


def rates(chat: Chat, language: str) -> str:
    """Say which official rates the digest tells."""
    return ", ".join(chat.digest_rates) or translate(language, "settings.rates_off")


def reads(chat: Chat, language: str, *, translates: bool) -> str:
    """Say which languages are read, in their order, and what becomes of the rest."""
    how = reading_of(chat)
    names = " › ".join(READING_NAMES.get(code, code) for code in how.languages)
    rest = "settings.rest_machine" if how.machine else "settings.rest_original"
    return f"{names}. {translate(language, rest)}" if translates else names


def posts(chat: Chat, language: str) -> str:
    """Say what a channel's posts tell beside the news."""
    why = translate(language, "settings.why_on" if chat.shows_query else "settings.why_off")
    footer = translate(language, "settings.footer_is", footer=chat.footer)
    return f"{why}, {footer if chat.footer else translate(language, 'settings.no_footer')}"


def screen(chat: Chat, language: str, name: str, context: Context) -> Message:
    """Return one setting's screen."""
    makers: dict[str, Callable[[Chat, str], tuple[str, list[Row]]]] = {
        "lang": _language_screen,
        "zone": _zone_screen,
        "times": _times_screen,
        "days": _days_screen,
        "quiet": _quiet_screen,
        "cap": _cap_screen,
        "pictures": _pictures_screen,
        "reads": partial(_reads_screen, translates=context.translator.is_on),
    }
    if context.has_rates:
        makers["rates"] = _rates_screen
    if chat.kind is ChatKind.CHANNEL:
        makers["posts"] = _posts_screen
    if name not in makers:
        return overview(chat, language, context)
    text, rows = makers[name](chat, language)
    back = Button(f"‹ {translate(language, 'button.settings')}", press("t"))
    return Message(Html(text), (*rows, (back,)))


def _language_screen(chat: Chat, language: str) -> tuple[str, list[Row]]:
    buttons = [
        Button(
            _ticked(LANGUAGE_NAMES[code], chosen=code == chat.language), press("t", "lang", code)
        )
        for code in LANGUAGES
    ]
    unread = ", ".join(LANGUAGE_NAMES[code] for code in NOT_YET_READ)
    asked = (
        translate_html(language, "settings.ask_language"),
        translate_html(language, "settings.not_yet_read", languages=unread),
    )
    return joined(asked, "\n\n"), _in_rows(buttons, 2)


def _zone_screen(chat: Chat, language: str) -> tuple[str, list[Row]]:
    buttons = [
        Button(
            _ticked(words.city(zone, language), chosen=zone == chat.time_zone),
            press("t", "zone", str(number)),
        )
        for number, zone in enumerate(ZONES)
    ]
    rows = _in_rows(buttons, 2)
    rows.append((Button(f"⌨️ {translate(language, 'button.type_city')}", press("t", "typezone")),))
    return translate_html(language, "settings.ask_zone"), rows


def _times_screen(chat: Chat, language: str) -> tuple[str, list[Row]]:
    shown = sorted({*(hour * 60 for hour in HOURS), *chat.digest_times})
    buttons = [
        Button(
            _ticked(words.minutes(minutes), chosen=minutes in chat.digest_times),
            _to("time", minutes, wanted=minutes not in chat.digest_times),
        )
        for minutes in shown
    ]
    empty = tuple(
        (
            Button(
                _ticked(translate(language, key), chosen=chat.digest_when_empty is wanted),
                _to("empty", wanted=wanted),
            ),
        )
        for key, wanted in (("settings.when_empty_on", True), ("settings.when_empty_off", False))
    )
    rows = _in_rows(buttons, 3)
    rows.append(
        (Button(f"⌨️ {translate(language, 'button.type_times')}", press("t", "typetimes")),)
    )
    rows += empty
    return translate_html(language, "settings.ask_times", zone=zone_name(chat, language)), rows


def _days_screen(chat: Chat, language: str) -> tuple[str, list[Row]]:
    daily = [
        Button(
            _ticked(words.weekday(day, language), chosen=day in chat.digest_days),
            _to("day", day, wanted=day not in chat.digest_days),
        )
        for day in range(1, 8)
    ]
    weekly = [
        Button(
            _ticked(f"📅 {words.weekday(day, language)}", chosen=day == chat.weekly_day),
            _to("week", day, wanted=day != chat.weekly_day),
        )
        for day in range(1, 8)
    ]
    asked = translate_html(language, "settings.ask_days")
    if not chat.digest_times:
        asked = joined((asked, translate_html(language, "settings.no_time_chosen")), "\n\n")
    return asked, [
        *_in_rows(daily, 4), *_in_rows(weekly, 3),
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
        _ticked(translate(language, "button.no_quiet"), chosen=now[0] is None),
        press("t", "hush", "off"),
    )
    typed = Button(f"⌨️ {translate(language, 'button.type_hours')}", press("t", "typequiet"))
    is_quiet = chat.quiet_from is not None
    modes: list[Row] = [
        (
            Button(
                _ticked(
                    translate(language, f"settings.mode_{mode}"), chosen=mode is chat.quiet_mode
                ),
                press("t", "mode", mode),
            ),
        )
        for mode in QuietMode
        if is_quiet  # without quiet hours there is nothing to choose
    ]
    return translate_html(language, "settings.ask_quiet"), [
        *_in_rows(hours, 2), (off,), (typed,), *modes,
    ]  # fmt: skip


def _cap_screen(chat: Chat, language: str) -> tuple[str, list[Row]]:
    row = tuple(
        Button(_ticked(str(cap), chosen=cap == chat.alerts_per_hour), press("t", "cap", str(cap)))
        for cap in CAPS
    )
    return translate_html(language, "settings.ask_cap"), [row]


def _rates_screen(chat: Chat, language: str) -> tuple[str, list[Row]]:
    offered = dict.fromkeys((*map(str, usual_pairs(home_of(chat))), *chat.digest_rates))
    buttons = [
        Button(
            _ticked(pair, chosen=pair in chat.digest_rates),
            _to("rate", pair, wanted=pair not in chat.digest_rates),
        )
        for pair in offered
    ]
    return translate_html(language, "settings.ask_rates"), _in_rows(buttons, 2)


def _pictures_screen(chat: Chat, language: str) -> tuple[str, list[Row]]:
    buttons = [
        Button(
            _ticked(
                translate(language, f"settings.pictures_{size}"), chosen=size is chat.pictures
            ),
            press("t", "pictures", size),
        )
        for size in Pictures
    ]
    return translate_html(language, "settings.ask_pictures"), _in_rows(buttons, 2)


def _reads_screen(chat: Chat, language: str, *, translates: bool) -> tuple[str, list[Row]]:
    how = reading_of(chat)
    places = {code: place for place, code in enumerate(how.languages, 1)}
    buttons = [
        Button(
            f"{places[code]}. {name}" if code in places else name,
            _to("read", code, wanted=code not in places),
        )
        for code, name in READING_NAMES.items()
    ]
    rows = _in_rows(buttons, 2)
    if chat.reads:
        usual = f"↺ {translate(language, 'button.reads_usual')}"
        rows.append((Button(usual, press("t", "read", "usual")),))
    if translates:  # without a translator there is nothing to choose
        rows += [
            (
                Button(
                    _ticked(translate(language, key), chosen=how.machine is wanted),
                    _to("machine", wanted=wanted),
                ),
            )
            for key, wanted in (("settings.rest_machine", True), ("settings.rest_original", False))
        ]
    return translate_html(language, "settings.ask_reads"), rows


def _posts_screen(chat: Chat, language: str) -> tuple[str, list[Row]]:
    why = Button(
        _ticked(translate(language, "button.show_why"), chosen=chat.shows_query),
        press("t", "why", "off" if chat.shows_query else "on"),
    )
    typed = Button(f"⌨️ {translate(language, 'button.type_footer')}", press("t", "typefooter"))
    rows: list[Row] = [(why,), (typed,)]
    if chat.footer:
        label = f"🗑 {translate(language, 'button.no_footer')}"
        rows.append((Button(label, press("t", "footer", "off")),))
    now = joined((bold(translate(language, "settings.posts")), posts(chat, language)), ": ")
    return joined((translate_html(language, "settings.ask_posts"), now), "\n\n"), rows


def _to(name: str, *value: object, wanted: bool) -> str:
    """Write the data of a button that says what shall be, so that a double tap is one."""
    return press("t", name, *value, int(wanted))


def _ticked(label: str, *, chosen: bool) -> str:
    return f"✓ {label}" if chosen else label


def _in_rows(buttons: list[Button], wide: int) -> list[Row]:
    return [tuple(buttons[start : start + wide]) for start in range(0, len(buttons), wide)]
