"""TOML at the door: every fault with its place, and never what stands in it."""

from __future__ import annotations

from pathlib import Path

import pytest

from assistant.events import Keep
from assistant.site_settings import SiteSettings, load_site_settings, recording_terms
from compliance.errors import BadInput


def read(tmp_path: Path, text: str | bytes) -> SiteSettings:
    path = tmp_path / "settings.toml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return load_site_settings(path)


@pytest.mark.parametrize(
    ("text", "faults"),
    [
        ('[recording.us]\nkeep = "all"\n', ["2:8: recording.us.keep: input should be"]),
        ("[recording.us]\nnotice_first = 1\n", ["2:16: recording.us.notice_first"]),
        ('recording.us.keep = "x"\n', ["1:21: recording.us.keep"]),
        (
            "[recording.us]\nkept = true\n[recording.de]\n[recordings]\n",
            ["2:1: unknown key 'kept'", "3:2: unknown key 'de'", "4:2: unknown key 'recordings'"],
        ),
        ("[recording.us\n", ["1:14: this is not TOML"]),
        ("[recording.us]\npause = maybe\n", ["2:9: this is not TOML"]),
        ("[recording.us]\npause = true\npause = false\n", ["this is not TOML"]),
        ("recording = 3\n", ["1:13: recording"]),
        ("[recording.us]\npause = 1979-05-27\n", ["2:9: recording.us.pause"]),
        ("[recording.us]\npause = nan\n", ["2:9: recording.us.pause"]),
        ("[recording.us]\nrefusal = 'sometimes'\n", ["2:11: recording.us.refusal"]),
        (b"\xff\xfe[\x00", ["1:1: the file is UTF-16"]),
        (b"# caf\xe9\n", ["1:6: byte 0xe9 is not UTF-8"]),
    ],
)
def test_faults_are_told_with_their_places(
    tmp_path: Path, text: str | bytes, faults: list[str]
) -> None:
    with pytest.raises(BadInput) as caught:
        read(tmp_path, text)
    told = str(caught.value)
    for fault in faults:
        assert fault in told
    assert len(caught.value.faults) == len(faults)


def test_no_file_and_an_empty_file_decide_nothing(tmp_path: Path) -> None:
    assert load_site_settings(tmp_path / "none.toml") == SiteSettings()
    assert read(tmp_path, "") == SiteSettings()


@pytest.mark.parametrize(
    ("text", "jurisdiction", "keep", "sound", "kept"),
    [
        ("", "us", False, True, Keep.NOTHING),
        ("", "us", True, True, Keep.AUDIO),
        ("", "us", True, False, Keep.FINDINGS),
        ('recording.us.keep = "findings"', "us", True, True, Keep.FINDINGS),
        ('recording.us.keep = "transcript"', "us", False, True, Keep.TRANSCRIPT),
        ('recording.us.keep = "nothing"', "us", True, True, Keep.NOTHING),
        ('recording.tw.keep = "audio"', "us", False, True, Keep.NOTHING),
    ],
)
def test_the_sites_word_stands_above_the_users(
    tmp_path: Path, text: str, jurisdiction: str, *, keep: bool, sound: bool, kept: Keep
) -> None:
    settings = read(tmp_path, text)
    terms, notice = recording_terms(settings, jurisdiction, keep=keep, sound=sound)
    assert terms.keep is kept
    assert bool(notice) is (keep and kept is Keep.NOTHING)


@pytest.mark.parametrize(
    ("jurisdiction", "notice_first", "stops", "may_pause"),
    [
        ("us", True, True, True),
        ("uk", True, True, True),
        ("hk", True, True, True),
        ("tw", False, False, True),
        ("cn", False, False, False),
    ],
)
def test_what_holds_where_a_site_decided_nothing(
    jurisdiction: str, *, notice_first: bool, stops: bool, may_pause: bool
) -> None:
    terms, _ = recording_terms(SiteSettings(), jurisdiction, keep=True)
    assert (terms.notice_first, terms.stops_when_refused, terms.may_pause) == (
        notice_first,
        stops,
        may_pause,
    )


def test_a_site_may_decide_otherwise(tmp_path: Path) -> None:
    text = '[recording.cn]\nnotice_first = true\npause = true\nrefusal = "stop"\n'
    terms, _ = recording_terms(read(tmp_path, text), "cn", keep=True)
    assert (terms.notice_first, terms.stops_when_refused, terms.may_pause) == (True, True, True)
