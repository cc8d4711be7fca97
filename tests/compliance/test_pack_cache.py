"""The cache of packs: a start that is warm hears what a cold one hears, and trusts nothing odd."""

from __future__ import annotations

import hashlib
import os
import shutil
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compliance import pack_cache
from compliance.documents import Schema, load_document
from compliance.errors import BadInput
from compliance.pack_cache import PackCache
from compliance.packs import load_rules
from compliance.phrases import PACKS, Concepts, Phrase, PhraseSet
from compliance.text import fold

KEY = PackCache.key("test", (b"made of this",))


def entries(folder: Path) -> list[Path]:
    return sorted(folder.glob("*.entry"))


@given(st.text())
def test_what_was_put_is_got(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    cache = PackCache(tmp_path_factory.mktemp("cache"))
    text = text.encode("utf-8", "replace").decode("utf-8")
    cache.put(KEY, text)
    assert cache.get(KEY) == text


def test_a_key_names_all_that_an_entry_was_made_of() -> None:
    parts = [(b"a", b"b"), (b"ab",), (b"a", b"b", b""), (b"b", b"a")]
    keys = {PackCache.key(kind, made_of) for kind in ("one", "other") for made_of in parts}
    assert len(keys) == 2 * len(parts)


@pytest.mark.parametrize("ruin", [b"", b"\n", b"half", b"\xff\xfe\n{}", b"0" * 64 + b"\n[]"])
def test_a_ruined_entry_is_as_if_there_were_none(tmp_path: Path, ruin: bytes) -> None:
    cache = PackCache(tmp_path / "cache")
    cache.put(KEY, "whole")
    (entry,) = entries(tmp_path / "cache")
    entry.write_bytes(ruin)
    assert cache.get(KEY) is None
    cache.put(KEY, "whole again")
    assert cache.get(KEY) == "whole again"


@pytest.mark.skipif(os.name == "nt", reason="who may write is told by modes only on POSIX")
def test_what_another_may_have_written_is_not_read(tmp_path: Path) -> None:
    cache = PackCache(tmp_path / "cache")
    cache.put(KEY, "mine")
    (entry,) = entries(tmp_path / "cache")
    assert entry.stat().st_mode & 0o077 == 0
    entry.chmod(0o622)
    assert cache.get(KEY) is None
    entry.chmod(0o600)
    assert cache.get(KEY) == "mine"
    (tmp_path / "cache").chmod(0o777)
    assert cache.get(KEY) is None
    (tmp_path / "cache").chmod(0o700)
    elsewhere = tmp_path / "elsewhere"
    entry.rename(elsewhere)
    entry.symlink_to(elsewhere)
    assert cache.get(KEY) is None


def test_a_folder_that_cannot_be_used_is_no_fault(tmp_path: Path) -> None:
    occupied = tmp_path / "file"
    occupied.write_text("not a folder", encoding="utf-8")
    cache = PackCache(occupied)
    cache.put(KEY, "x")
    assert cache.get(KEY) is None


def test_the_least_used_go_when_there_are_too_many(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pack_cache, "MOST_ENTRIES", 10)
    cache = PackCache(tmp_path)
    keys = [PackCache.key("test", (b"%d" % number,)) for number in range(11)]
    for number, key in enumerate(keys):
        cache.put(key, "x")
        if number < 10:
            os.utime(tmp_path / f"{key}.entry", (number, number))
    assert len(entries(tmp_path)) == 8
    assert cache.get(keys[0]) is None
    assert cache.get(keys[10]) == "x"


# ---- packs through it ----------------------------------------------------------------------------

LINES = (
    "If you don't pay by Friday the police will come and arrest you.",
    "We'll tell your boss and your mother about this debt.",
    "You said someone told you that you'd be arrested; that's not so.",
    "Good morning, thank you for calling, how may I help you today?",
)


def test_warm_is_as_cold(tmp_path: Path) -> None:
    cache = PackCache(tmp_path / "cache")
    cold = load_rules("us", "en-US", cache=None)
    load_rules("us", "en-US", cache=cache)
    warm = load_rules("us", "en-US", cache=cache)
    assert warm.content_hash == cold.content_hash
    assert warm.phrases.phrases == cold.phrases.phrases
    for text in LINES:
        folded = fold(text)
        assert warm.phrases.search(folded) == cold.phrases.search(folded)
        assert warm.cues.search(folded) == cold.cues.search(folded)


def test_a_changed_pack_is_read_anew(tmp_path: Path) -> None:
    cache = PackCache(tmp_path / "cache")
    folder = tmp_path / "packs"
    shutil.copytree(PACKS, folder)
    before = load_rules("us", "en-US", folder, cache=cache)
    path = folder / "detectors" / "threat.en.yaml"
    text = path.read_text(encoding="utf-8")
    path.write_text(
        text.replace("    phrases:\n", "    phrases:\n      - zorblax guards\n", 1), "utf-8"
    )
    after = load_rules("us", "en-US", folder, cache=cache)
    line = fold("The zorblax guards are here.")
    assert not before.phrases.search(line)
    assert [match.label.split("/")[0] for match in after.phrases.search(line)] == ["threat"]
    assert after.content_hash != before.content_hash


def test_changed_concepts_are_other_phrases(tmp_path: Path) -> None:
    cache = PackCache(tmp_path)
    for word in ("jail", "prison", "jail"):
        concepts = Concepts.compile("en", {"jail": (Phrase(word, "jail"),)}, cache)
        phrases = PhraseSet.compile((Phrase("go to {jail}", "x"),), concepts)
        assert len(phrases.search(fold(f"You'll go to {word}"))) == 1


class _Words(Schema):
    words: dict[str, tuple[str, ...]]
    count: int


@pytest.mark.parametrize("times", [1, 2])
def test_faults_keep_their_places(tmp_path: Path, times: int) -> None:
    cache = PackCache(tmp_path / "cache")
    path = tmp_path / "words.yaml"
    path.write_text("words:\n  1: [a]\n  x:\n    - b\n    - 3\ncount: no\nmore: 1\n", "utf-8")
    with pytest.raises(BadInput) as plain:
        load_document(path, _Words)
    for _ in range(times):
        with pytest.raises(BadInput) as kept:
            load_document(path, _Words, cache)
    assert kept.value.faults == plain.value.faults


def test_places_of_a_kept_document_are_those_read(tmp_path: Path) -> None:
    cache = PackCache(tmp_path / "cache")
    path = tmp_path / "words.yaml"
    path.write_text("words:\n  '1': [a, b]\n  x:\n    - c\ncount: 2\n", "utf-8")
    plain = load_document(path, _Words)
    for _ in range(2):
        kept = load_document(path, _Words, cache)
        assert kept.value == plain.value
        assert len(kept.places) == len(plain.places)
        for location in plain.places:
            assert kept.place(*location) == plain.place(*location)
        assert kept.place("words", "x", 9) == plain.place("words", "x", 9)


def test_phrases_of_another_program_are_compiled_anew(tmp_path: Path) -> None:
    folder = tmp_path / "cache"
    cache = PackCache(folder)
    concepts = Concepts.compile("en", {"jail": (Phrase("jail", "jail"),)}, cache)
    phrases = (Phrase("go to {jail}", "x"),)
    PhraseSet.compile(phrases, concepts)
    for path in entries(folder):
        for body in (b"[]", b"{}", b'{"programs": 1}', b"null", b"not JSON"):
            path.write_bytes(hashlib.sha256(body).hexdigest().encode() + b"\n" + body)
            heard = PhraseSet.compile(phrases, concepts).search(fold("You'll go to jail"))
            assert [match.label for match in heard] == ["x"]


def test_bad_concepts_stay_bad(tmp_path: Path) -> None:
    cache = PackCache(tmp_path / "cache")
    for _ in range(2):
        with pytest.raises(BadInput):
            Concepts.compile("en", {"a": (Phrase("{b}", "a"),)}, cache)
