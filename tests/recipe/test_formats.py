"""Every file of a model is written and read back the same; what is cut or foreign is refused."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assistant.speech.recipe import const_fst, kaldi_io, lookahead_fst, nnet3
from assistant.speech.recipe.const_fst import Arc, Fst, State
from assistant.speech.recipe.kaldi_io import Malformed, Reader
from assistant.speech.shipped import demonstration_path

LANGUAGES = ("en", "zh")


def floats(*shape: int) -> kaldi_io.Floats:
    return np.random.default_rng(sum(shape)).standard_normal(shape).astype(np.float32)


def acoustic_model() -> nnet3.AcousticModel:
    """Two layers over 4 inputs; 3 phones share 2 pdfs."""
    return nnet3.AcousticModel(
        input_dim=4,
        pdfs=(0, 1, 1),
        layers=(
            nnet3.Layer("tdnn1", (-3, 0, 3), floats(5, 12), floats(5)),
            nnet3.Layer("out", (0,), floats(2, 5), floats(2)),
        ),
        priors=np.array([0.25, 0.75], dtype=np.float32),
    )


@st.composite
def transducers(draw: st.DrawFn) -> Fst:
    count = draw(st.integers(1, 6))
    arc = st.builds(
        Arc,
        st.integers(0, 9),
        st.integers(0, 9),
        st.floats(-5, 5, width=32),
        st.integers(0, count - 1),
    )
    final = st.one_of(st.just(const_fst.INFINITE), st.floats(0, 5, width=32))
    state = st.builds(State, st.lists(arc, max_size=4).map(tuple), final)
    states = draw(st.lists(state, min_size=count, max_size=count))
    return Fst(draw(st.integers(0, count - 1)), tuple(states), draw(st.integers(0, 2**40)))


@given(st.integers(-(2**31), 2**31 - 1), st.floats(allow_nan=False, width=32))
def test_numbers_come_back(whole: int, real: float) -> None:
    content = kaldi_io.int32(whole) + kaldi_io.float32(real) + kaldi_io.float64(real)
    reader = Reader(content)
    assert (reader.int32(), reader.float32(), reader.float64()) == (whole, real, real)
    assert reader.at == len(content)


@given(st.lists(st.integers(-(2**31), 2**31 - 1), max_size=20))
def test_integer_vectors_come_back(values: list[int]) -> None:
    assert Reader(kaldi_io.int_vector(values)).int_vector() == values


def test_float_matrices_come_back() -> None:
    values = floats(3, 7)
    assert np.array_equal(Reader(kaldi_io.float_matrix(values)).matrix(), values)


@pytest.mark.parametrize("shape", [(1, 1), (4, 9), (256, 768)])
def test_byte_matrices_come_back_within_half_a_step(shape: tuple[int, int]) -> None:
    values = floats(*shape)
    content = kaldi_io.byte_matrix(values)
    assert len(content) == 4 + 16 + values.size
    back = Reader(content).matrix()
    step = float(values.max() - values.min()) / 255
    assert np.abs(back - values).max() <= step / 2 + 1e-6


def test_an_acoustic_model_comes_back() -> None:
    model = acoustic_model()
    content = nnet3.write(model)
    back = nnet3.read(content)
    assert (back.input_dim, back.pdfs) == (model.input_dim, model.pdfs)
    assert np.array_equal(back.priors, model.priors)
    for layer, told in zip(model.layers, back.layers, strict=True):
        assert (told.name, told.offsets) == (layer.name, layer.offsets)
        assert np.array_equal(told.bias, layer.bias)
        assert np.allclose(told.weights, layer.weights, atol=0.02)
    # Once rounded to bytes, nothing moves any more.
    assert nnet3.write(back) == content


@given(transducers())
@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_transducers_come_back(fst: Fst) -> None:
    assert const_fst.read(Reader(const_fst.write(fst))) == fst


@given(transducers())
@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_lookahead_transducers_come_back(fst: Fst) -> None:
    made = lookahead_fst.with_lookahead(fst, final_label=10)
    content = lookahead_fst.write(made)
    assert lookahead_fst.read(content) == made


@given(transducers())
@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_what_lies_ahead_is_what_a_walk_finds(fst: Fst) -> None:
    made = lookahead_fst.with_lookahead(fst, final_label=10)
    for number in range(len(fst.states)):
        seen, waiting, found = {number}, [number], set[int]()
        while waiting:
            state = fst.states[waiting.pop()]
            if state.final != const_fst.INFINITE:
                found.add(10)
            for arc in state.arcs:
                if arc.olabel:
                    found.add(arc.olabel)
                elif arc.nextstate not in seen:
                    seen.add(arc.nextstate)
                    waiting.append(arc.nextstate)
        told = {label for begin, end in made.intervals[number] for label in range(begin, end)}
        assert told == found
        ends = [place for interval in made.intervals[number] for place in interval]
        assert ends == sorted(set(ends))


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_shipped_graphs_are_read_and_written_the_same(language: str) -> None:
    graph = demonstration_path(language) / "graph"
    content = (graph / "HCLr.fst").read_bytes()
    tree = lookahead_fst.read(content)
    assert lookahead_fst.write(tree) == content
    assert lookahead_fst.with_lookahead(tree.fst, tree.final_label).intervals == tree.intervals
    grammar = (graph / "Gr.fst").read_bytes()
    assert const_fst.write(const_fst.read(Reader(grammar))) == grammar


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_shipped_networks_are_read_and_written_to_half_a_step(language: str) -> None:
    folder = demonstration_path(language)
    content = (folder / "am" / "final.mdl").read_bytes()
    model = nnet3.read(content)
    again = nnet3.read(nnet3.write(model))
    assert (again.input_dim, again.pdfs) == (model.input_dim, model.pdfs)
    for layer, told in zip(model.layers, again.layers, strict=True):
        # A weight is stored in a byte, between the smallest and the largest of its matrix.
        step = float(np.ptp(layer.weights)) / 255
        assert np.abs(told.weights - layer.weights).max() <= step / 2 + 1e-6
        assert np.array_equal(told.bias, layer.bias)
    assert [layer.offsets for layer in model.layers] == [
        (-2, -1, 0, 1, 2),
        (-1, 0, 1),
        (-3, 0, 3),
        (-3, 0, 3),
        (-6, 0, 6),
        (-6, 0, 6),
        (-9, 0, 9),
        (-9, 0, 9),
        (0,),
    ]
    assert len(model.priors) == len(model.layers[-1].bias) == max(model.pdfs) + 1


WRITTEN = {
    "network": (nnet3.write(acoustic_model()), nnet3.read),
    "tree": (
        lookahead_fst.write(
            lookahead_fst.with_lookahead(
                Fst(0, (State((Arc(1, 2, 0.5, 1),)), State((), 0.0))), final_label=3
            )
        ),
        lookahead_fst.read,
    ),
}


@pytest.mark.parametrize("name", WRITTEN)
def test_a_file_cut_anywhere_is_refused(name: str) -> None:
    content, read = WRITTEN[name]
    for length in range(len(content)):
        with pytest.raises(Malformed):
            read(content[:length])


@pytest.mark.parametrize("name", WRITTEN)
def test_what_follows_the_end_is_refused(name: str) -> None:
    content, read = WRITTEN[name]
    with pytest.raises(Malformed, match="follows"):
        read(content + b"\0")
