"""The sequence criterion against all sequences counted out, and a network taken apart and back."""

from __future__ import annotations

import importlib.util
import itertools
import math
from collections import Counter

import numpy as np
import pytest

training_extra = pytest.mark.skipif(
    importlib.util.find_spec("torch") is None, reason="needs the project's training extra"
)


@training_extra
def test_posteriors_are_those_of_all_sequences_counted_out() -> None:
    import torch

    from assistant.speech.recipe import sequence

    phones, frames = 4, 5
    labels = np.repeat(np.random.default_rng(0).integers(0, phones, 4000), 3).astype(np.int16)
    trigrams = sequence.count_trigrams(labels, phones)
    torch.manual_seed(0)
    odds = torch.randn(2, frames, phones) * 2
    wanted = torch.zeros(2, frames, phones)
    for number in range(2):
        for before, *path in itertools.product(range(phones), repeat=frames + 1):
            weight = float(trigrams.begin[path[0], before])
            first, middle = before, path[0]
            for phone in path[1:]:
                if phone != middle:
                    weight *= float(trigrams.onward[middle, first, phone])
                    first, middle = middle, phone
            weight *= math.exp(sum(float(odds[number, at, p]) for at, p in enumerate(path)))
            for at, phone in enumerate(path):
                wanted[number, at, phone] += weight
    wanted /= wanted.sum(dim=2, keepdim=True)
    assert torch.allclose(sequence.all_posteriors(odds, trigrams), wanted, atol=1e-5)


@training_extra
def test_the_truth_may_move_by_a_frame_and_no_further() -> None:
    import torch

    from assistant.speech.recipe import sequence

    labels = torch.tensor([[0, 0, 0, 1, 1, 1, 2], [3, 3, 3, 3, 3, 3, 3]])
    odds = torch.zeros(2, 7, 4)
    odds[0, :, 1] = 5.0  # whatever the sound says
    found = sequence.true_posteriors(odds, labels)
    assert torch.allclose(found.sum(dim=2), torch.ones(2, 7), atol=1e-5)
    assert float(found[0, 0, 0]) == float(found[0, 1, 0]) == 1.0
    assert 0.5 < float(found[0, 2, 1]) < 1.0  # the border moves towards the beginning
    assert float(found[0, :, 3].sum()) == 0.0
    assert torch.all(found[1, :, 3] == 1.0)


@training_extra
def test_a_network_is_taken_apart_and_put_together_again() -> None:
    import torch

    from assistant.speech.recipe.corpus import Shard
    from assistant.speech.recipe.network import Network, folded
    from assistant.speech.recipe.sharpening import unfolded

    random = np.random.default_rng(1)
    mel = random.normal(5, 2, (800, 40)).astype(np.float16)
    material = Shard(mel, np.zeros(800, np.int16), ("SIL", "a", "SPN"), Counter())
    torch.manual_seed(1)
    deviation = np.full(40, 3.0, np.float32)
    model = folded(
        Network(3, np.zeros(40, np.float32), deviation).eval(), (0, 1, 2), np.ones(3, np.float32)
    )
    again = folded(unfolded(model, material, random).eval(), model.pdfs, model.priors)
    for before, after in zip(model.layers, again.layers, strict=True):
        assert np.allclose(before.weights, after.weights, atol=1e-5)
        assert np.allclose(before.bias, after.bias, atol=1e-4)


@training_extra
@pytest.mark.parametrize("language", ["en", "zh"])
def test_no_voice_of_the_second_training_is_measured_or_kin_to_one(language: str) -> None:
    from assistant.speech.recipe.languages import recipe_for
    from assistant.speech.recipe.rare_speech import NAMED

    measured = {voice.partition("+")[2].lower() for voice in recipe_for(language).unseen}
    for variant in NAMED:
        assert variant.lower() not in measured
        # "steph2" is another "steph"; a number alone ("m3", "f2") names another speaker.
        kin = variant.rstrip("0123456789").lower()
        assert len(kin) == 1 or kin not in measured
