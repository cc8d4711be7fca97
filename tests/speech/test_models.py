"""Which model is chosen, and what is said about it."""

import shutil
from pathlib import Path

import pytest

from assistant.speech import shipped
from assistant.speech.models import (
    ModelFolder,
    demonstration_model,
    installed_models,
    open_model,
    resolve_model,
)
from compliance.errors import BadInput, MissingPart


def install(data_dir: Path, language: str, name: str) -> Path:
    return Path(shutil.copytree(shipped.demonstration_path(language), data_dir / "models" / name))


@pytest.mark.parametrize(
    ("language", "name"),
    [
        ("en-US", "demonstration-en"),
        ("en-GB", "demonstration-en"),
        ("zh-TW", "demonstration-zh"),
        ("zh-CN", "demonstration-zh"),
    ],
)
def test_without_an_installed_model_the_demonstration_model_listens_and_says_so(
    tmp_path: Path, language: str, name: str
) -> None:
    choice = resolve_model(None, language, data_dir=tmp_path)
    assert choice.folder.name == name
    assert choice.folder.demonstration
    assert "demonstration model" in choice.notice
    assert "synthetic voices only" in choice.notice
    assert resolve_model("demonstration", language).folder == choice.folder
    assert resolve_model(name, language).notice == ""


def test_a_live_call_does_not_take_the_demonstration_model_unasked(tmp_path: Path) -> None:
    with pytest.raises(MissingPart, match="No speech model for en-US") as caught:
        resolve_model(None, "en-US", data_dir=tmp_path, allow_demonstration=False)
    assert str(tmp_path / "models") in caught.value.remedy
    assert resolve_model(
        "demonstration", "en-US", data_dir=tmp_path, allow_demonstration=False
    ).folder.demonstration


def test_an_installed_model_of_the_language_goes_first_the_largest_of_several(
    tmp_path: Path,
) -> None:
    install(tmp_path, "zh", "vosk-model-small-cn-0.22")
    install(tmp_path, "en", "vosk-model-small-en-us-0.15")
    larger = install(tmp_path, "en", "vosk-model-en-us-0.22")
    (larger / "graph/phones.txt").write_text("more\n" * 1000)
    install(tmp_path, "en", "nameless")
    choice = resolve_model(None, "en-US", data_dir=tmp_path)
    assert (choice.folder.name, choice.notice) == ("vosk-model-en-us-0.22", "")
    assert resolve_model(None, "zh-TW", data_dir=tmp_path).folder.name == "vosk-model-small-cn-0.22"
    assert resolve_model("nameless", "en-US", data_dir=tmp_path).folder.language is None
    assert len(installed_models(tmp_path)) == 4


def test_a_damaged_installed_model_is_passed_over_and_told_when_named(tmp_path: Path) -> None:
    damaged = install(tmp_path, "en", "vosk-model-en-us-0.22")
    (damaged / "graph/words.txt").unlink()
    assert resolve_model(None, "en-US", data_dir=tmp_path).folder.demonstration
    with pytest.raises(BadInput, match=r"words\.txt: is missing"):
        resolve_model("vosk-model-en-us-0.22", "en-US", data_dir=tmp_path)


def test_an_unknown_name_lists_what_there_is(tmp_path: Path) -> None:
    install(tmp_path, "en", "ours")
    with pytest.raises(MissingPart, match="There is no speech model theirs") as caught:
        resolve_model("theirs", "en-US", data_dir=tmp_path)
    assert caught.value.exit_status == 3
    for name in ("ours", "demonstration-en", "demonstration-zh"):
        assert name in caught.value.remedy


@pytest.mark.parametrize("language", ["zh-HK", "de-DE", ""])
def test_languages_without_a_model(language: str) -> None:
    with pytest.raises(MissingPart) as caught:
        resolve_model(None, language)
    assert "--model" in caught.value.remedy
    assert ("Cantonese" in str(caught.value)) == (language == "zh-HK")


def test_a_cantonese_call_may_be_heard_with_a_model_of_ones_own(tmp_path: Path) -> None:
    own = install(tmp_path, "zh", "our-yue")
    assert resolve_model(str(own), "zh-HK").folder.path == own


def test_a_folder_by_path(tmp_path: Path) -> None:
    own = install(tmp_path, "en", "my model, 你好")
    model = open_model(resolve_model(str(own), "en-US").folder)
    assert model.name == "my model, 你好"
    assert model.recogniser(8_000).accept(bytes(1600)) == []


@pytest.mark.parametrize("language", shipped.LANGUAGES)
def test_the_demonstration_models_are_as_the_manifest_says(language: str) -> None:
    """After replacing a model, write its manifest anew: `python -m assistant.speech.shipped`."""
    path = shipped.demonstration_path(language)
    assert shipped.checksums(path) == shipped.read_manifest()[language]
    assert demonstration_model(language).content_hash() == shipped.content_hash(
        shipped.read_manifest()[language]
    )


def test_a_damaged_demonstration_model_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy = Path(shutil.copytree(shipped.FOLDER, tmp_path / "shipped"))
    monkeypatch.setattr(shipped, "FOLDER", copy)
    monkeypatch.setattr(shipped, "MANIFEST", copy / "manifest.json")
    assert demonstration_model("en").path == copy / "en"
    (copy / "en/graph/words.txt").write_text("<eps> 0\n")
    with pytest.raises(MissingPart, match=r"damaged: graph/words\.txt"):
        demonstration_model("en")
    (copy / "manifest.json").write_text("{")
    with pytest.raises(MissingPart, match=r"damaged: manifest\.json"):
        demonstration_model("zh")


def test_content_hashes_tell_contents_apart(tmp_path: Path) -> None:
    one = install(tmp_path, "en", "one")
    other = install(tmp_path, "en", "other")

    def content_hash(path: Path) -> str:
        return ModelFolder(path.name, path, "en", 8_000, demonstration=False).content_hash()

    assert content_hash(one) == content_hash(other)
    (other / "graph/phones.txt").write_text("")
    assert content_hash(one) != content_hash(other)
