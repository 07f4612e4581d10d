"""Why something came, came late, or did not come: said in sentences. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, tzinfo

from bot.conversation import Html, Message
from bot.render import changes
from bot.render.marking import Marker
from bot.render.markup import bold, chunks, escape, joined, tidy, translate_html
from bot.render.queries import query_title
from bot.render.stories import MACHINE, outlet_name, removed, title
from bot.texts import catalogue, translate, words
from storage.model import Chat, Item, ItemId, Match, Story, SubscriptionId
from storage.outbox.deliveries import Delivery
from storage.reading import headline, reading_of
from storage.revisions import Revision
from watchers.explanation import Account, Apart, Came
from watchers.stories import Grounds
from watchers.text.names import Entity, EntityId, Gazetteer

MOST_MATCHES = 6
MOST_NAMED = 4
MOST_CHANGED = 3
LEAST_COPIED = 0.3
"""Below it, runs in common are set phrases."""
LEAST_SHOWN = 0.05
COUNTRY_CODE = 2


@dataclass(frozen=True, slots=True)
class Trace:
    """What is known of a story for one chat.

    ``queries`` are the chat's subscriptions by id; those ``by_headline`` ring for headlines
    only, those ``by_digest`` not at all. ``too_late`` are those that would meet the
    story but were made after it came. ``evidence`` (for admins) accounts for each item's way
    into the story, with the gazetteer's ``entities`` for the names in it. ``versions`` are
    what items said earlier.
    """

    story: Story
    matches: tuple[Match, ...] = ()
    queries: Mapping[SubscriptionId, str] = field(default_factory=dict)
    by_headline: frozenset[SubscriptionId] = frozenset()
    by_digest: frozenset[SubscriptionId] = frozenset()
    too_late: tuple[str, ...] = ()
    deliveries: tuple[Delivery, ...] = ()
    muted: bool = False
    evidence: tuple[Account, ...] = ()
    entities: Mapping[EntityId, Entity] = field(default_factory=dict)
    names: Gazetteer | None = None
    versions: Mapping[ItemId, Sequence[Revision]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Reason:
    """What one query met in a story: the query as it was then, its term, the word of the text.

    ``outlet`` wrote the word, where the item that is shown has none; ``now`` is the query as
    it is now, where that is another, and ``noted`` says whether the query of then is known.
    ``machine`` marks a word of a machine's translation.
    """

    query: str
    term: str = ""
    word: str = ""
    outlet: str = ""
    now: str = ""
    noted: bool = True
    machine: bool = False


def met(
    story: Story,
    shown: Item,
    matches: Iterable[Match],
    queries: Mapping[SubscriptionId, str],
    names: Gazetteer | None = None,
) -> tuple[Reason, ...]:
    """Say once for each query what it met; those that met a headline first.

    It is a word of the item that is ``shown``, where that has one: other outlets, and other
    languages, write it in their own ways. ``queries`` are those of now.
    """
    by_query: dict[str, list[Match]] = {}
    for match in sorted(matches, key=lambda match: (match.machine, not match.in_headline)):
        query = match.query or queries.get(match.subscription_id, "")
        by_query.setdefault(query, []).append(match)
    return tuple(
        replace(
            _word_met(story, shown, query, found, names),
            now=current
            if (current := queries.get(found[0].subscription_id, query)) != query
            else "",
            noted=any(match.query for match in found),
        )
        for query, found in by_query.items()
    )


def _word_met(
    story: Story, shown: Item, query: str, found: Sequence[Match], names: Gazetteer | None
) -> Reason:
    """Choose the word to name: of the item that is shown, else of the first that matched."""
    if (here := next((match for match in found if match.item_id == shown.id), None)) is not None:
        return Reason(query, here.term, here.word, machine=here.machine)
    first, by_machine = found[0], shown.original is not None
    words_here = Marker.of((query,), names).words(shown)
    if first.term in words_here:
        return Reason(query, first.term, words_here[first.term], machine=by_machine)
    if words_here:
        return Reason(query, *next(iter(words_here.items())), machine=by_machine)
    if first.machine:
        return Reason(query, first.term, first.word, machine=True)
    item = next((item for item in story.items if item.id == first.item_id), None)
    return Reason(query, first.term, first.word, item.outlet.name if item is not None else "")


def why(trace: Trace, chat: Chat, *, now: datetime) -> Message:
    """Say which query and word matched, what was sent or not, and why."""
    language = chat.language
    parts = [
        bold(title(headline(trace.story, reading_of(chat)), language)),
        _matched(trace, chat),
        _changed_since(trace, chat, now),
        joined(_became(delivery, chat, now) for delivery in trace.deliveries[:8]),
        translate_html(language, "why.muted") if trace.muted else Html(),
        _evidence(trace, language, words.zone(chat.time_zone)),
    ]
    if not trace.deliveries and trace.matches:
        parts.insert(3, _not_sent(trace, chat))
    return Message(chunks(joined(parts, "\n\n"))[0])


def _matched(trace: Trace, chat: Chat) -> Html:
    language = chat.language
    if not trace.matches and trace.too_late:
        query = ", ".join(query_title(text, language, 120) for text in trace.too_late[:3])
        return translate_html(language, "why.too_late", query=query)
    if not trace.matches:
        return translate_html(language, "why.no_match")
    shown = headline(trace.story, reading_of(chat))
    found = met(trace.story, shown, trace.matches, trace.queries, trace.names)
    then = (
        "" if all(reason.noted for reason in found) else translate_html(language, "why.not_noted")
    )
    return joined((*(_reason_line(reason, language) for reason in found[:MOST_MATCHES]), then))


def _changed_since(trace: Trace, chat: Chat, now: datetime) -> Html:
    """Say what became of the reports that met the queries: the words met may stand no more."""
    met_in = {match.item_id for match in trace.matches}
    said = []
    for item in trace.story.items:
        changed = changes.lines(item, trace.versions.get(item.id, ()), chat, now)
        gone = removed(item, chat, now)
        if item.id in met_in and (changed or gone):
            name = outlet_name(item.outlet, chat.language, owner=False, url=item.url)
            said.append(joined((name, changed, gone)))
    return joined(said[:MOST_CHANGED], "\n\n")


def _not_sent(trace: Trace, chat: Chat) -> Html:
    """Say why nothing rang: it waits for the digest, or it was no news when it came."""
    language, kept = chat.language, chat.wants_digests
    if {match.subscription_id for match in trace.matches} <= trace.by_digest:
        return translate_html(language, "why.for_digest" if kept else "why.for_no_digest")
    ringing = [match for match in trace.matches if match.subscription_id not in trace.by_digest]
    met_by = {match.subscription_id for match in ringing}
    if any(match.in_headline for match in ringing) or not met_by <= trace.by_headline:
        return translate_html(language, "why.no_news")
    return translate_html(language, "why.in_text" if kept else "why.in_text_untold")


def _reason_line(reason: Reason, language: str) -> Html:
    """Say what a query met, and what it is now where it was given other words since."""
    query, term, word = (
        query_title(reason.query, language, 120),
        tidy(reason.term, 60),
        tidy(reason.word, 60),
    )
    if reason.outlet:
        word = f"{word} ({tidy(reason.outlet, 40)})"
    elif reason.machine:
        word = f"{word} ({MACHINE} {translate(language, 'machine.mark')})"
    if not reason.word:
        sentence = translate_html(language, "why.query", query=query)
    elif reason.word.casefold() == reason.term.casefold():
        sentence = translate_html(language, "why.same_word", query=query, word=word)
    else:
        sentence = translate_html(language, "why.word", query=query, term=term, word=word)
    now = (
        translate_html(language, "why.query_now", query=query_title(reason.now, language, 120))
        if reason.now
        else ""
    )
    return joined((sentence, now), " ")


def _became(delivery: Delivery, chat: Chat, now: datetime) -> Html:
    """Say what became of one delivery, with the reason where it has one."""
    language = chat.language
    at = words.when(
        delivery.settled_at or delivery.created_at, now, language, words.zone(chat.time_zone)
    )
    kind = translate(language, f"kind.{delivery.kind}")
    line = translate_html(language, f"why.{delivery.state}", kind=kind, at=at)
    if not delivery.reason:
        return joined(("•", line), " ")
    return joined(("•", line, escape(f"({because(delivery.reason, language)})")), " ")


def because(reason: str, language: str) -> str:
    """Say why something was not sent, or not at once; what Telegram itself said stays quoted."""
    # A failed file or disk has its sentence; what comes after a colon is for the log.
    for key in (
        reason if "." in reason else "",
        f"reason.{reason.partition(':')[0].replace(' ', '_')}",
    ):
        if known(key, language):
            return translate(language, key)
    return translate(language, "reason.telegram", words=tidy(reason, 80))


def _evidence(trace: Trace, language: str, zone: tzinfo) -> Html:
    if not trace.evidence:
        return Html()
    rows = [
        joined(
            (
                joined((f"{at}.", outlet_name(evidence.item.outlet, language, owner=False)), " "),
                *(
                    f"— {line}"
                    for line in account(evidence, trace.story, language, trace.entities, zone)
                ),
            )
        )
        for at, evidence in enumerate(trace.evidence, 1)
    ]
    return joined((translate_html(language, "why.evidence"), joined(rows, "\n\n")), "\n\n")


# --- how an item came to its story ------------------------------------------------------------


def account(
    evidence: Account,
    story: Story,
    language: str,
    entities: Mapping[EntityId, Entity],
    zone: tzinfo = UTC,
) -> list[str]:
    """Say in plain sentences how an item came to its story, and what was kept apart from it."""
    explainer = _Explainer(story, language, entities, zone)
    return [
        explainer.came(evidence),
        *(explainer.apart(veto) for veto in evidence.apart if veto.other),
    ]


def percent(share: float) -> int:
    """Return a share as whole per cents; only what is certain is 100."""
    return 100 if share >= 1 else min(99, round(share * 100))


@dataclass(frozen=True, slots=True)
class _Explainer:
    """Says accounts of one story in one language."""

    story: Story
    language: str
    entities: Mapping[EntityId, Entity]
    zone: tzinfo

    def say(self, key: str, /, **values: object) -> str:
        return translate(self.language, key, **values)

    def came(self, evidence: Account) -> str:
        other = self.other(evidence.other)
        how = self.say(
            f"came.{evidence.came}",
            other=other,
            percent=percent(evidence.score),
            count=evidence.days,
            at="" if evidence.at is None else words.date(evidence.at, self.language, self.zone),
        )
        if (
            evidence.came is Came.FIRST
            and evidence.other is not None
            and evidence.score >= LEAST_SHOWN
        ):
            nearest = self.say("came.nearest", other=other, percent=percent(evidence.score))
            return "; ".join([how, nearest, *self.meaning(evidence.meaning)])
        why = (
            self.grounds(evidence.grounds) if evidence.grounds else self.signals(evidence.signals)
        )
        why += self.meaning(evidence.meaning)
        if evidence.came in (Came.LIKE, Came.LATER) and why:
            return f"{how}: {'; '.join(why)}"
        return how

    def apart(self, veto: Apart) -> str:
        return f"{self.say('apart', other=self.other(veto.other))}: {self.veto(veto)}"

    def other(self, item: Item | None) -> str:
        """Name another item: by its place in this story, else by the story it is in."""
        if item is None:
            return self.say("came.gone")
        outlet = tidy(item.outlet.name, 40)
        ids = [member.id for member in self.story.items]
        if item.id in ids:
            return f"{ids.index(item.id) + 1} ({outlet})"
        return f"/s{item.story_id} ({outlet})"

    def grounds(self, found: Grounds) -> list[str]:
        currencies = [name for name in found.names if self.is_currency(EntityId(name))]
        names = [name for name in found.names if name not in currencies]
        parts = [
            self.say("ground.same_headline") if found.same_headline else "",
            self.say("ground.copied", percent=percent(found.copied))
            if found.copied >= LEAST_COPIED
            else "",
            self.several("ground.notions" if found.across else "ground.words", found.words),
            self.several("ground.names", [self.name(name) for name in names]),
            self.several("ground.currencies", [self.name(name) for name in currencies]),
            self.several("ground.figures", found.figures),
            self.several("ground.places", [self.name(place) for place in found.places]),
        ]
        if found.apart:
            one, other = (self.name(place) for place in found.apart)
            parts.append(self.say("ground.places_apart", one=one, other=other))
        elif not found.places:
            parts.append(self.say("ground.no_place"))
        return [part for part in parts if part]

    def meaning(self, near: float | None) -> list[str]:
        """Say that meaning decided, and how near it was."""
        if near is None:
            return []
        return [self.say("ground.meaning", near=words.hundredths(near, self.language))]

    def is_currency(self, identity: EntityId) -> bool:
        """Tell whether a thing of the gazetteer is money: nobody calls the dollar a name."""
        found = self.entities.get(identity)
        return found is not None and found.kind == "currency"

    def several(self, key: str, found: Sequence[str]) -> str:
        """Say how many of a kind are in common, and name the first few."""
        if not found:
            return ""
        shown = ", ".join(tidy(word, 40) for word in found[:MOST_NAMED])
        more = " …" if len(found) > MOST_NAMED else ""
        return self.say(key, count=len(found), shown=f"{shown}{more}")

    def signals(self, found: Sequence[tuple[str, float]]) -> list[str]:
        """Say a verdict's own figures, where its texts cannot be compared any more."""
        return [
            self.say(f"signal.{name}", percent=percent(value), count=round(value))
            for name, value in found
            if known(f"signal.{name}", self.language)
        ]

    def veto(self, veto: Apart) -> str:
        key = f"veto.{veto.what}"
        if not known(key, self.language):
            return self.say("veto.other")
        match (veto.what, *veto.values):
            case ("place", str(one), str(other), *_):
                return self.say(key, one=self.name(one), other=self.name(other))
            case ("filling", str(one), str(other)):
                return self.say(key, one=one, other=other)
            case ("figure", str(unit), int(one) | float(one), int(other) | float(other)):
                return self.figures(unit, one, other)
            case (_, int(count) | float(count), *_):
                return self.say(key, count=round(count))
            case _:
                return self.say(key)

    def figures(self, unit: str, one: float, other: float) -> str:
        key = f"veto.figure_{unit}"
        sign = "%" if unit == "%" else ""
        return self.say(
            key if known(key, self.language) else "veto.figure",
            one=f"{words.number(one, self.language)}{sign}",
            other=f"{words.number(other, self.language)}{sign}",
        )

    def name(self, identity: str) -> str:
        """Name a thing of the gazetteer in the reader's language, else as the table does."""
        found = self.entities.get(EntityId(identity))
        if len(identity) == COUNTRY_CODE and (found is None or found.kind == "country"):
            return words.country(identity, self.language)
        if found is None:
            return identity
        # Of names the gazetteer keeps two writings: whoever reads Cyrillic knows the Russian one.
        return (found.russian if self.language not in ("en", "uz") else "") or found.label


def known(key: str, language: str) -> bool:
    """Tell whether the catalogue has a sentence under a key."""
    return catalogue(language).template(key, 0) is not None
