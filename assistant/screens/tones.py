"""What the screens' colours mean, and the two themes that give them.

Owns `Tone` (why a stretch of text looks as it does) and the dark and light palettes.  A tone never
carries meaning alone: a sign or a word always says the same.  Blue and orange are told apart by
every kind of colour vision, so "good" is blue and "stop" is orange; every pair of text and ground
has a contrast of at least 4.5 to 1 (WCAG 2.2, 1.4.3).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from rich.style import Style
from textual.theme import Theme


class Tone(StrEnum):
    """Why a stretch of text looks as it does."""

    TEXT = "text"
    STRONG = "strong"
    BRIGHT = "bright"  # the one figure, name or sentence that matters most in its place
    SAY = "say"  # the line to say now: the brightest thing on the screen
    SAY_BAR = "say_bar"  # the bar beside it
    MUTED = "muted"
    RULE = "rule"  # lines that part the areas; decoration
    ACCENT = "accent"  # where we are
    GOOD = "good"
    CAUTION = "caution"
    ALARM = "alarm"
    ALARM_BAND = "alarm_band"
    CAUTION_BAND = "caution_band"
    HELP_BAND = "help_band"  # the caller needs something: no reproach
    FADING_BAND = "fading_band"
    AGENT = "agent"
    CUSTOMER = "customer"
    SPOKEN = "spoken"  # settled words of the transcript
    PARTIAL = "partial"  # words not settled yet
    MARK = "mark"
    MARK_SOFT = "mark_soft"
    KEY = "key"
    COVER = "cover"
    BAR = "bar"  # the top and bottom lines


@dataclass(frozen=True, slots=True)
class Look:
    """How a tone looks; an empty `ground` is the screen's own."""

    text: str
    ground: str = ""
    bold: bool = False
    italic: bool = False
    underline: bool = False


@dataclass(frozen=True, slots=True)
class Palette:
    """A theme of ours."""

    name: str
    dark: bool
    ground: str
    panel: str
    looks: Mapping[Tone, Look]

    def style(self, tone: Tone, over: Tone = Tone.TEXT) -> Style:
        """The tone as a Rich style, its ground always given.

        A tone without a ground of its own takes that of the tone it lies `over`.
        """
        look = self.looks[tone]
        return Style(
            color=look.text,
            bgcolor=look.ground or self.looks[over].ground or self.ground,
            bold=look.bold,
            italic=look.italic,
            underline=look.underline,
        )

    def theme(self) -> Theme:
        """The Textual theme for what Textual draws itself: palette, inputs, scrollbars."""
        return Theme(
            name=self.name,
            dark=self.dark,
            primary=self.looks[Tone.ACCENT].text,
            secondary=self.looks[Tone.MUTED].text,
            accent=self.looks[Tone.ACCENT].text,
            warning=self.looks[Tone.CAUTION].text,
            error=self.looks[Tone.ALARM].text,
            success=self.looks[Tone.GOOD].text,
            foreground=self.looks[Tone.TEXT].text,
            background=self.ground,
            surface=self.ground,
            panel=self.panel,
            variables={
                "scrollbar": self.looks[Tone.RULE].text,
                "scrollbar-hover": self.looks[Tone.MUTED].text,
                "scrollbar-active": self.looks[Tone.MUTED].text,
                "scrollbar-background": self.ground,
                "scrollbar-background-hover": self.ground,
                "scrollbar-background-active": self.ground,
                "scrollbar-corner-color": self.ground,
                "muted": self.looks[Tone.MUTED].text,
                "rule": self.looks[Tone.RULE].text,
            },
        )


DARK = Palette(
    name="assistant-dark",
    dark=True,
    ground="#11161d",
    panel="#1a212b",
    looks={
        Tone.TEXT: Look("#d5dce5"),
        Tone.STRONG: Look("#eef2f7", bold=True),
        Tone.BRIGHT: Look("#ffffff", bold=True),
        Tone.SAY: Look("#ffffff", "#1c2530", bold=True),
        Tone.SAY_BAR: Look("#7fc4ff", "#1c2530", bold=True),
        Tone.MUTED: Look("#93a1b1"),
        Tone.RULE: Look("#34404e"),
        Tone.ACCENT: Look("#7fc4ff", bold=True),
        Tone.GOOD: Look("#6fc9f5", bold=True),
        Tone.CAUTION: Look("#f2c14e", bold=True),
        Tone.ALARM: Look("#ff9d5c", bold=True),
        Tone.ALARM_BAND: Look("#1a0e05", "#ff9d5c", bold=True),
        Tone.CAUTION_BAND: Look("#ffc69b", "#3a2618", bold=True),
        Tone.HELP_BAND: Look("#a8dcff", "#12304a", bold=True),
        Tone.FADING_BAND: Look("#c9a58c", "#1f1a18"),
        Tone.AGENT: Look("#a9c7e8"),
        Tone.CUSTOMER: Look("#d9c39a"),
        Tone.SPOKEN: Look("#b9c3cf"),
        Tone.PARTIAL: Look("#8592a1", italic=True),
        Tone.MARK: Look("#ffb684", "#3a2618", bold=True, underline=True),
        Tone.MARK_SOFT: Look("#f2c14e", "#2c2716", underline=True),
        Tone.KEY: Look("#d5dce5", "#2a3440", bold=True),
        Tone.COVER: Look("#93a1b1", "#1a212b"),
        Tone.BAR: Look("#d5dce5", "#1a212b"),
    },
)

LIGHT = Palette(
    name="assistant-light",
    dark=False,
    ground="#faf9f6",
    panel="#efede7",
    looks={
        Tone.TEXT: Look("#2a3038"),
        Tone.STRONG: Look("#14181d", bold=True),
        Tone.BRIGHT: Look("#000000", bold=True),
        Tone.SAY: Look("#000000", "#eeeae0", bold=True),
        Tone.SAY_BAR: Look("#0b5a9e", "#eeeae0", bold=True),
        Tone.MUTED: Look("#5b6672"),
        Tone.RULE: Look("#cfcbc0"),
        Tone.ACCENT: Look("#0b5a9e", bold=True),
        Tone.GOOD: Look("#0a5f9a", bold=True),
        Tone.CAUTION: Look("#7a5200", bold=True),
        Tone.ALARM: Look("#a83a00", bold=True),
        Tone.ALARM_BAND: Look("#ffffff", "#b03e00", bold=True),
        Tone.CAUTION_BAND: Look("#7a2e00", "#fde3d0", bold=True),
        Tone.HELP_BAND: Look("#084b80", "#d9ecfa", bold=True),
        Tone.FADING_BAND: Look("#7a5a48", "#f5efe8"),
        Tone.AGENT: Look("#2f567d"),
        Tone.CUSTOMER: Look("#6b5318"),
        Tone.SPOKEN: Look("#3d464f"),
        Tone.PARTIAL: Look("#5f6972", italic=True),
        Tone.MARK: Look("#8a2f00", "#fde3d0", bold=True, underline=True),
        Tone.MARK_SOFT: Look("#6b4a00", "#f8efd2", underline=True),
        Tone.KEY: Look("#2a3038", "#dedad0", bold=True),
        Tone.COVER: Look("#5b6672", "#efede7"),
        Tone.BAR: Look("#2a3038", "#efede7"),
    },
)

PALETTES = {palette.name: palette for palette in (DARK, LIGHT)}
