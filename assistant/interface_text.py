"""The interface's own words, in the reader's language.

Owns the message catalogues: English is the message id, the others are gettext files beside this
module, read as they are (no compile step, so an installed copy and a checkout behave alike).  It
knows nothing of calls; spoken lines and rule texts have their own sources.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from importlib.resources.abc import Traversable
from io import BytesIO
from typing import Self

from babel.messages.pofile import PoFileError, read_po

from compliance.errors import AssistantError, BadInput, Fault


@dataclass(frozen=True, slots=True)
class InterfaceLanguage:
    """One language of the interface.

    `code` is what rule texts are asked for, `folder` the catalogue's (empty: English, which needs
    none), `region` the tag by which money and dates are written, `name` its own name.
    """

    code: str
    folder: str
    region: str
    name: str


LANGUAGES = (
    InterfaceLanguage("en", "", "en-US", "English"),
    InterfaceLanguage("zh-Hant", "zh_Hant", "zh-TW", "繁體中文"),
    InterfaceLanguage("zh-Hans", "zh_Hans", "zh-CN", "简体中文"),
)

# How call languages, locale names and codes lead to an interface language.
_BY_TAG = {
    "en": "en",
    "zh": "zh-Hans",
    "zh-cn": "zh-Hans",
    "zh-sg": "zh-Hans",
    "zh-hans": "zh-Hans",
    "zh-tw": "zh-Hant",
    "zh-hk": "zh-Hant",
    "zh-mo": "zh-Hant",
    "zh-hant": "zh-Hant",
}


def interface_language(tag: str) -> InterfaceLanguage:
    """The interface language for a call language or locale (`zh-TW`, `zh_CN.UTF-8`, `en-GB`).

    Raises `AssistantError` naming what there is when the tag leads to none.
    """
    plain = tag.partition(".")[0].replace("_", "-").lower()
    parts = plain.split("-")
    for length in range(len(parts), 0, -1):
        code = _BY_TAG.get("-".join(parts[:length]))
        if code is not None:
            return next(language for language in LANGUAGES if language.code == code)
    raise AssistantError(
        f"There is no interface language for '{tag}'",
        "Choose one of " + ", ".join(language.code for language in LANGUAGES) + ".",
    )


@dataclass(frozen=True, slots=True)
class Catalogue:
    """The interface's words in one language."""

    language: InterfaceLanguage
    messages: Mapping[str, str]

    def text(self, msgid: str, **params: str | int) -> str:
        """The words for an English message id, its `{blanks}` filled.

        A message id that the catalogue lacks comes back in English: a line in the wrong language is
        of more use in a call than none.
        """
        words = self.messages.get(msgid, msgid)
        return words.format(**params) if params else words


def N_(msgid: str) -> str:  # noqa: N802 - gettext's own name for "translate later"
    """Mark a message id in a table; `Catalogue.text` translates it when it is shown."""
    return msgid


def catalogue_source(language: InterfaceLanguage) -> Traversable:
    """The catalogue file of a language other than English."""
    return files("assistant") / "locale" / language.folder / "LC_MESSAGES" / "assistant.po"


def load_catalogue(tag: str) -> Catalogue:
    """Read the catalogue of an interface language.

    Raises `AssistantError` for an unknown language and `BadInput` for a broken or missing file.
    """
    language = interface_language(tag)
    if not language.folder:
        return Catalogue(language, {})
    source = catalogue_source(language)
    try:
        with BytesIO(source.read_bytes()) as stream:
            catalog = read_po(stream, locale=language.folder, abort_invalid=True)
    except OSError as error:
        raise BadInput(
            "An interface catalogue is missing",
            (Fault(str(source), 0, 0, error.strerror or "cannot be read"),),
            "Install the program again.",
        ) from error
    except PoFileError as error:
        raise BadInput(
            "An interface catalogue is broken",
            (Fault(str(source), error.lineno, 0, str(error)),),
            "Mend this line or install the program again.",
        ) from error
    messages = {
        str(message.id): str(message.string)
        for message in catalog
        if message.id and message.string and not message.fuzzy
    }
    return Catalogue(language, messages)


class Told(str):  # noqa: SLOT000 - a text that carries what it was made of
    """A line in English, of which a screen says the like in its own language.

    `msgid` is the message with its slots, `params` what fills them.  `short`, where there is one,
    is the message id of what stands on a screen in its place; the line itself is told afterwards.
    """

    msgid: str
    params: dict[str, str]
    short: str

    def __new__(cls, msgid: str, /, short: str = "", **params: str) -> Self:
        """The message, filled."""
        line = super().__new__(cls, msgid.format(**params))
        line.msgid = msgid
        line.params = params
        line.short = short
        return line


class Interface:
    """The language the interface is in now, and the way to change it while it runs."""

    def __init__(self, tag: str) -> None:
        self._loaded: dict[str, Catalogue] = {}
        self.catalogue = self._load(interface_language(tag).code)

    def _load(self, code: str) -> Catalogue:
        if code not in self._loaded:
            self._loaded[code] = load_catalogue(code)
        return self._loaded[code]

    def switch(self, code: str) -> None:
        """Change to a language by its code."""
        self.catalogue = self._load(code)

    def switch_to_next(self) -> None:
        """Change to the next language, round and round."""
        codes = [language.code for language in LANGUAGES]
        here = codes.index(self.catalogue.language.code)
        self.switch(codes[(here + 1) % len(codes)])

    def text(self, msgid: str, **params: str | int) -> str:
        """`Catalogue.text` in the language of the moment."""
        return self.catalogue.text(msgid, **params)

    def line(self, told: str) -> str:
        """A line that was told, whole, in the language of the moment."""
        if isinstance(told, Told):
            return self.text(told.msgid, **told.params)
        return self.text(told)
