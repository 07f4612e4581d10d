"""How long the analysis of a headline with its summary takes, and the start of the stack.

Run by hand: python -m tests.benchmarks.words
"""

import itertools
import random
import resource
import time

SUBJECTS = {
    "ru": "Правительство Казахстана|Президент Мирзиёев|Министерство энергетики|Жители Оша|Суд в Бишкеке|Нацбанк|Парламент Таджикистана|Компания Казатомпром",
    "en": "The Kazakh government|President Japarov|Energy officials|Residents of Khujand|A court in Tashkent|The central bank|Russian investors|Turkmen diplomats",
    "kk": "Қазақстан үкіметі|Президент Тоқаев|Энергетика министрлігі|Алматы тұрғындары|Сот|Ұлттық банк|Мәжіліс депутаттары",
    "ky": "Кыргызстандын өкмөтү|Президент Жапаров|Энергетика министрлиги|Оштун тургундары|Сот|Улуттук банк",
    "uz-Latn": "Oʻzbekiston hukumati|Prezident Mirziyoyev|Energetika vazirligi|Samarqand aholisi|Sud|Markaziy bank",
    "uz-Cyrl": "Ўзбекистон ҳукумати|Президент Мирзиёев|Энергетика вазирлиги|Бухоро аҳолиси|Суд",
    "tg": "Ҳукумати Тоҷикистон|Президент Раҳмон|Вазорати энергетика|Сокинони Хуҷанд|Суд|Бонки миллӣ",
    "tk": "Türkmenistanyň hökümeti|Prezident Berdimuhamedow|Energetika ministrligi|Aşgabadyň ýaşaýjylary|Milli bank",
}  # fmt: skip
ACTIONS = {
    "ru": "подписало соглашение о поставках газа|обсудил строительство железной дороги|повысит тарифы на электроэнергию на 16,5%|сообщили о наводнении в трёх районах|отменил решение о выборах|продлил договор с Китаем|запретит экспорт зерна до 2027 года",
    "en": "signed a deal on gas supplies|discussed the new railway to China|will raise electricity tariffs by 16.5%|reported floods in three districts|overturned the election ruling|extended its treaty with Russia|will ban grain exports until 2027",
    "kk": "газ жеткізу туралы келісімге қол қойды|жаңа теміржол құрылысын талқылады|электр тарифін 16,5 пайызға көтереді|су тасқыны туралы хабарлады|астық экспортына тыйым салады",
    "ky": "газ жеткирүү келишимине кол койду|жаңы темир жолду талкуулады|электр тарифин 16,5 пайызга көтөрөт|суу ташкыны тууралуу билдирди",
    "uz-Latn": "gaz yetkazib berish shartnomasini imzoladi|yangi temir yo'l qurilishini muhokama qildi|elektr tarifini 16,5 foizga oshiradi|suv toshqini haqida xabar berdi",
    "uz-Cyrl": "газ етказиб бериш шартномасини имзолади|янги темир йўл қурилишини муҳокама қилди|электр тарифини 16,5 фоизга оширади",
    "tg": "созишномаро дар бораи интиқоли газ имзо кард|сохтмони роҳи оҳанро баррасӣ намуд|нархи барқро 16,5 фоиз боло мебарад",
    "tk": "gaz ibermek barada şertnama gol çekdi|täze demir ýol gurluşygyny ara alyp maslahatlaşdy|elektrik nyrhyny 16,5 göterim galdyrar",
}  # fmt: skip


def headlines() -> list[tuple[str, str]]:
    """Give a few hundred invented headlines with their languages, shuffled the same each time."""
    made = [
        (f"{subject} {action}", lang)
        for lang in SUBJECTS
        for subject, action in itertools.product(
            SUBJECTS[lang].split("|"), ACTIONS[lang].split("|")
        )
    ]
    random.Random(7).shuffle(made)
    return made


def main() -> None:
    """Print start, memory, and the time of an item with new and with known words."""
    started = time.perf_counter()
    from watchers.text.words import analyse  # noqa: PLC0415 - the import is measured

    analyse("Цены на газ", "Gas prices; газ бағасы")
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"start {time.perf_counter() - started:.2f} s, {memory:.0f} MB")
    texts = headlines()
    by_lang: dict[str, list[str]] = {}
    for text, lang in texts:
        by_lang.setdefault(lang, []).append(text)
    items = [
        (text, ". ".join(by_lang[lang][at % 7 : at % 7 + 4]))
        for at, (text, lang) in enumerate(texts)
    ]
    for name in ("new words", "known words", "known words"):
        started = time.perf_counter()
        keys = sum(len(analyse(title, summary).keys) for title, summary in items)
        took = (time.perf_counter() - started) / len(items) * 1e3
        size = sum(len(title) + len(summary) for title, summary in items) / len(items)
        print(
            f"{name}: {took:.3f} ms an item of {size:.0f} characters, {keys / len(items):.0f} keys"
        )
    print(f"memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")


if __name__ == "__main__":
    main()
