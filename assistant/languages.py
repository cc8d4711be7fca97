"""Which languages and jurisdictions there are, and how one follows from the other.

Owns the defaults that every command shares; it loads nothing.
"""

from __future__ import annotations

from compliance.errors import AssistantError

LANGUAGES = ("en-US", "en-GB", "zh-TW", "zh-CN", "zh-HK")
JURISDICTIONS = ("tw", "cn", "us", "hk", "uk")

_JURISDICTION = {"en-US": "us", "en-GB": "uk", "zh-TW": "tw", "zh-CN": "cn", "zh-HK": "hk"}
_LANGUAGE = {"us": "en-US", "uk": "en-GB", "tw": "zh-TW", "cn": "zh-CN", "hk": "zh-HK"}


def jurisdiction_of(language: str) -> str:
    """The jurisdiction that a language stands for unless told otherwise.

    Raises `AssistantError` naming the languages there are.
    """
    try:
        return _JURISDICTION[language]
    except KeyError:
        raise AssistantError(
            f"There is no language '{language}'", f"Choose one of {', '.join(LANGUAGES)}."
        ) from None


def language_of(jurisdiction: str) -> str:
    """The language usually spoken in a jurisdiction.

    Raises `AssistantError` naming the jurisdictions there are.
    """
    try:
        return _LANGUAGE[jurisdiction]
    except KeyError:
        raise AssistantError(
            f"There is no jurisdiction '{jurisdiction}'",
            f"Choose one of {', '.join(JURISDICTIONS)}.",
        ) from None
