"""The folder that Vosk opens.

Owns the files of a model and where they lie, and writes them from the parts that the recipe made.
It writes beside the place and moves at the end, so that a folder is whole or not there.
"""

from __future__ import annotations

import shutil
from pathlib import Path

from assistant.speech.recipe import const_fst, features, lookahead_fst, nnet3
from assistant.speech.recipe.const_fst import Fst
from assistant.speech.recipe.graph import EPSILON, Lexicon, PhoneTable

BEAM, LATTICE_BEAM = 12.0, 4.0


def write_folder(
    folder: Path,
    *,
    acoustic: nnet3.AcousticModel,
    phones: PhoneTable,
    lexicon: Lexicon,
    grammar: Fst,
    acoustic_scale: float,
) -> int:
    """Write a model; what lies at `folder` is replaced.

    Returns:
        Its size in bytes.
    """
    making = folder.with_name(folder.name + ".making")
    shutil.rmtree(making, ignore_errors=True)
    # Vosk wants one transition id for disambiguation that no phone uses.
    unused = 2 * len(phones.names()) + 10
    boundaries = "".join(f"{number} {kind}\n" for number, kind in phones.boundaries())
    files = {
        "am/final.mdl": nnet3.write(acoustic),
        "conf/mfcc.conf": features.CONFIG.encode(),
        "conf/model.conf": decoding_options(acoustic_scale).encode(),
        "graph/HCLr.fst": lookahead_fst.write(lexicon.transducer),
        "graph/Gr.fst": const_fst.write(grammar),
        "graph/disambig_tid.int": f"{unused}\n".encode(),
        "graph/words.txt": _symbols(lexicon.table()),
        "graph/phones.txt": _symbols([EPSILON, *phones.names()]),
        "graph/phones/word_boundary.int": boundaries.encode(),
    }
    for name, content in files.items():
        (making / name).parent.mkdir(parents=True, exist_ok=True)
        (making / name).write_bytes(content)
    if folder.exists():
        shutil.rmtree(folder)
    making.rename(folder)
    return sum(len(content) for content in files.values())


def decoding_options(acoustic_scale: float) -> str:
    """`model.conf`: beams, scales, and when an utterance ends."""
    return (
        "--min-active=200\n"
        "--max-active=3000\n"
        f"--beam={BEAM}\n"
        f"--lattice-beam={LATTICE_BEAM}\n"
        f"--acoustic-scale={acoustic_scale}\n"
        "--frame-subsampling-factor=3\n"
        "--endpoint.silence-phones=1\n"
        "--endpoint.rule2.min-trailing-silence=0.5\n"
        "--endpoint.rule3.min-trailing-silence=0.75\n"
        "--endpoint.rule4.min-trailing-silence=1.0\n"
    )


def _symbols(names: list[str]) -> bytes:
    return "".join(f"{name} {number}\n" for number, name in enumerate(names)).encode()
