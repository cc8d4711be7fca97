"""Installing from a server that misbehaves, from bundles, and side by side."""

import json
import os
import signal
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from assistant.installing.bundle import make_bundle, verify
from assistant.installing.catalogue import base_address, official_models
from assistant.installing.download import CHUNK_BYTES, NotAsPromised, Patience, Unreachable
from assistant.installing.install import Store
from assistant.speech.defaults import read_defaults, write_default
from assistant.speech.models import demonstration_model, installed_models, open_model, resolve_model
from compliance.errors import AssistantError, BadInput, MissingPart
from tests.models.mirror import NAME, Mirror, model_archive, serving

PIECES = CHUNK_BYTES
QUICK = Patience(connect_s=2, silent_s=0.5, tries=3, pause_s=0)


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    return model_archive(tmp_path_factory.mktemp("archive") / "model.zip")


@pytest.fixture
def mirror(archive: bytes) -> Iterator[Mirror]:
    with serving() as running:
        running.publish(NAME, archive)
        yield running


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "home", patience=QUICK)


def left_over(store: Store) -> list[str]:
    """What an installation left in its working folder, but for its lock."""
    working = store.models_dir / ".installing"
    return sorted(path.name for path in working.iterdir() if path.suffix != ".lock")


def nothing_installed(store: Store) -> bool:
    names = [path.name for path in store.models_dir.iterdir()]
    return names == [".installing"]


def test_a_model_is_installed_whole_and_hears(store: Store, mirror: Mirror) -> None:
    folder = store.install(NAME, mirror.base)
    assert folder.path == store.models_dir / NAME
    assert resolve_model(None, "en-US", data_dir=store.data_dir).folder == folder
    assert open_model(folder).recogniser(8_000).accept(bytes(1600)) == []
    assert left_over(store) == []
    assert verify(folder.path).checksums
    assert mirror.ranges == [""]


def test_a_line_that_breaks_off_is_gone_on_from(store: Store, mirror: Mirror) -> None:
    mirror.breaks_after = [PIECES * 20, PIECES * 10 + 5]
    store.install(NAME, mirror.base)
    assert mirror.ranges == ["", f"bytes={PIECES * 20}-", f"bytes={PIECES * 30}-"]


def test_a_later_run_goes_on_where_an_earlier_one_gave_up(store: Store, mirror: Mirror) -> None:
    mirror.breaks_after = [PIECES * 20, 0, 0, 0]
    with pytest.raises(Unreachable, match="keeps breaking of") as caught:
        store.install(NAME, mirror.base)
    assert "goes on from there" in caught.value.remedy
    assert nothing_installed(store)
    mirror.ranges.clear()
    store.install(NAME, mirror.base)
    assert mirror.ranges == [f"bytes={PIECES * 20}-"]


def test_a_partial_file_of_another_version_is_not_gone_on_from(
    store: Store, mirror: Mirror, tmp_path: Path
) -> None:
    mirror.breaks_after = [PIECES * 20, 0, 0, 0]
    with pytest.raises(Unreachable):
        store.install(NAME, mirror.base)
    newer = model_archive(tmp_path / "newer.zip", language="zh")
    mirror.publish(NAME, newer)
    mirror.version = '"two"'
    store.install(NAME, mirror.base)
    assert verify(store.models_dir / NAME).checksums


def test_a_server_that_ignores_ranges_begins_anew(store: Store, mirror: Mirror) -> None:
    mirror.ignores_range = True
    mirror.breaks_after = [PIECES * 20]
    store.install(NAME, mirror.base)
    assert mirror.ranges == ["", f"bytes={PIECES * 20}-"]


def test_passing_trouble_passes(store: Store, mirror: Mirror) -> None:
    mirror.troubles = 2
    store.install(NAME, mirror.base)
    assert len(mirror.ranges) == 3


def test_redirects_are_followed(store: Store, mirror: Mirror) -> None:
    mirror.moved_to = mirror.base
    assert store.install(NAME, mirror.base).name == NAME


@pytest.mark.parametrize("status", [403, 404, 410, 500])
def test_a_server_without_the_archive(store: Store, mirror: Mirror, status: int) -> None:
    mirror.status = status
    with pytest.raises(MissingPart) as caught:
        store.install(NAME, mirror.base)
    assert caught.value.exit_status == 3
    assert nothing_installed(store)


@pytest.mark.parametrize(
    ("lie", "message"),
    [
        ({"size": 5_000}, "not 5000"),
        ({"size": 50_000_000}, "not 50000000"),
        ({"md5": "0" * 32}, "another checksum"),
    ],
)
def test_what_is_not_as_the_list_says_is_thrown_away(
    store: Store, mirror: Mirror, archive: bytes, lie: dict[str, object], message: str
) -> None:
    mirror.publish(NAME, archive, **lie)
    with pytest.raises(NotAsPromised, match=message):
        store.install(NAME, mirror.base)
    assert nothing_installed(store)
    assert left_over(store) == []


@pytest.mark.parametrize("claimed", [100, 10_000_000])
def test_a_length_that_is_not_the_lists_is_refused_before_the_transfer(
    store: Store, mirror: Mirror, claimed: int
) -> None:
    mirror.claims_bytes = claimed
    with pytest.raises(NotAsPromised, match=f"has {claimed} bytes"):
        store.install(NAME, mirror.base)


@pytest.mark.parametrize(
    ("listing", "error"),
    [
        (b"<html>", BadInput),
        (b"{}", BadInput),
        (b"[]", MissingPart),
        (json.dumps([{"name": NAME, "size": True, "md5": "0" * 32}]).encode(), BadInput),
        (json.dumps([{"name": NAME, "size": 1}]).encode(), BadInput),
        (b"[" + b" " * 6_000_000 + b"]", NotAsPromised),
    ],
)
def test_a_list_that_cannot_be_used(
    store: Store, mirror: Mirror, listing: bytes, error: type[AssistantError]
) -> None:
    mirror.files["model-list.json"] = listing
    with pytest.raises(error):
        store.install(NAME, mirror.base)


def test_a_silent_server_is_given_up(store: Store, mirror: Mirror) -> None:
    import threading

    mirror.gate = threading.Event()
    with pytest.raises(Unreachable):
        store.install(NAME, mirror.base)
    assert nothing_installed(store)
    assert any(name.endswith(".part") for name in left_over(store))


def test_a_slow_server_is_waited_for_as_long_as_something_comes(
    store: Store, mirror: Mirror
) -> None:
    mirror.pieces = 12  # more than twice as long as silence is borne
    store.install(NAME, mirror.base)
    assert mirror.ranges == [""]


def test_without_a_network(store: Store) -> None:
    with pytest.raises(Unreachable, match="Nothing answers"):
        store.install(NAME, "http://127.0.0.1:9/")


@pytest.mark.parametrize("address", ["ftp://host/", "nonsense/", "http://[/"])
def test_what_is_no_address(store: Store, address: str) -> None:
    with pytest.raises(AssistantError, match="is not an address"):
        store.install(NAME, address)


@pytest.mark.parametrize("name", ["", "..", "../up", "a/b", ".hidden", "x" * 200, "a\\b", "c:d"])
def test_names_that_lead_elsewhere(store: Store, name: str) -> None:
    with pytest.raises(AssistantError, match="cannot be the name"):
        store.install(name, "http://127.0.0.1:9/")
    with pytest.raises(AssistantError, match="cannot be the name"):
        store.remove(name)


def test_a_full_disk_is_told_before_the_transfer(store: Store, mirror: Mirror) -> None:
    full = Store(store.data_dir, patience=QUICK, free_bytes=lambda _path: 1_000_000)
    with pytest.raises(AssistantError, match="not enough room"):
        full.install(NAME, mirror.base)
    assert mirror.ranges == []


# ---- archives --------------------------------------------------------------------------


def packed(path: Path, entries: dict[str, bytes], **attributes: int) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries.items():
            entry = zipfile.ZipInfo(name)
            entry.compress_type = zipfile.ZIP_DEFLATED
            for attribute, value in attributes.items():
                setattr(entry, attribute, value)
            archive.writestr(entry, content)
    return path


@pytest.mark.parametrize(
    ("entries", "message"),
    [
        ({"../up": b"x"}, "leads out"),
        ({"m/../../up": b"x"}, "leads out"),
        ({"/etc/x": b"x"}, "leads out"),
        ({"m//x": b"x"}, "leads out"),
        ({"m/./x": b"x"}, "leads out"),
        ({"C:/x": b"x"}, "not a path on every system"),
        ({"m/a\nb": b"x"}, "not a path on every system"),
        ({"m/A": b"x", "m/a": b"y"}, "two files of one name"),
        ({"m/x": b"x", "n/x": b"x"}, "holds 2 folders"),
        ({"x": b"x"}, "holds 0 folders"),
        ({}, "is empty"),
        ({"m/zeros": bytes(5_000_000)}, "would unpack to"),
        ({f"m/{number}": b"" for number in range(5_001)}, "holds 5001 files"),
    ],
)
def test_archives_that_are_no_models(
    store: Store, mirror: Mirror, tmp_path: Path, entries: dict[str, bytes], message: str
) -> None:
    hostile = packed(tmp_path / "hostile.zip", entries)
    mirror.publish(NAME, hostile.read_bytes())
    with pytest.raises(BadInput, match=message):
        store.install(NAME, mirror.base)
    assert nothing_installed(store)
    with pytest.raises(BadInput, match=message):
        store.install_file(hostile)
    assert not (tmp_path / "up").exists()


def test_links_in_archives_are_refused(store: Store, tmp_path: Path) -> None:
    link = packed(tmp_path / "link.zip", {"m/am": b"/etc"}, external_attr=0o120777 << 16)
    with pytest.raises(BadInput, match="link or a device"):
        store.install_file(link)


def test_backslashes_are_refused_though_the_library_hides_them(
    store: Store, tmp_path: Path
) -> None:
    content = packed(tmp_path / "a.zip", {"m/a_b": b"x"}).read_bytes()
    (tmp_path / "b.zip").write_bytes(content.replace(b"m/a_b", b"m\\..b"))
    with pytest.raises(BadInput):
        store.install_file(tmp_path / "b.zip")


def test_damaged_archives(store: Store, tmp_path: Path, archive: bytes) -> None:
    cut = tmp_path / "cut.zip"
    cut.write_bytes(archive[:-200])
    with pytest.raises(BadInput, match="not a whole ZIP"):
        store.install_file(cut)
    flipped = bytearray(archive)
    for place in range(200_000, 200_100):
        flipped[place] ^= 0xFF
    (tmp_path / "flipped.zip").write_bytes(flipped)
    with pytest.raises(BadInput, match="is damaged"):
        store.install_file(tmp_path / "flipped.zip")
    assert nothing_installed(store)


def test_an_archive_of_a_damaged_model_is_not_installed(
    store: Store, tmp_path: Path, archive: bytes
) -> None:
    (tmp_path / "a.zip").write_bytes(archive)
    broken = tmp_path / "broken.zip"
    with zipfile.ZipFile(tmp_path / "a.zip") as whole, zipfile.ZipFile(broken, "w") as out:
        for entry in whole.infolist():
            if not entry.filename.endswith("words.txt"):
                out.writestr(entry, whole.read(entry))
    with pytest.raises(BadInput, match=r"words\.txt: is missing"):
        store.install_file(broken)
    assert nothing_installed(store)


# ---- again, remove, use ------------------------------------------------------------------


def test_a_model_that_is_there_is_left_alone_unless_asked(store: Store, mirror: Mirror) -> None:
    store.install(NAME, mirror.base)
    with pytest.raises(AssistantError, match="installed already"):
        store.install(NAME, mirror.base)
    store.install(NAME, mirror.base, again=True)
    (store.models_dir / NAME / "graph/words.txt").unlink()
    with pytest.raises(BadInput, match="is missing"):
        verify(store.models_dir / NAME)
    store.install(NAME, mirror.base)
    assert verify(store.models_dir / NAME).checksums
    assert left_over(store) == []


def test_verify_finds_what_structure_alone_does_not(store: Store, mirror: Mirror) -> None:
    folder = store.install(NAME, mirror.base).path
    (folder / "graph/phones.txt").write_text("altered")
    (folder / "extra").write_text("new")
    with pytest.raises(BadInput) as caught:
        verify(folder)
    assert [fault.message for fault in caught.value.faults] == [
        "was not installed with it",
        "is not as it was installed",
    ]


def test_removing(store: Store, mirror: Mirror) -> None:
    store.install(NAME, mirror.base)
    store.remove(NAME)
    assert installed_models(store.data_dir) == ()
    assert nothing_installed(store)
    with pytest.raises(MissingPart, match="No speech model"):
        store.remove(NAME)
    for name in ("demonstration", "demonstration-en", "demonstration-zh"):
        with pytest.raises(AssistantError, match="part of the program"):
            store.remove(name)


def test_a_model_that_was_placed_as_a_link_loses_only_the_link(
    store: Store, tmp_path: Path
) -> None:
    store.models_dir.mkdir(parents=True)
    own = tmp_path / "own"
    own.mkdir()
    (own / "kept").write_text("kept")
    (store.models_dir / "linked").symlink_to(own)
    store.remove("linked")
    assert (own / "kept").read_text() == "kept"


def test_the_chosen_model_listens(store: Store, mirror: Mirror) -> None:
    store.install(NAME, mirror.base)
    larger = store.models_dir / "vosk-model-en-us-0.22"
    (store.models_dir / NAME).rename(larger)
    store.install(NAME, mirror.base)
    (larger / "graph/phones.txt").write_text("more\n" * 1000)
    assert resolve_model(None, "en-US", data_dir=store.data_dir).folder.path == larger
    write_default(store.models_dir, "en", NAME)
    write_default(store.models_dir, "zh", "absent")
    choice = resolve_model(None, "en-GB", data_dir=store.data_dir)
    assert (choice.folder.name, choice.notice) == (NAME, "")
    store.remove(NAME)
    choice = resolve_model(None, "en-US", data_dir=store.data_dir)
    assert choice.folder.path == larger
    assert NAME in choice.notice
    assert "is missing or damaged" in resolve_model(None, "zh-TW", data_dir=store.data_dir).notice
    write_default(store.models_dir, "en", None)
    assert read_defaults(store.models_dir) == {"zh": "absent"}
    (store.models_dir / "defaults.json").write_text("[")
    assert read_defaults(store.models_dir) == {}


# ---- bundles -----------------------------------------------------------------------------


def test_a_bundle_made_here_installs_there(store: Store, mirror: Mirror, tmp_path: Path) -> None:
    folder = store.install(NAME, mirror.base)
    bundle = tmp_path / "carried.zip"
    assert make_bundle(folder, bundle, lambda _done: None) == bundle.stat().st_size
    there = Store(tmp_path / "there", patience=QUICK)
    installed = there.install_file(bundle)
    assert installed.content_hash() == folder.content_hash()
    assert verify(installed.path).checksums
    with pytest.raises(BadInput, match="not vosk-model-cn"):
        there.install_file(bundle, "vosk-model-cn-0.22")
    again = tmp_path / "again.zip"
    make_bundle(installed, again, lambda _done: None)
    assert again.read_bytes() == bundle.read_bytes()


def test_a_bundle_that_was_altered_names_the_file(
    store: Store, mirror: Mirror, tmp_path: Path
) -> None:
    bundle = tmp_path / "carried.zip"
    make_bundle(store.install(NAME, mirror.base), bundle, lambda _done: None)
    altered = tmp_path / "altered.zip"
    with zipfile.ZipFile(bundle) as whole, zipfile.ZipFile(altered, "w") as out:
        for entry in whole.infolist():
            content = whole.read(entry)
            if entry.filename.endswith("phones.txt"):
                content += b"more"
            out.writestr(entry, content)
    there = Store(tmp_path / "there", patience=QUICK)
    with pytest.raises(BadInput, match=r"graph/phones\.txt is not as its manifest says"):
        there.install_file(altered)
    assert nothing_installed(there)


def test_the_publishers_own_archive_installs_from_a_file(
    store: Store, tmp_path: Path, archive: bytes
) -> None:
    (tmp_path / "any name.zip").write_bytes(archive)
    assert store.install_file(tmp_path / "any name.zip").name == NAME


def test_demonstration_models_are_neither_bundled_nor_installed(
    store: Store, tmp_path: Path
) -> None:
    with pytest.raises(AssistantError, match="part of the program"):
        make_bundle(demonstration_model("zh"), tmp_path / "bundle.zip", lambda _done: None)
    assert list(tmp_path.iterdir()) == []
    model_archive(tmp_path / "named.zip", name="demonstration-zh", language="zh")
    with pytest.raises(AssistantError, match="is not installed"):
        store.install_file(tmp_path / "named.zip")


# ---- other processes ---------------------------------------------------------------------

INSTALL = """
import sys
from pathlib import Path
from assistant.installing.install import Store
Store(Path(sys.argv[1])).install(sys.argv[2], sys.argv[3])
"""


def installing(store: Store, mirror: Mirror) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-c", INSTALL, str(store.data_dir), NAME, mirror.base]
    return subprocess.Popen(command, stderr=subprocess.DEVNULL)


@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGKILL])
def test_an_interrupted_installation_leaves_a_part_to_go_on_from(
    store: Store, mirror: Mirror, ending: signal.Signals
) -> None:
    import threading

    mirror.gate = threading.Event()
    process = installing(store, mirror)
    assert mirror.half_sent.wait(30)
    part = store.models_dir / ".installing" / f"{NAME}.zip.part"
    while not (part.exists() and part.stat().st_size):
        assert process.poll() is None
    with pytest.raises(AssistantError, match="being installed"):
        store.install(NAME, mirror.base)
    with pytest.raises(AssistantError, match="being installed"):
        store.install(NAME, mirror.base, again=True)
    os.kill(process.pid, ending)
    process.wait(30)
    assert nothing_installed(store)
    have = part.stat().st_size
    mirror.gate.set()
    mirror.gate = None
    mirror.ranges.clear()
    store.install(NAME, mirror.base)
    assert mirror.ranges == [f"bytes={have}-"]
    assert left_over(store) == []


# ---- the catalogue -----------------------------------------------------------------------


def test_the_catalogue_has_both_languages_small_and_large() -> None:
    listed = {model.name: model for model in official_models()}
    assert set(listed) == {
        "vosk-model-small-en-us-0.15",
        "vosk-model-en-us-0.22",
        "vosk-model-en-us-0.22-lgraph",
        "vosk-model-small-cn-0.22",
        "vosk-model-cn-0.22",
    }
    for model in listed.values():
        assert model.licence == "Apache-2.0"
        assert model.unpacked_mb > model.download_mb
        assert model.memory_mb > model.unpacked_mb
    for language in ("en", "zh"):
        assert "best" in {
            model.telephone for model in listed.values() if model.language == language
        }


@pytest.mark.parametrize(
    ("told", "variable", "expected"),
    [
        (None, None, "https://alphacephei.com/vosk/models/"),
        (None, "https://mirror.bank/vosk", "https://mirror.bank/vosk/"),
        ("http://other/", "https://mirror.bank/vosk", "http://other/"),
    ],
)
def test_where_models_come_from(told: str | None, variable: str | None, expected: str) -> None:
    environment = {} if variable is None else {"ASSISTANT_MODELS_URL": variable}
    assert base_address(told, environment) == expected
