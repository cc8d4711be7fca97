"""`--channels`: names in file order, `-` to leave out, picks by number."""

from pathlib import Path

import pytest

from assistant.speech.channel_map import map_channels
from compliance.errors import AssistantError, BadInput
from compliance.transcript import Speaker

CALL = Path("call.wav")


@pytest.mark.parametrize(
    ("text", "file_channels", "expected"),
    [
        (None, 1, [("unknown", 0)]),
        (None, 2, [("agent", 0), ("customer", 1)]),
        ("agent", 1, [("agent", 0)]),
        ("customer", 1, [("customer", 0)]),
        ("customer,agent", 2, [("customer", 0), ("agent", 1)]),
        (" agent , customer ", 2, [("agent", 0), ("customer", 1)]),
        ("agent,-", 2, [("agent", 0)]),
        ("-,-,agent,-,customer,-", 6, [("agent", 2), ("customer", 4)]),
        ("agent=5,customer=2", 6, [("agent", 4), ("customer", 1)]),
        ("agent=1", 2, [("agent", 0)]),
        ("third_party", 1, [("third_party", 0)]),
    ],
)
def test_maps(text: str | None, file_channels: int, expected: list[tuple[str, int]]) -> None:
    mapped = map_channels(text, file_channels, CALL)
    assert [(channel.name, channel.column) for channel in mapped] == expected
    assert [channel.speaker for channel in mapped] == [Speaker(name) for name, _ in expected]


@pytest.mark.parametrize(
    ("text", "file_channels", "told"),
    [
        (None, 6, "has 6 channels, and nothing tells which are whose"),
        (None, 3, "has 3 channels"),
        ("agent,customer", 1, "has 1 channel, and the map agent,customer names 2"),
        ("agent", 2, "has 2 channels"),
        ("agent,customer", 6, "has 6 channels"),
        ("agent=7", 6, "asks for one beyond"),
    ],
)
def test_maps_that_do_not_fit_name_file_and_remedy(
    text: str | None, file_channels: int, told: str
) -> None:
    with pytest.raises(BadInput, match="channels of the recording are not clear") as caught:
        map_channels(text, file_channels, CALL)
    assert told in str(caught.value)
    assert "call.wav" in str(caught.value)
    assert "--channels" in caught.value.remedy


@pytest.mark.parametrize(
    "text",
    [
        *("", "-,-", "agent,boss", "agent,agent", "agent=0,customer=1", "agent=one"),
        *("agent=1,customer=1", "agent=1,customer", "agent=²", "agent=-1", "=1,=2"),
    ],
)
def test_maps_that_say_nothing_sensible(text: str) -> None:
    with pytest.raises(AssistantError) as caught:
        map_channels(text, 2, CALL)
    assert caught.value.remedy


def test_three_voices_are_too_many() -> None:
    with pytest.raises(AssistantError, match="two channels at most"):
        map_channels("agent,customer,third_party", 3, CALL)
