"""The yardstick of throughput: the plainest loop that hears the same chunks and asks for partials.

python -m tests.benchmarks.yardstick_loop MODEL_FOLDER RECORDING
"""

from __future__ import annotations

import sys

import numpy as np
import soundfile
import vosk

CHUNK_S = 0.1


def main(model_folder: str, recording: str) -> None:
    vosk.SetLogLevel(-1)
    model = vosk.Model(model_path=model_folder)
    with soundfile.SoundFile(recording) as sound:
        recognisers = [vosk.KaldiRecognizer(model, sound.samplerate) for _ in range(sound.channels)]
        for recogniser in recognisers:
            recogniser.SetWords(True)
        frames = int(sound.samplerate * CHUNK_S)
        for block in sound.blocks(frames, dtype="int16", always_2d=True):
            for channel, recogniser in enumerate(recognisers):
                pcm = np.ascontiguousarray(block[:, channel]).tobytes()
                if recogniser.AcceptWaveform(pcm):
                    recogniser.Result()
                else:
                    recogniser.PartialResult()
        for recogniser in recognisers:
            recogniser.FinalResult()


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
