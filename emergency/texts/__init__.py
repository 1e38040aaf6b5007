"""The words of the console in two languages.

A message is English text with named gaps, ``"{count} claims"``; it is its own
identifier. Chinese stands in the catalogues ``zh_CN/*.po`` beside this file,
one per room, merged when they are read. The domain never writes sentences: it
returns a `Message`, and whoever speaks turns it into words.
"""

from __future__ import annotations

import gettext
import io
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

LANGUAGES: Mapping[str, str] = {"en": "English", "zh_CN": "简体中文"}
CATALOGUES = Path(__file__).parent


@dataclass(frozen=True)
class Message:
    """A sentence not yet spoken: an identifier and the values for its gaps.

    Values may be messages or bilingual pairs ``{"en": …, "zh": …}`` themselves; they are
    spoken in the same language.
    """

    id: str
    values: Mapping[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        return speaker("en")(self)


def N_(id: str) -> str:
    """Mark a constant for the catalogues without translating it yet."""
    return id


class Speaker:
    """Turns messages into words of one language: ``say("{n} claims", n=3)``."""

    def __init__(self, language: str) -> None:
        if language not in LANGUAGES:
            raise ValueError(f"language {language!r} is not one of {', '.join(LANGUAGES)}")
        self.language = language
        self._find = _translations(language)

    def __call__(self, message: str | Message, /, **values: Any) -> str:
        if isinstance(message, Message):
            values = {**message.values, **values}
            message = message.id
        text = self._find(message) if message else ""
        if not values:
            return text
        return text.format(**{k: self._spoken(v) for k, v in values.items()})

    def _spoken(self, value: Any) -> Any:
        if isinstance(value, Message):
            return self(value)
        return self.of(value) if isinstance(value, Mapping) else value

    def of(self, texts: Mapping[str, str]) -> str:
        """The text of a bilingual pair ``{"zh": …, "en": …}``, the other where one is missing."""
        first, second = ("zh", "en") if self.language == "zh_CN" else ("en", "zh")
        return texts.get(first) or texts.get(second, "")


@cache
def speaker(language: str) -> Speaker:
    return Speaker(language)


def catalogue(language: str) -> Catalog:
    """All entries of one language, merged from its files.

    Raises:
        ValueError: two files translate one message differently.
    """
    merged = Catalog(locale=language, domain="emergency")
    for path in sorted((CATALOGUES / language).glob("*.po")):
        with path.open("rb") as file:
            for entry in read_po(file, locale=language):
                if not entry.id:
                    continue
                earlier = merged.get(entry.id)
                if earlier and earlier.string != entry.string:
                    raise ValueError(f"{path.name}: {entry.id!r} is also translated elsewhere, differently")
                merged.add(entry.id, entry.string)
    return merged


def _translations(language: str) -> Any:
    compiled = io.BytesIO()
    write_mo(compiled, catalogue(language))
    compiled.seek(0)
    return gettext.GNUTranslations(compiled).gettext
