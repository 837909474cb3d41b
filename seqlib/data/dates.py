"""Dates as people write them, in many languages, and in ISO 8601: what the sequence-to-sequence models translate.

An input holds one to four dates of one locale, joined as that locale joins the items of a list; the target holds the
same dates, in the same order, as `YYYY-MM-DD` with a space between. The forms come from the installed `babel` package.
Forms that read as another date elsewhere (`03/04/2024`) are left out, so each input has one right answer.
"""

import hashlib
import random
from datetime import date, timedelta
from functools import lru_cache
from importlib.metadata import version
from typing import NamedTuple

LOCALES = (
    "de_DE", "en_GB", "en_US", "es_ES", "fi_FI", "fr_FR", "id_ID", "it_IT", "ja_JP", "ko_KR", "nl_NL", "pl_PL",
    "pt_BR", "sv_SE", "tr_TR", "zh_CN",
)  # fmt: skip
FORMS = ("medium", "long", "full")
MOST = 4
"""The largest number of dates in an input."""
FIRST, LAST = date(1950, 1, 1), date(2049, 12, 31)
SIZES = {"train": 24000, "validation": 1600, "test": 3200}
"""Inputs of each part, as many of every number of dates and of every locale."""
SEED = 15


class Example(NamedTuple):
    """An input, its target, the locale that it is written in, and how many dates it holds."""

    source: str
    target: str
    locale: str
    size: int


class Split(NamedTuple):
    """The three parts of the data; no date stands in two of them."""

    train: list[Example]
    validation: list[Example]
    test: list[Example]


def part_of(day: date) -> str:
    """The part of the split to which a date belongs, by its hash alone.

    Args:
        day: any date.

    Returns:
        "train" (8 of 10), "validation" (1 of 10) or "test" (1 of 10).
    """
    tenth = int(hashlib.sha256(day.isoformat().encode()).hexdigest()[:16], 16) % 10
    return {8: "validation", 9: "test"}.get(tenth, "train")


def days(part: str) -> list[date]:
    """All dates of a part, in order.

    Args:
        part: "train", "validation" or "test".

    Returns:
        The dates from FIRST to LAST that belong to it.

    Raises:
        ValueError: there is no such part.
    """
    if part not in Split._fields:
        raise ValueError(f"part is {part!r}; expected one of {', '.join(Split._fields)}")
    return list(_days()[part])


@lru_cache(maxsize=1)
def _days() -> dict[str, list[date]]:
    parts: dict[str, list[date]] = {name: [] for name in Split._fields}
    for number in range((LAST - FIRST).days + 1):
        day = FIRST + timedelta(days=number)
        parts[part_of(day)].append(day)
    return parts


def written(days: list[date], locale: str, form: str = "long") -> str:
    """Dates as a locale writes them, in lower case, joined as it joins the items of a list.

    Args:
        days: one date or more.
        locale: such as "ko_KR".
        form: "medium", "long" or "full" (with the day of the week).

    Returns:
        The text.

    Raises:
        ValueError: no date, or an unknown form.
        babel.UnknownLocaleError: babel has no such locale.
    """
    if not days:
        raise ValueError("days is empty; expected at least one date")
    if form not in FORMS:
        raise ValueError(f"form is {form!r}; expected one of {', '.join(FORMS)}")
    from babel import Locale
    from babel.dates import format_date
    from babel.lists import format_list

    texts = [format_date(day, form, locale=locale) for day in days]
    joined = format_list(texts, locale=Locale.parse(locale)) if len(texts) > 1 else texts[0]
    return joined.lower().replace("\u00a0", " ").replace("\u202f", " ")


@lru_cache(maxsize=1)
def split() -> Split:
    """The fixed examples of each part, drawn from its own dates.

    Returns:
        Lists train, validation, test, of SIZES. Treat as read-only.
    """
    return Split(*(_examples(part, size) for part, size in SIZES.items()))


def _examples(part: str, size: int) -> list[Example]:
    draw, pool, found = random.Random(f"{SEED} {part}"), _days()[part], []
    for number in range(size):
        locale, count = LOCALES[number % len(LOCALES)], 1 + number // len(LOCALES) % MOST
        chosen = [draw.choice(pool) for _ in range(count)]
        source = written(chosen, locale, draw.choice(FORMS))
        found.append(Example(source, " ".join(day.isoformat() for day in chosen), locale, count))
    return found


def provenance() -> dict[str, str | int]:
    """What the data are, for a card.

    Returns:
        Package, version, the number of examples in each part, and `sha256` over all inputs and targets in order.
    """
    parts = split()
    text = "\n".join(f"{example.source}\t{example.target}" for part in parts for example in part)
    counts = {part: len(getattr(parts, part)) for part in Split._fields}
    digest = hashlib.sha256(text.encode()).hexdigest()
    return {"package": "babel", "version": version("babel"), **counts, "sha256": digest}
