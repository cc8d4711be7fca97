"""The call screen of a live call: what is kept, a closed microphone, keys for words, wrap-up."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

import pytest
from rich.cells import cell_len
from textual.widgets import Input

from assistant.app import CallApp
from assistant.events import (
    ChannelProgress,
    CustomerDid,
    Ended,
    GapHeard,
    HoldChanged,
    Keep,
    Output,
    Progress,
    PromptChanged,
    RecordingChanged,
    RecordingState,
    RecordingTerms,
    Started,
)
from assistant.interface_text import Interface
from assistant.screens.bars import draw_keys
from assistant.screens.runs import cells
from assistant.screens.setup import CallSetup, Mode
from assistant.screens.sheets import Menu
from assistant.screens.wrap_up import WrapUpSheet
from assistant.screens.wrap_up_lines import outcome_lines
from assistant.typed_values import NotUnderstood
from assistant.wording import Wording
from assistant.wrap_up import WrapUp, next_contact_of, outcome_numbered
from compliance.transcript import Speaker
from scripts.outcomes import load_outcomes
from tests.screens import calls
from tests.screens.driving import call_up, on_screen, setup_of

EN = calls.SCENES["en-US"]
TERMS = RecordingTerms(Keep.AUDIO, notice_first=True, stops_when_refused=True, may_pause=True)
TODAY = date(2026, 11, 28)
OUTCOMES = load_outcomes()
LANGUAGES = ("en-US", "zh-TW", "zh-CN")


class LiveDesk(calls.RecordingDesk):
    """A desk that takes wrap-ups."""

    def __init__(self) -> None:
        super().__init__()
        self.confirmed: WrapUp | None = None

    def wrap_up(self, wrap_up: WrapUp) -> None:
        self.confirmed = wrap_up


def live_setup(language: str = "en-US") -> CallSetup:
    return setup_of(language, mode=Mode.LIVE, outcomes=OUTCOMES, today=TODAY)


def live(
    *more: Output,
    terms: RecordingTerms = TERMS,
    speakers: Sequence[Speaker] = (Speaker.AGENT,),
    state: RecordingState = RecordingState.ON,
    model: str = "vosk-model-en",
    scene: calls.Scene = EN,
) -> list[Output]:
    """A verified call at a desk that hears these speakers."""
    events = calls.verified(scene)
    first = events[0]
    assert isinstance(first, Started)
    first = Started(replace(first.start, recording=terms, model=model))
    heard = [
        replace(event, channels=tuple(ChannelProgress(who, -20.0, 3.0) for who in speakers))
        if isinstance(event, Progress)
        else event
        for event in events[1:]
    ]
    return [first, RecordingChanged(state, terms.keep, 0.0), *heard, *more]


# ---- keys ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("keys", "acts"),
    [
        (["r"], [("objection", "will_not_pay")]),
        (["ㄐ"], [("objection", "will_not_pay")]),
        (["n"], [("notice_given", "")]),
        (["x"], [("exit", "recording_refused")]),
        (["f7", "8"], [("objection", "will_not_pay")]),
        (["f7", "9"], [("notice_given", "")]),
        (["f9"], [("held", "")]),
    ],
)
async def test_keys_of_a_live_call(keys: list[str], acts: list[tuple[str, str]]) -> None:
    desk = LiveDesk()
    async with call_up(live_setup(), live(), desk=desk) as (_app, pilot):
        await pilot.press(*keys)
        await pilot.pause()
    assert desk.acts == acts


async def test_they_mean_nothing_in_a_recording() -> None:
    desk = calls.RecordingDesk()
    async with call_up(setup_of("en-US"), calls.verified(EN), desk=desk) as (_app, pilot):
        await pilot.press("r", "n", "x")
        await pilot.pause()
    assert desk.acts == []


async def test_the_menu_turns_its_page_where_ten_are_not_enough() -> None:
    desk = LiveDesk()
    slugs = tuple(f"{slug}" for slug in ("cannot_pay", "lost_job", "illness", "bereavement",
             "waiting_for_pay", "already_paid", "amount_wrong", "not_mine", "fraud"))  # fmt: skip
    offered = PromptChanged(calls.prompt(EN, "options", "Line.", "", *slugs), 60.0)
    async with call_up(live_setup(), live(offered), desk=desk) as (app, pilot):
        await pilot.press("f7")
        assert "0  more…" in on_screen(app)
        await pilot.press("0")
        await pilot.pause()
        assert isinstance(app.screen, Menu)
        await pilot.press("1")
        await pilot.pause()
    assert desk.acts == [("exit", "recording_refused")]


# ---- a closed microphone -------------------------------------------------------------------------


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_a_closed_microphone_cannot_be_overlooked(size: tuple[int, int]) -> None:
    desk = LiveDesk()
    held = HoldChanged(held=True, call_s=40.0)
    async with call_up(live_setup(), live(held), size=size, desk=desk) as (app, pilot):
        lines = on_screen(app).splitlines()
        assert lines[0].startswith(" ‖ ")
        assert "the microphone is closed: F9 opens it" in lines[-2]
        await pilot.press("f9")
        app.deliver(calls.envelopes([HoldChanged(held=False, call_s=52.0)]))
        sides = [GapHeard(side, 40.0, 12.0, "paused") for side in ("agent", "customer")]
        app.deliver(calls.envelopes(sides))
        await pilot.pause()
        assert "the microphone is closed" not in on_screen(app)
        assert on_screen(app).count("‖ microphone closed for 12.0 s") == 1, "both sides are one"
    assert desk.acts == [("resumed", "")]


LOST = {
    "device_lost": ("the device was gone", "裝置不見了", "设备不见了"),
    "stalled": ("the device gave no sound", "裝置沒有聲音", "设备没有声音"),
    "overrun": ("lost on the way from the device", "從裝置傳來時遺失", "从设备传来时丢失"),
    "suspended": ("the computer was asleep or busy", "電腦睡眠或過忙", "电脑睡眠或过忙"),
    "recogniser_failed": ("the recogniser had stopped", "語音辨識停止了", "语音识别停止了"),
}


@pytest.mark.parametrize("reason", LOST)
async def test_each_loss_says_why_and_a_long_one_is_one_row(reason: str) -> None:
    async with call_up(live_setup(), live()) as (app, pilot):
        pieces = [GapHeard("customer", 40.0, 2.0, reason), GapHeard("customer", 42.0, 7.5, reason)]
        app.deliver(calls.envelopes(pieces))
        await pilot.pause()
        for number, why in enumerate(LOST[reason]):
            shown = on_screen(app)
            assert shown.count(why) == 1
            assert ("9.5 s not heard: " if number == 0 else "9.5 秒未") in shown
            # A computer asleep hears nobody; anything else is one side's.
            side = ("Customer", "客戶", "客户")[number]
            assert (f"{side} · 9.5" in shown) is (reason != "suspended")
            await pilot.press("f2")
            await pilot.pause()


@pytest.mark.parametrize(
    ("model", "told"),
    [
        ("vosk", "the whole call must be recorded here: no pause"),
        ("", "no microphone is open in this call"),
    ],
)
async def test_where_it_may_not_be_closed_one_line_says_why(model: str, told: str) -> None:
    desk = LiveDesk()
    terms = replace(TERMS, may_pause=False)
    async with call_up(live_setup(), live(terms=terms, model=model), desk=desk) as (app, pilot):
        await pilot.press("f9")
        await pilot.pause()
        assert told in on_screen(app)
    assert desk.acts == []


# ---- what is heard and kept ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("events", "told", "untold"),
    [
        (live(), ["sound and words are kept", "the customer by keys"], ["mixed", "talks"]),
        (live(speakers=(Speaker.AGENT, Speaker.CUSTOMER)), ["agent talks"], ["by keys", "mixed"]),
        (live(speakers=(Speaker.UNKNOWN,)), ["mixed line: who speaks is unknown"], ["by keys"]),
        (live(state=RecordingState.WAITING), ["kept from the recording notice on: n"], []),
        (live(state=RecordingState.OFF), ["nothing is kept"], []),
        (
            live(state=RecordingState.REFUSED),
            ["recording refused: not listening"],
            ["listening  vosk", "loading"],
        ),
        (live(terms=replace(TERMS, keep=Keep.FINDINGS)), ["findings are kept, no words"], []),
        (live(speakers=(), model=""), [], ["lag", "by keys", "mixed"]),
        (calls.verified(EN), [], ["are kept", "by keys", "mixed"]),
    ],
)
async def test_the_screen_says_what_is_heard_and_kept(
    events: list[Output], told: list[str], untold: list[str]
) -> None:
    async with call_up(live_setup(), events) as (app, _pilot):
        shown = on_screen(app)
    for words in told:
        assert words in shown
    for words in untold:
        assert words not in shown


@pytest.mark.parametrize("language", LANGUAGES)
async def test_what_keys_say_of_the_customer_stands_in_the_transcript(language: str) -> None:
    doings = ("verified", "dispute", "will_not_pay", "commitment", "third_party", "vulnerable")
    marks = [CustomerDid(doing, 40.0 + n) for n, doing in enumerate(doings)]
    scene = calls.SCENES[language]
    async with call_up(live_setup(language), live(*marks, scene=scene)) as (app, _pilot):
        shown = [line for line in on_screen(app).splitlines() if "●" in line][1:]
        assert len(shown) == len(doings)
        if language == "en-US":
            assert "promises to pay" in shown[3]
        else:
            assert not any(char.isascii() and char.isalpha() for line in shown for char in line)


@pytest.mark.parametrize("width", [60, 80, 100, 120, 160])
@pytest.mark.parametrize("language", LANGUAGES)
def test_the_customers_keys_and_the_way_out_stay_in_sight(language: str, width: int) -> None:
    wording = Wording(calls.Texts(), Interface(language), language)
    (line,) = draw_keys(wording, width, may_pause=True, live=True)
    shown = "".join(run.text for run in line)
    assert cells(line) == width
    caps = shown.split()
    assert all(cap in caps for cap in ("v", "t", "d", "h", "p", "r", "!", "F7", "F10"))


# ---- wrap-up -------------------------------------------------------------------------------------


def over(*doings: str) -> list[Output]:
    marks = [CustomerDid(doing, 40.0 + n) for n, doing in enumerate(doings)]
    return live(*marks, Ended(90.0, "hung_up", ()))


@pytest.mark.parametrize("size", [(80, 24), (120, 40), (200, 60)])
@pytest.mark.parametrize("language", LANGUAGES)
async def test_the_wrap_up_proposes_an_outcome_and_shows_every_one_where_none_is_chosen(
    language: str, size: tuple[int, int]
) -> None:
    async with call_up(live_setup(language), over("dispute"), size=size) as (app, _):
        assert not isinstance(app.screen, WrapUpSheet), "a desk that takes none is asked for none"
    desk = LiveDesk()
    async with call_up(live_setup(language), over("dispute"), size=size, desk=desk) as (app, pilot):
        assert app.screen.query_one("#outcome", Input).value == "41"
        await pilot.press("4")
        await pilot.pause()
        shown = on_screen(app)
        assert all(f"{outcome.number} " in shown for outcome in OUTCOMES)
        assert max(cell_len(line) for line in shown.splitlines()) <= size[0]


async def confirmed(*typed: str, doings: Sequence[str] = ("dispute",)) -> WrapUp | None:
    desk = LiveDesk()
    async with call_up(live_setup(), over(*doings), desk=desk) as (app, pilot):
        await pilot.press(*typed)
        await pilot.pause()
        assert app.return_code in (None, 0)
    made = desk.confirmed
    return replace(made, happened={}) if made is not None else None


AGAIN = ("3", "9", "tab", "tab", "home", "ctrl+k")  # no commitment, another day
DISPUTED = WrapUp("dispute", None, "", {"subject": "fee"})


@pytest.mark.parametrize(
    ("typed", "doings", "wrap_up"),
    [
        (["tab", *"fee", "enter"], ("dispute",), DISPUTED),
        (["enter"], (), None),
        (["enter"], ("dispute",), None),
        (["enter", *"fee", "enter"], ("dispute",), DISPUTED),
        (["9", "9", "enter"], ("dispute",), None),
        (["9", "9", "f5"], ("dispute",), None),
        (["f5"], ("dispute",), WrapUp("dispute", missing=("subject",))),
        (["4", "7", "tab", "y", "enter"], (), WrapUp("vulnerable", values={"consent": True})),
        (["4", "7", "tab", "maybe", "enter"], ("dispute",), None),
        (["3", "9", "enter"], ("dispute",), WrapUp("no_commitment", date(2026, 12, 1))),
        ([*AGAIN, *"12-05", "enter"], (), WrapUp("no_commitment", date(2026, 12, 5))),
        ([*AGAIN, *"soon", "enter"], (), None),
        ([*AGAIN, *"soon", "f5"], (), WrapUp("no_commitment")),
        (["tab", *"fee", *["down"] * 4, *"+3", "enter"], ("dispute",), None),
        (["tab", *"fee", *["down"] * 5, *"rang off", "enter"], ("dispute",),
         replace(DISPUTED, note="rang off")),
    ],
)  # fmt: skip
async def test_enter_confirms_what_is_understood_and_complete(
    typed: list[str], doings: tuple[str, ...], wrap_up: WrapUp | None
) -> None:
    assert await confirmed(*typed, doings=doings) == wrap_up


async def test_enter_goes_to_what_is_wanting_and_says_what() -> None:
    async with call_up(live_setup(), over("commitment"), desk=LiveDesk()) as (app, pilot):
        for field, typed, says in (
            ("amount", "8", "Amount is needed"),
            ("due_on", "soon", "Due on is needed"),
            ("due_on", "", "Due on is not understood"),
            ("due_on", "12-05", ""),
            ("method", "8", "Method is needed"),
        ):
            if says:
                await pilot.press("enter")
                await pilot.pause()
                assert says in on_screen(app)
            assert app.focused is not None
            assert app.focused.id == field
            if not typed:
                await pilot.press("home", "ctrl+k")
            await pilot.press(*typed)
        await pilot.press("enter")
        await pilot.pause()
        assert app.return_code == 0


@pytest.mark.parametrize("language", LANGUAGES)
async def test_the_field_that_has_the_cursor_is_in_sight_however_many_there_are(
    language: str,
) -> None:
    setup = live_setup(language)
    async with call_up(setup, over("commitment"), size=(80, 24), desk=LiveDesk()) as (app, pilot):
        await pilot.press("3", "4")
        seen = []
        for _ in range(10):
            entry = app.focused
            assert entry is not None
            body = app.screen.query_one("#wrap_up_body")
            assert body.region.contains_region(entry.region), entry.id
            seen.append(entry.id)
            await pilot.press("tab")
            await pilot.pause()
    assert seen == [
        "outcome", "amount", "instalments", "first_amount", "due_on", "method", "documents",
        "reason", "next_contact", "note",
    ]  # fmt: skip


async def test_the_wrap_up_can_be_put_away_and_taken_up_again_with_what_was_typed() -> None:
    desk = LiveDesk()
    async with call_up(live_setup(), over("dispute"), desk=desk) as (app, pilot):
        await pilot.press("tab", *"fee", "escape")
        assert not isinstance(app.screen, WrapUpSheet)
        assert "Enter: wrap-up" in on_screen(app)
        await pilot.press("enter")
        assert isinstance(app.screen, WrapUpSheet)
        await pilot.press("enter")
        await pilot.pause()
    assert desk.confirmed is not None
    assert desk.confirmed.values == {"subject": "fee"}


async def test_a_sheet_that_lay_open_gives_way_to_the_wrap_up() -> None:
    desk = LiveDesk()
    async with call_up(live_setup(), live(), desk=desk) as (app, pilot):
        await pilot.press("f7")
        app.deliver(calls.envelopes([Ended(90.0, "hung_up", ())]))
        await pilot.pause()
        assert isinstance(app.screen, WrapUpSheet)
        assert isinstance(app, CallApp)


@pytest.mark.parametrize(
    ("typed", "day"),
    [
        ("", None),
        ("2026-12-05", date(2026, 12, 5)),
        ("12/5", date(2026, 12, 5)),
        ("１２－０５", date(2026, 12, 5)),
        ("01-02", date(2027, 1, 2)),
        ("+0", TODAY),
        ("+366", date(2027, 11, 29)),
    ],
)
def test_days_that_are_understood(typed: str, day: date | None) -> None:
    assert next_contact_of(typed, TODAY) == day


@pytest.mark.parametrize(
    "typed", ["soon", "2026-11-27", "2028-01-01", "02-30", "+367", "+-1", "13-01", "0", "9" * 40]
)
def test_days_that_are_not(typed: str) -> None:
    with pytest.raises(NotUnderstood):
        next_contact_of(typed, TODAY)


@pytest.mark.parametrize(
    ("typed", "outcome"),
    [("32", "promise"), (" 32 ", "promise"), ("３２", "promise"), ("3", None), ("", None),
     ("99", None), ("x2", None)],
)  # fmt: skip
def test_outcomes_by_number(typed: str, outcome: str | None) -> None:
    found = outcome_numbered(OUTCOMES, typed)
    assert (found.id if found is not None else None) == outcome


@pytest.mark.parametrize("width", [60, 80, 200])
def test_no_outcome_is_cut(width: int) -> None:
    for language in LANGUAGES:
        wording = Wording(calls.Texts(), Interface(language), language)
        lines = outcome_lines(OUTCOMES, wording, width)
        assert all(cells(line) - 2 <= width for line in lines)
