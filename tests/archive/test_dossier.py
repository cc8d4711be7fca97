"""A dossier: one page that needs nothing, holds everything, and runs nothing."""

from __future__ import annotations

import stat
from datetime import UTC, datetime
from html.parser import HTMLParser
from pathlib import Path

import pytest
from sqlalchemy import text

from assistant.archive.complaint import make_dossier
from assistant.record.database import writing
from assistant.record.locations import Locations
from assistant.record.opening import open_store
from assistant.record.store import CallStore
from compliance.errors import AssistantError
from tests.archive.invented import CARD, CODEC, DOORS, NAME, SCRIPT, keep

NOW = datetime(2026, 3, 6, tzinfo=UTC)


class Page(HTMLParser):
    """The tags, attributes and text of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: dict[str, set[str]] = {}
        self.text = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        for name, value in attrs:
            self.attributes.setdefault(name, set()).add(value or "")

    def handle_data(self, data: str) -> None:
        self.text += data


def dossier(places: Locations, to: Path, *, interface: str = "en", redacted: bool = False) -> Page:
    make_dossier(places, "c1", to, redacted=redacted, interface=interface, now=NOW)
    return Page(to.read_text("utf-8"))


@pytest.fixture
def kept(places: Locations) -> Locations:
    with CallStore(places, CODEC, doors=DOORS) as store:
        keep(store)
        keep(store, "c2", sound=False)
    return places


def test_it_holds_what_was_said_found_shown_and_proven(kept: Locations, tmp_path: Path) -> None:
    page = dossier(kept, tmp_path / "d.html")
    for words in (
        "<script>alert(document)</script> we will ",
        "have you arrested",
        "15 USC 1692e",
        "checked against the text of the law",
        "that this is a debt collector",
        "not assessable",
        "US-20",
        "confirmed · lin <i>",
        f"{NAME} <u>",
        "promise to pay",
        "Recorded by others",
        "$652.18",
        "c2",
        "Nothing was changed, removed or put in.",
        "r" * 64,
        "closed",
        "The rules or scripts have changed since this call",
        "made by a machine",
    ):
        assert words in page.text, words
    assert stat.S_IMODE((tmp_path / "d.html").stat().st_mode) == 0o600


def test_it_runs_nothing_and_asks_nobody(kept: Locations, tmp_path: Path) -> None:
    page = dossier(kept, tmp_path / "d.html")
    assert not {"script", "img", "link", "iframe", "i", "u", "b"} & set(page.tags)
    assert not {"src", "href", "onerror", "style"} & page.attributes.keys()
    assert any("default-src 'none'" in value for value in page.attributes["content"])
    raw = (tmp_path / "d.html").read_text("utf-8")
    assert "url(" not in raw
    assert "@import" not in raw
    assert "\u202e" not in raw
    assert "\x1b" not in raw


@pytest.mark.parametrize(
    ("interface", "words"),
    [("zh-Hant", "當時畫面上的提示"), ("zh-Hans", "当时画面上的提示"), ("en", "What the agent")],
)
def test_it_is_written_in_the_readers_language(
    kept: Locations, tmp_path: Path, interface: str, words: str
) -> None:
    page = dossier(kept, tmp_path / "d.html", interface=interface)
    assert words in page.text
    assert page.attributes["lang"] == {interface}
    assert SCRIPT.split(" we ")[0] in page.text


def test_a_redacted_one_holds_nothing_personal(kept: Locations, tmp_path: Path) -> None:
    text_of = dossier(kept, tmp_path / "d.html", redacted=True).text.lower()
    for secret in ("zyxwvut", "quentin", CARD, "652.18", "acct-7", "other calls"):
        assert secret not in text_of, secret
    assert "[card number]" in text_of


def test_a_changed_call_is_said_to_be_changed(kept: Locations, tmp_path: Path) -> None:
    opened = open_store(kept, DOORS)
    with writing(opened.engine) as connection:
        connection.execute(text("UPDATE calls SET agent_name = 'Bob' WHERE id = 'c1'"))
    opened.engine.dispose()
    page = dossier(kept, tmp_path / "d.html")
    assert "This call's record is not whole:" in page.text
    assert "Nothing was changed" not in page.text


def test_nothing_is_written_over(kept: Locations, tmp_path: Path) -> None:
    there = tmp_path / "d.html"
    there.write_text("mine")
    with pytest.raises(AssistantError, match="is there already"):
        make_dossier(kept, "c1", there, redacted=False, interface="en", now=NOW)
    assert there.read_text() == "mine"
    make_dossier(kept, "c1", tmp_path, redacted=False, interface="en", now=NOW)
    assert (tmp_path / "dossier-c1.html").exists()
    with pytest.raises(AssistantError, match="no kept call"):
        make_dossier(kept, "nix", tmp_path, redacted=False, interface="en", now=NOW)
