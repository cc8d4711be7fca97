"""Hypotheses become utterances: ids, texts and times."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from assistant.events import FinalRecognised, PartialRecognised, RecognisedWord
from assistant.joining import ChannelJoiner
from compliance.transcript import Speaker, Utterance

RATE_HZ = 8000


def joiner() -> ChannelJoiner:
    return ChannelJoiner(0, "agent", Speaker.AGENT, RATE_HZ)


def partial(text: str, sample: int) -> PartialRecognised:
    return PartialRecognised(0, sample, text)


def final(words: list[str], sample: int) -> FinalRecognised:
    step = sample // max(1, len(words))
    return FinalRecognised(
        0,
        sample,
        " ".join(words),
        tuple(
            RecognisedWord(word, index * step, (index + 1) * step, 0.9)
            for index, word in enumerate(words)
        ),
    )


def test_an_id_lives_from_the_first_partial_to_the_final() -> None:
    channel = joiner()
    grown = [
        channel.partial(partial(text, 800 * n), 0) for n, text in enumerate(("you", "you are"), 1)
    ]
    settled = channel.final(final(["you", "are", "late"], 8000), 0)
    following = channel.partial(partial("so", 9000), 1)
    assert settled is not None
    assert [utterance.id for utterance in grown if utterance] == ["agent-0", "agent-0"]
    assert (settled.id, settled.final, settled.index) == ("agent-0", True, 0)
    assert following is not None
    assert (following.id, following.index) == ("agent-1", 1)


def test_a_partial_word_keeps_the_time_of_its_first_appearance() -> None:
    channel = joiner()
    channel.partial(partial("you", 4000), 0)
    channel.partial(partial("you are", 8000), 0)
    grown = channel.partial(partial("you are late", 16000), 0)
    assert grown is not None
    assert [word.end_s for word in grown.words] == [0.5, 1.0, 2.0]


def test_a_revised_word_takes_its_new_time() -> None:
    channel = joiner()
    channel.partial(partial("you were", 8000), 0)
    grown = channel.partial(partial("you are late", 16000), 0)
    assert grown is not None
    assert [word.text for word in grown.words] == ["you", "are", "late"]
    assert grown.words[0].end_s is not None
    assert grown.words[0].end_s <= 1.0
    assert grown.words[2].end_s == 2.0


def test_the_same_partial_again_is_nothing_new() -> None:
    channel = joiner()
    assert channel.partial(partial("you", 4000), 0) is not None
    assert channel.partial(partial("you", 4800), 0) is None


def test_no_speech_after_all_names_the_utterance_to_drop() -> None:
    channel = joiner()
    channel.partial(partial("the", 4000), 0)
    dropped = channel.final(FinalRecognised(0, 8000, ""), 0)
    assert dropped is not None
    assert (dropped.id, dropped.text, dropped.words) == ("agent-0", "", ())
    assert channel.final(FinalRecognised(0, 16000, ""), 0) is None


@given(
    st.lists(
        st.tuples(
            st.booleans(),
            st.lists(st.sampled_from(("you", "are", "late", "不", "要")), max_size=6),
            st.integers(1, 4000),
        ),
        max_size=30,
    )
)
def test_whatever_the_recogniser_says_times_run_forward(
    said: list[tuple[bool, list[str], int]],
) -> None:
    channel = joiner()
    sample = 0
    ids: list[str] = []
    for ended, words, step in said:
        sample += step
        utterance: Utterance | None
        if ended:
            utterance = channel.final(final(words, sample), len(ids))
        else:
            utterance = channel.partial(partial(" ".join(words), sample), len(ids))
        if utterance is None:
            continue
        if not ids or ids[-1] != utterance.id:
            ids.append(utterance.id)
        assert " ".join(word.text for word in utterance.words) == utterance.text
        if not utterance.text:
            continue
        times = [
            time for word in utterance.words for time in (word.start_s or 0.0, word.end_s or 0.0)
        ]
        assert times == sorted(times)
        assert times[-1] <= round(sample / RATE_HZ, 3)
    assert len(set(ids)) == len(ids)
