"""Which speech model hears a call, and opening it safely.

Owns finding a model by name, path or language: installed ones below the data folder, and the
demonstration models.  A folder is checked before Vosk sees it, and one that is not as shipped is
opened in a process of its own first, because a damaged model can abort the process that opens it.
It must not download anything.
"""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from assistant.speech import shipped
from assistant.speech.child import ChildModel, Restart
from assistant.speech.defaults import read_defaults
from assistant.speech.model_folder import ACOUSTIC, MFCC, REMEDY, check_folder
from assistant.speech.recogniser import SpeechModel
from assistant.speech.vosk_adapter import VoskModel
from compliance.errors import AssistantError, BadInput, Fault, MissingPart

INSTALLED = "models"  # below the data folder
PROBE = Path(__file__).with_name("probe.py")
PROBE_TIMEOUT_S = 180.0  # the largest official model takes about 20 s on a slow disk
LONGEST_REASON = 200

# The model language of each language a call is held in.
MODEL_LANGUAGES = {"en-US": "en", "en-GB": "en", "en-HK": "en", "zh-TW": "zh", "zh-CN": "zh"}
CANTONESE = "zh-HK"
# As the official models are named: vosk-model-small-en-us-0.15, vosk-model-cn-0.22.
NAMED_LANGUAGES = {"en": "en", "cn": "zh", "zh": "zh"}


@dataclass(frozen=True, slots=True)
class ModelFolder:
    """A model that passed the check of its structure.

    `language` is `en`, `zh` or `None` where the folder's name does not tell; `rate_hz` is the rate
    it was made for; `demonstration` is whether it is one of ours, exactly as shipped.
    """

    name: str
    path: Path
    language: str | None
    rate_hz: int
    demonstration: bool

    def content_hash(self) -> str:
        """SHA-256 (hex) over all files; a second for each gigabyte or so."""
        return shipped.content_hash(shipped.checksums(self.path))


@dataclass(frozen=True, slots=True)
class ModelChoice:
    """The model that will hear the call, and one line to tell the user, or none."""

    folder: ModelFolder
    notice: str


def resolve_model(
    name_or_path: str | None,
    language: str,
    *,
    data_dir: Path | None = None,
    allow_demonstration: bool = True,
) -> ModelChoice:
    """Find and check the model for a call.  Does not open it.

    Args:
        name_or_path: as given by the user: the name of an installed model, `demonstration` (of the
            call's language), `demonstration-en`, `demonstration-zh`, or a folder; `None` takes the
            installed model that was chosen for the language (`models use`), else the largest one,
            else the demonstration model with a notice.
        language: the call's language tag, such as `zh-TW`.
        data_dir: the program's data folder; installed models lie in `models` below it.
        allow_demonstration: whether the demonstration model may be taken without being named; not
            for a live call.

    Raises:
        MissingPart: no such model, none for the language, or a shipped one is damaged.
        BadInput: the named folder is no whole model.
    """
    if name_or_path is not None:
        return ModelChoice(_named(name_or_path, language, data_dir), "")
    wanted = _model_language(language)
    installed = [model for model in installed_models(data_dir) if model.language == wanted]
    chosen = chosen_model(data_dir, wanted)
    notice = ""
    if chosen is not None:
        for path in installed_folders(data_dir):
            if path.name == chosen:
                with suppress(BadInput):
                    return ModelChoice(folder_at(path), "")
        notice = f"The speech model {chosen}, chosen for {wanted}, is missing or damaged. "
    if installed:
        best = max(installed, key=_size)
        return ModelChoice(best, f"{notice}The model {best.name} listens." if notice else "")
    if not allow_demonstration:
        raise MissingPart(
            f"{notice}No speech model for {language} is installed",
            f"Install one (`assistant models list`), put one into {_place(data_dir)}, name a "
            "folder with --model, or name the demonstration model, which knows synthetic voices "
            "only: --model demonstration",
        )
    return ModelChoice(
        demonstration_model(wanted),
        f"{notice}No speech model for {language} is installed: the demonstration model listens, "
        "which knows synthetic voices only.",
    )


def demonstration_model(language: str) -> ModelFolder:
    """The demonstration model of `en` or `zh`.

    Raises:
        MissingPart: a file of it is missing or altered.
    """
    name = shipped.demonstration_name(language)
    altered = shipped.altered_files(language)
    if altered:
        raise MissingPart(
            f"The demonstration model {name} is damaged: {', '.join(altered)} in "
            f"{shipped.demonstration_path(language)} is missing or not as shipped",
            "Reinstall the program",
        )
    path = shipped.demonstration_path(language)
    return ModelFolder(name, path, language, check_folder(path).rate_hz, demonstration=True)


def installed_models(data_dir: Path | None) -> tuple[ModelFolder, ...]:
    """The usable models below the data folder, by name; damaged ones are left out.

    `diagnosis` tells what is wrong with those left out.
    """
    found = []
    for path in installed_folders(data_dir):
        try:
            found.append(folder_at(path))
        except BadInput:
            continue
    return tuple(found)


def installed_folders(data_dir: Path | None) -> tuple[Path, ...]:
    """The folders below the data folder that may be models, sorted.

    A folder whose name begins with a dot is where an installation is at work.
    """
    if data_dir is None or not (data_dir / INSTALLED).is_dir():
        return ()
    return tuple(
        sorted(
            path
            for path in (data_dir / INSTALLED).iterdir()
            if path.is_dir() and not path.name.startswith(".")
        )
    )


def chosen_model(data_dir: Path | None, language: str) -> str | None:
    """The name chosen for the model language `en` or `zh` with `assistant models use`."""
    return read_defaults(data_dir / INSTALLED).get(language) if data_dir is not None else None


def folder_at(path: Path) -> ModelFolder:
    """Check the folder `path` and describe it.

    Raises:
        BadInput: it is no whole model.
    """
    facts = check_folder(path)
    shipped_features = shipped.features_of_network(shipped.file_sum(path / ACOUSTIC))
    if shipped_features is not None and shipped.file_sum(path / MFCC) != shipped_features:
        fault = Fault(path / MFCC, 0, 0, "is not what this acoustic model was made with")
        raise BadInput("The speech model cannot be used", (fault,), REMEDY)
    name = path.resolve().name
    return ModelFolder(name, path, _language_of(name), facts.rate_hz, demonstration=False)


def open_model(
    folder: ModelFolder,
    *,
    isolated: bool = False,
    restarted: Callable[[Restart], None] = lambda _restart: None,
) -> SpeechModel:
    """Open a model; one that is not as shipped first in a process of its own.

    Takes some hundredths of a second for the demonstration models and up to a minute for the
    largest ones: call it in the background.

    Args:
        isolated: whether recognition stays in a process of its own, so that a native abort takes
            no call with it; costs about 0.2 s more to open.
        restarted: with `isolated`, told when a recogniser died and another took over.

    Raises:
        AssistantError: Vosk is missing, or the model does not open or decode.
    """
    if isolated:
        try:
            return ChildModel(
                folder.path, name=folder.name, rate_hz=folder.rate_hz, restarted=restarted
            )
        except AssistantError:
            probe(folder)  # says which file is at fault, where one is
            raise
    if not folder.demonstration:
        probe(folder)
    return VoskModel(folder.path, name=folder.name, rate_hz=folder.rate_hz)


def probe(folder: ModelFolder) -> None:
    """Open the folder in a process of its own and decode half a second with it.

    Raises:
        BadInput: that process failed, aborted or did not end.
    """
    command = [sys.executable, "-P", str(PROBE), str(folder.path.resolve()), str(folder.rate_hz)]
    try:
        ended = subprocess.run(  # noqa: S603  (our own program, no shell)
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            timeout=PROBE_TIMEOUT_S,
            check=False,
        )
    except subprocess.TimeoutExpired as fault:
        raise _unusable(folder, f"does not open within {PROBE_TIMEOUT_S:.0f} s") from fault
    except OSError as fault:
        raise AssistantError(
            "The speech model cannot be tried out: no process can be started",
            "Close other programs and try again",
        ) from fault
    if ended.returncode:
        raise _unusable(folder, _refusal(ended.stderr.decode("utf-8", "replace")))


def _refusal(printed: str) -> str:
    """What Kaldi said last; it names a file or an option and never what was heard."""
    said = re.findall(r"^(?:ERROR|ASSERTION_FAILED) \(VoskAPI:\S+?\) (.+)$", printed, re.MULTILINE)
    reason = f" ({said[-1][:LONGEST_REASON]})" if said else ""
    return f"cannot be opened and decoded with: a file in it is damaged{reason}"


def _unusable(folder: ModelFolder, message: str) -> BadInput:
    return BadInput("The speech model cannot be used", (Fault(folder.path, 0, 0, message),), REMEDY)


def _named(name_or_path: str, language: str, data_dir: Path | None) -> ModelFolder:
    if name_or_path == shipped.NAME:
        return demonstration_model(_model_language(language))
    for shipped_language in shipped.LANGUAGES:
        if name_or_path == shipped.demonstration_name(shipped_language):
            return demonstration_model(shipped_language)
    for path in installed_folders(data_dir):
        if path.name == name_or_path:
            return folder_at(path)
    path = Path(name_or_path).expanduser()
    if path.is_dir():
        return folder_at(path)
    names = [folder.name for folder in installed_folders(data_dir)]
    names += [shipped.demonstration_name(each) for each in shipped.LANGUAGES]
    raise MissingPart(
        f"There is no speech model {name_or_path}",
        f"There are: {', '.join(names)}; or give the path of a model's folder",
    )


def _model_language(language: str) -> str:
    wanted = MODEL_LANGUAGES.get(language)
    if wanted is not None:
        return wanted
    if language == CANTONESE:
        raise MissingPart(
            "No speech model exists for Cantonese (zh-HK)",
            "Transcripts in Cantonese are judged by `assistant check`. "
            "For a call in English or Mandarin give --language en-HK, en-GB, zh-TW or zh-CN; or "
            "name a model of your own with --model",
        )
    raise MissingPart(
        f"There is no speech model for the language {language}",
        f"Languages are {', '.join(MODEL_LANGUAGES)}; or name a model with --model",
    )


def _language_of(name: str) -> str | None:
    for part in re.split(r"[-_.]", name.lower()):
        if part in NAMED_LANGUAGES:
            return NAMED_LANGUAGES[part]
    return None


def _size(folder: ModelFolder) -> tuple[int, str]:
    """Larger models hear better; the name decides between equals, so that the choice is stable."""
    graph_and_network = ("am", "graph")
    files = (file for part in graph_and_network for file in (folder.path / part).rglob("*"))
    return sum(file.stat().st_size for file in files if file.is_file()), folder.name


def _place(data_dir: Path | None) -> str:
    return str(data_dir / INSTALLED) if data_dir is not None else "the data folder"
