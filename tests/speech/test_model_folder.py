"""Each file of a model removed or cut in turn: a clear error and never a crash."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from assistant.speech import shipped
from assistant.speech.model_folder import check_folder
from assistant.speech.models import folder_at, open_model, probe
from compliance.errors import AssistantError, BadInput

ENGLISH = shipped.demonstration_path("en")
FILES = sorted(file.relative_to(ENGLISH) for file in ENGLISH.rglob("*") if file.is_file())
# Vosk does not read it; it lies there for people.
UNREAD = {Path("graph/phones.txt")}


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    return Path(shutil.copytree(ENGLISH, tmp_path / "model"))


def usable(folder: Path) -> str:
    """Empty where the model works, else what the user is told."""
    try:
        probe(folder_at(folder))
    except AssistantError as fault:
        if not fault.remedy:
            pytest.fail("an error without a remedy")
        return str(fault)
    return ""


def cuts(size: int) -> Iterator[int]:
    lengths = {0, 1, 3, 40, size // 3, size // 2, size - 20, size - 4, size - 2}
    yield from sorted(length for length in lengths if 0 <= length < size)


def test_a_whole_copy_works(copy: Path) -> None:
    assert usable(copy) == ""
    assert check_folder(copy).rate_hz == 8_000
    assert check_folder(copy).grammars


@pytest.mark.parametrize("name", FILES, ids=str)
def test_each_file_missing(copy: Path, name: Path) -> None:
    (copy / name).unlink()
    told = usable(copy)
    if name in UNREAD:
        assert told == ""
    else:
        assert f"{copy / name}: is missing" in told


@pytest.mark.parametrize("name", FILES, ids=str)
def test_each_file_cut(copy: Path, name: Path) -> None:
    whole = (ENGLISH / name).read_bytes()
    for length in cuts(len(whole)):
        (copy / name).write_bytes(whole[:length])
        told = usable(copy)
        if name in UNREAD or whole[:length].strip() == whole.strip():
            assert told == "", f"cut to {length}"
        elif name == Path("conf/model.conf") and length == len(whole) - 2:
            assert told == ""  # `=1.0` became `=1.`, which is the same number
        else:
            assert str(copy) in told, f"cut to {length}"
            assert name.name in told, f"cut to {length}"


def test_all_faults_are_told_at_once(copy: Path) -> None:
    (copy / "graph/words.txt").unlink()
    (copy / "graph/Gr.fst").write_bytes(b"no graph")
    (copy / "conf/mfcc.conf").write_text("sample-frequency 8000\n")
    with pytest.raises(BadInput) as caught:
        check_folder(copy)
    assert {Path(str(fault.path)).name for fault in caught.value.faults} == {
        *("words.txt", "Gr.fst", "mfcc.conf")
    }


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("conf/model.conf", b"--acoustic-scale=1\n", "does not give --frame-subsampling-factor"),
        ("conf/mfcc.conf", b"--sample-frequency=fast\n", "sample-frequency"),
        ("conf/mfcc.conf", b"--sample-frequency=nan\n", "sample-frequency"),
        ("conf/mfcc.conf", b"--num-ceps=13\n", "makes 13 values a frame"),
        ("conf/mfcc.conf", b"\xff\xfe--\n", "not UTF-8"),
        ("graph/words.txt", b"<eps> 0\n[unk] 1\nhello 3\n", "without a gap"),
        ("graph/words.txt", b"<eps> 0\nhello one\n", "line 2"),
        ("graph/words.txt", b"\n\n", "is empty"),
        ("graph/phones/word_boundary.int", b"1 nonword\n", " phones"),
        ("graph/phones/word_boundary.int", b"1 middle\n", "kind of phone"),
        ("graph/disambig_tid.int", b"7\n", "names 7"),
        ("graph/HCLr.fst", b"\xd6\xfd\xb2~\xff\xff\xff\x7f" + bytes(90), "header does not read"),
        ("am/final.mdl", b"\0B<TransitionModel> <Topology> \x04", "is cut off"),
        ("am/final.mdl", b"<TransitionModel> ", "not a Kaldi acoustic model"),
    ],
)
def test_contents_that_are_not_what_they_should_be(
    copy: Path, name: str, content: bytes, told: str
) -> None:
    (copy / name).write_bytes(content)
    with pytest.raises(BadInput) as caught:
        check_folder(copy)
    assert any(
        fault.path == copy / name and told in fault.message for fault in caught.value.faults
    ), str(caught.value)


def test_features_of_another_network_are_refused(copy: Path) -> None:
    """It would open, and hear nonsense."""
    features = copy / "conf/mfcc.conf"
    features.write_text(features.read_text("utf-8").replace("3800", "3000"))
    assert "not what this acoustic model was made with" in usable(copy)


def test_an_option_unknown_to_vosk_is_named(copy: Path) -> None:
    """Vosk refuses the folder; its reason reaches the user, its output does not."""
    with (copy / "conf/model.conf").open("a") as file:
        file.write("--colour=blue\n")
    assert "Invalid option --colour=blue" in usable(copy)


def test_a_graph_that_aborts_vosk_is_an_error(copy: Path) -> None:
    """Arcs that lead nowhere: sizes agree, so that only opening the folder tells."""
    graph = copy / "graph/Gr.fst"
    content = bytearray(graph.read_bytes())
    content[200 : len(content) - 40] = b"\x7f" * (len(content) - 240)
    graph.write_bytes(content)
    check_folder(copy)
    with pytest.raises(BadInput, match="cannot be opened and decoded with"):
        open_model(folder_at(copy))


def test_a_network_with_speaker_vectors_needs_its_extractor(copy: Path) -> None:
    (copy / "ivector").mkdir()
    (copy / "ivector/final.ie").write_bytes(b"x")
    with pytest.raises(BadInput) as caught:
        check_folder(copy)
    missing = {Path(str(fault.path)).name for fault in caught.value.faults}
    assert missing == {
        *("final.dubm", "final.mat", "global_cmvn.stats", "online_cmvn.conf", "splice.conf")
    }


@pytest.mark.parametrize("place", ["nowhere", "file", "empty"])
def test_what_is_no_model_folder(tmp_path: Path, place: str) -> None:
    (tmp_path / "file").write_text("a file")
    (tmp_path / "empty").mkdir()
    with pytest.raises(BadInput) as caught:
        check_folder(tmp_path / place)
    assert str(tmp_path / place) in str(caught.value)
