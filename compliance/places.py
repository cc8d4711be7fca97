"""Which languages and jurisdictions there are, and how one follows from the other.

Owns the defaults that every command and file format shares; it loads nothing.
"""

from __future__ import annotations

from compliance.errors import AssistantError

LANGUAGES = ("en-US", "en-GB", "zh-TW", "zh-CN", "zh-HK", "en-HK")
JURISDICTIONS = ("tw", "cn", "us", "hk", "uk")

# Of several languages of one jurisdiction the last is the one usually spoken.
JURISDICTION_OF = {
    "en-US": "us",
    "en-GB": "uk",
    "zh-TW": "tw",
    "zh-CN": "cn",
    "en-HK": "hk",
    "zh-HK": "hk",
}
LANGUAGE_OF = {jurisdiction: language for language, jurisdiction in JURISDICTION_OF.items()}


def jurisdiction_of(language: str) -> str:
    """The jurisdiction that a language stands for unless told otherwise.

    Raises `AssistantError` naming the languages there are.
    """
    try:
        return JURISDICTION_OF[language]
    except KeyError:
        raise AssistantError(
            f"There is no language '{language}'", f"Choose one of {', '.join(LANGUAGES)}."
        ) from None


def language_of(jurisdiction: str) -> str:
    """The language usually spoken in a jurisdiction.

    Raises `AssistantError` naming the jurisdictions there are.
    """
    try:
        return LANGUAGE_OF[jurisdiction]
    except KeyError:
        raise AssistantError(
            f"There is no jurisdiction '{jurisdiction}'",
            f"Choose one of {', '.join(JURISDICTIONS)}.",
        ) from None
