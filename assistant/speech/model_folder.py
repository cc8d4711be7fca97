"""Is this folder a Vosk model, and is it whole?

Owns the check of a model folder's structure before Vosk sees it, because Vosk answers a broken file
with a bare exception or by aborting the process.  It looks at every file that Vosk would read and
at whether they agree with each other.  It must not import Vosk or judge how well a model hears.
The layout is the one that Vosk's documentation calls the model structure: `am`, `conf`, `graph`,
and where the network asks for it `ivector`.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from assistant.speech.model_parts import AcousticFacts, Damaged, read_acoustic, read_graph
from compliance.errors import BadInput, Fault

ACOUSTIC = "am/final.mdl"
DECODING = "conf/model.conf"
MFCC = "conf/mfcc.conf"
FBANK = "conf/fbank.conf"
STATIC_GRAPH = "graph/HCLG.fst"
LEXICON_GRAPH = "graph/HCLr.fst"
GRAMMAR_GRAPH = "graph/Gr.fst"
DISAMBIGUATION = "graph/disambig_tid.int"
WORDS = "graph/words.txt"
BOUNDARIES = "graph/phones/word_boundary.int"
SPEAKER_VECTORS = tuple(
    f"ivector/{name}"
    for name in (
        "final.dubm",
        "final.ie",
        "final.mat",
        "global_cmvn.stats",
        "online_cmvn.conf",
        "splice.conf",
    )
)
RESCORING = ("rescore/G.fst", "rescore/G.carpa")

# Kaldi's defaults where a feature file is silent.
DEFAULT_RATE_HZ = "16000"
DEFAULT_CEPSTRA = "13"
DEFAULT_MEL_BINS = "23"
RATES_HZ = range(8_000, 48_001)

# Without these Vosk opens a model and decodes nonsense, or never ends an utterance.
FRAME_STEP = "frame-subsampling-factor"
VOSK_FRAME_STEP = "3"  # Vosk counts 0.03 s a frame whatever the model says
DECODING_OPTIONS = ("acoustic-scale", FRAME_STEP, "endpoint.silence-phones")

BOUNDARY_KINDS = frozenset({"nonword", "begin", "end", "internal", "singleton"})
# Kaldi appends these to every word list, so a list without them was cut.
LAST_WORDS = frozenset({"#0", "<s>", "</s>"})

REMEDY = "Install the model again, or name another with --model; `assistant doctor` lists them"

Rows = list[tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class FolderFacts:
    """What a whole model folder says of itself.

    `rate_hz` is the sample rate it was made for; `grammars` is whether it can be restricted to a
    list of phrases while running.
    """

    rate_hz: int
    grammars: bool


def check_folder(path: Path) -> FolderFacts:
    """Check a model folder's structure.

    Raises:
        BadInput: it is no folder, no Vosk model, or files in it are missing, cut or damaged; all
            of them are named.
    """
    if not path.is_dir():
        what = "is not a folder" if path.exists() else "does not exist"
        raise BadInput("The speech model cannot be used", (Fault(path, 0, 0, what),), REMEDY)
    check = _Check(path)
    facts = check.run()
    if check.faults:
        raise BadInput("The speech model cannot be used", tuple(check.faults), REMEDY)
    return facts


@dataclass(slots=True)
class _Check:
    """One run over a folder; `faults` is what it found."""

    path: Path
    faults: list[Fault] = field(default_factory=list)
    acoustic: AcousticFacts | None = None
    rate_hz: int = 0
    carries_words: bool = False

    def run(self) -> FolderFacts:
        self._each(ACOUSTIC, self._acoustic)
        self._each(DECODING, self._decoding)
        self._each(MFCC if self._has(MFCC) or not self._has(FBANK) else FBANK, self._features)
        grammars = not self._has(STATIC_GRAPH) and any(
            self._has(name) for name in (LEXICON_GRAPH, GRAMMAR_GRAPH)
        )
        if grammars:
            self._each(LEXICON_GRAPH, self._graph)
            self._each(GRAMMAR_GRAPH, self._graph)
            self._each(DISAMBIGUATION, self._disambiguation)
        else:
            self._each(STATIC_GRAPH, self._graph)
        if not self.carries_words:
            self._each(WORDS, self._words)
        self._each(BOUNDARIES, self._boundaries)
        wants_vectors = self.acoustic is not None and self.acoustic.speaker_vectors
        for name in SPEAKER_VECTORS if wants_vectors or self._has("ivector") else ():
            self._each(name, lambda _file: None)
        for name in RESCORING if self._has("rescore") else ():
            self._each(name, lambda _file: None)
        return FolderFacts(rate_hz=self.rate_hz, grammars=grammars)

    def _has(self, name: str) -> bool:
        return (self.path / name).exists()

    def _each(self, name: str, read: Callable[[Path], None]) -> None:
        """Read one file; what is wrong with it becomes a fault with its name."""
        file = self.path / name
        try:
            _there(file)
            read(file)
        except Damaged as fault:
            self.faults.append(Fault(file, 0, 0, str(fault)))
        except UnicodeDecodeError:
            self.faults.append(Fault(file, 0, 0, "is damaged: it is not UTF-8 text"))
        except OSError as fault:
            self.faults.append(Fault(file, 0, 0, f"cannot be read ({fault.strerror})"))

    def _acoustic(self, file: Path) -> None:
        self.acoustic = read_acoustic(file)

    def _graph(self, file: Path) -> None:
        self.carries_words = read_graph(file) or self.carries_words

    def _decoding(self, file: Path) -> None:
        options = _options(file)
        for name in DECODING_OPTIONS:
            if name not in options:
                raise Damaged(f"is cut off or not Vosk's: it does not give --{name}")
        if options[FRAME_STEP] != VOSK_FRAME_STEP:
            raise Damaged(f"gives --{FRAME_STEP}={options[FRAME_STEP]}; Vosk's word times need 3")

    def _features(self, file: Path) -> None:
        options = _options(file)
        rate = options.get("sample-frequency", DEFAULT_RATE_HZ)
        if not _is_rate(rate):
            raise Damaged(f"gives {rate} as sample-frequency; a model has 8000 to 48000")
        self.rate_hz = round(float(rate))
        if self.acoustic is None:
            return
        size = (
            options.get("num-ceps", DEFAULT_CEPSTRA)
            if file.name == Path(MFCC).name
            else options.get("num-mel-bins", DEFAULT_MEL_BINS)
        )
        if size != str(self.acoustic.input_size):
            raise Damaged(
                f"makes {size} values a frame; the acoustic model takes {self.acoustic.input_size}"
            )

    def _disambiguation(self, file: Path) -> None:
        for (number,) in _rows(file, 1, number=0):
            if self.acoustic is not None and int(number) <= self.acoustic.transition_ids:
                raise Damaged(
                    f"names {number}, which the acoustic model uses: the file is cut or of "
                    "another model"
                )

    def _words(self, file: Path) -> None:
        rows = _rows(file, 2, number=1)
        if [int(number) for _, number in rows] != list(range(len(rows))):
            raise Damaged("is cut or damaged: its numbers do not run from 0 without a gap")
        if rows[0][0] != "<eps>" or not {word for word, _ in rows} >= LAST_WORDS:
            raise Damaged("is cut off: its last words (#0, <s>, </s>) are missing")

    def _boundaries(self, file: Path) -> None:
        rows = _rows(file, 2, number=0)
        if any(kind not in BOUNDARY_KINDS for _, kind in rows):
            raise Damaged("is damaged: it holds a kind of phone that Kaldi does not know")
        told = {int(phone) for phone, _ in rows}
        if self.acoustic is not None and not told >= set(range(1, self.acoustic.phones + 1)):
            raise Damaged(
                f"is cut off or of another model: the acoustic model has "
                f"{self.acoustic.phones} phones, it tells of {len(told)}"
            )


def _options(file: Path) -> dict[str, str]:
    """Kaldi's options: `--name=value` a line, `#` begins a comment."""
    options = {}
    for number, line in enumerate(file.read_text("utf-8").splitlines(), start=1):
        told = line.partition("#")[0].strip()
        if not told:
            continue
        name, equals, value = told.partition("=")
        if not re.fullmatch(r"--[A-Za-z][\w.-]*", name) or (equals and not value):
            raise Damaged(f"line {number} is not an option of the form --name=value")
        options[name.removeprefix("--")] = value
    return options


def _there(file: Path) -> None:
    if not file.is_file():
        raise Damaged("is missing")
    if not file.stat().st_size:
        raise Damaged("is empty")


def _rows(file: Path, width: int, *, number: int) -> Rows:
    """Lines of `width` fields, at least one line; the field `number` is a number.

    Fields are separated by ASCII white space; a word may hold any other character.
    """
    rows = [
        tuple(part.decode("utf-8") for part in line.split())
        for line in file.read_bytes().split(b"\n")
        if line.strip()
    ]
    if not rows:
        raise Damaged("is empty")
    for count, row in enumerate(rows, start=1):
        if len(row) != width or not (row[number].isascii() and row[number].isdecimal()):
            raise Damaged(f"is cut or damaged: line {count} does not hold what it should")
    return rows


def _is_rate(text: str) -> bool:
    try:
        return float(text) in RATES_HZ
    except ValueError:
        return False
