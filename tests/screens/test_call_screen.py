"""The call screen, driven by keys and events."""

from __future__ import annotations

import threading
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rich.cells import cell_len
from textual.events import Key
from textual.widgets import Input

from assistant.app import CallApp
from assistant.call_view import CallView, Part
from assistant.events import (
    IdentifierChanged,
    IdentifierState,
    MomentMarked,
    Output,
    PromptChanged,
    Transferred,
)
from assistant.interface_text import LANGUAGES, Interface
from assistant.screens.account import draw_account, draw_account_line
from assistant.screens.bars import draw_flag, draw_keys, draw_status, draw_top
from assistant.screens.brief import Connect
from assistant.screens.call import CallScreen
from assistant.screens.desk import (
    CallEvents,
    CallFailed,
    Hearing,
    HearingChanged,
    Notice,
    ViewRebuilt,
)
from assistant.screens.frame import INTERRUPTED
from assistant.screens.runs import cells
from assistant.screens.script import draw_choices, draw_script, draw_talk_offs
from assistant.screens.sheets import IdentifierEntry, Menu, Sheet
from assistant.screens.tones import DARK, LIGHT
from assistant.screens.transcript import Transcript
from assistant.wording import Wording
from compliance.transcript import Speaker
from scripts.prompt import OBJECTIONS
from tests.screens import calls
from tests.screens.driving import call_up, on_screen, setup_of

SIZES = [(80, 24), (120, 40), (200, 60)]
EN = calls.SCENES["en-US"]
TW = calls.SCENES["zh-TW"]


def distress() -> PromptChanged:
    """The script has turned to the care of the customer."""
    return PromptChanged(calls.prompt(EN, "vulnerable", "I am sorry to hear that.", ""), 60.0)


def offering(stage: str, *slugs: str) -> PromptChanged:
    """The script offers these choices."""
    return PromptChanged(calls.prompt(EN, stage, "Line.", "", *slugs), 60.0)


# ---- keys to intents -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("state", "keys", "acts"),
    [
        ("verified", ["space"], [("step_done", "")]),
        ("verified", ["left"], [("step_back", "")]),
        ("verified", ["v"], [("verification_withdrawn", "")]),
        ("verifying", ["v"], [("verified", "")]),
        ("verifying", ["f5"], [("verified", "")]),
        ("verified", ["t"], [("third_party", "")]),
        ("verified", ["f6"], [("third_party", "")]),
        ("third party", ["t"], [("customer_back", "")]),
        ("verified", ["d"], [("exit", "dispute")]),
        ("verified", ["h"], [("exit", "hardship")]),
        ("verified", ["p"], [("exit", "commitment")]),
        ("verified", ["exclamation_mark"], [("exit", "vulnerable")]),
        ("verified", ["m"], [("moment_marked", "")]),
        ("verified", ["f12"], [("moment_marked", "")]),
        ("verified", ["f7", "1"], [("exit", "dispute")]),
        ("verified", ["f7", "4"], [("exit", "vulnerable")]),
        ("verified", ["f7", "7"], [("moment_marked", "")]),
        ("verified", ["f7", "escape"], []),
        ("verified", ["3"], [("objection", "lost_job")]),
        ("verified", ["7"], [("objection", "will_not_pay")]),
        ("verified", ["1"], []),
        ("verified", ["8"], []),
        ("verified", ["0"], []),
        ("verified", ["escape"], []),
        ("flagged", ["escape"], [("flag_acknowledged", "f1")]),
        ("verifying", ["2"], [("identifier_matched", "id_last4")]),
        ("verifying", ["3"], []),
        ("verifying", ["4"], [("objection", "refuse_identity")]),
        ("distress", ["left"], []),
        ("distress", ["space"], [("step_done", "")]),
        ("before", ["1", "plus"], [("identifier_matched", "birth_date")]),
        ("before", ["1", "minus"], [("identifier_mismatched", "birth_date")]),
        ("before", ["1", "escape"], []),
        ("over", ["space", "v", "d", "m", "1"], []),
    ],
)
async def test_keys_become_intents(
    state: str, keys: list[str], acts: list[tuple[str, str]]
) -> None:
    events: dict[str, list[Output]] = {
        "before": calls.before_verification(EN),
        "verifying": calls.while_verifying(EN),
        "verified": calls.verified(EN),
        "flagged": calls.flagged(EN),
        "third party": calls.third_party(EN),
        "distress": [*calls.verified(EN), distress()],
        "over": calls.over(EN),
    }
    desk = calls.RecordingDesk()
    async with call_up(setup_of("en-US"), events[state], desk=desk) as (_app, pilot):
        await pilot.press(*keys)
        await pilot.pause()
    assert desk.acts == acts


async def test_what_the_customer_said_is_typed_and_compared_elsewhere() -> None:
    desk = calls.RecordingDesk()
    events = calls.before_verification(EN)
    async with call_up(setup_of("en-US"), events, desk=desk) as (app, pilot):
        await pilot.press("2")
        assert isinstance(app.screen, IdentifierEntry)
        assert not app.screen.query_one(Input).cursor_blink
        assert "4471" not in on_screen(app)
        await pilot.press(*"4 4-71", "enter")
        await pilot.pause()
        assert isinstance(app.screen, CallScreen)
        assert ("identifier_said", "id_last4", "4 4-71") in desk.asked
        mismatch = IdentifierChanged("id_last4", IdentifierState.MISMATCHED, 9.0)
        app.deliver(calls.envelopes([mismatch]))
        await pilot.pause()
        assert "✘ ID, last four  does not match" in on_screen(app)


async def test_text_from_an_input_method_is_answered_with_what_to_press() -> None:
    desk = calls.RecordingDesk()
    async with call_up(setup_of("zh-TW"), calls.verified(TW), desk=desk) as (app, pilot):
        await pilot.press("我")
        assert "輸入法已開啟" in on_screen(app)
        assert desk.acts == []
        app.post_message(Key("fullwidth_exclamation_mark", "！"))
        await pilot.pause()
        assert desk.acts == [("exit", "vulnerable")]
        assert "輸入法已開啟" not in on_screen(app), "the next key that is understood clears it"


@pytest.mark.parametrize(
    ("state", "key", "told"),
    [
        ("before", "h", "noted: hardship; identity first"),
        ("before", "p", "not before identity is confirmed"),
        ("distress", "left", "distress stays until Space"),
    ],
)
async def test_a_key_that_changes_nothing_in_sight_is_answered(
    state: str, key: str, told: str
) -> None:
    before = calls.before_verification(EN)
    events = before if state == "before" else [*calls.verified(EN), distress()]
    async with call_up(setup_of("en-US"), events) as (app, pilot):
        await pilot.press(key)
        assert told in on_screen(app).splitlines()[-2]
        await pilot.press("m")
        assert told not in on_screen(app)


async def test_choices_without_a_digit_are_in_the_menu_and_the_palette() -> None:
    desk = calls.RecordingDesk()
    slugs = (*OBJECTIONS[:9], "dispute")
    events = [*calls.verified(EN), offering("options", *slugs)]
    async with call_up(setup_of("en-US"), events, desk=desk) as (app, pilot):
        shown = on_screen(app)
        assert "F7" in next(line for line in shown.splitlines() if "not my debt" in line)
        assert "d dispute" in shown
        await pilot.press("f7")
        assert "8  not my debt" in on_screen(app)
        await pilot.press("8")
        await pilot.pause()
        offered = [command.title for command in app.get_system_commands(app.call_screen)]
        assert "another debt first" not in offered
        assert {"cannot pay", "not my debt"} <= set(offered)
        app.call_screen.choose("another_debt_first")
    assert desk.acts == [("objection", "not_mine")], "only what is offered can be chosen"


@pytest.mark.parametrize("own", [True, False])
async def test_a_demonstration_says_that_its_agent_pressed_the_key(*, own: bool) -> None:
    before, after = calls.while_verifying(EN), calls.verified(EN)
    async with call_up(setup_of("en-US"), before) as (app, pilot):
        if own:
            await pilot.press("v")
        app.deliver(calls.envelopes(after[len(before) :][:4]))
        await pilot.pause()
        told = "the demonstration's agent pressed v"
        assert (told in on_screen(app)) is not own
        app.deliver(calls.envelopes([calls.progress(40.0, 1.0, 1.0)]))
        await pilot.pause()
        assert told not in on_screen(app)


@pytest.mark.parametrize(
    ("scripts_hash", "told"),
    [("", "There is no script for this language yet"), ("1" * 64, "begins with the first sound")],
)
async def test_a_call_without_a_script_says_so(scripts_hash: str, told: str) -> None:
    first = calls.started(calls.SCENES["en-US"])
    events = [replace(first, start=replace(first.start, scripts_hash=scripts_hash))]
    async with call_up(setup_of("en-US"), events) as (app, _):
        assert told in on_screen(app)


async def test_the_end_takes_the_waiting_line_away() -> None:
    async with call_up(setup_of("en-US"), calls.flagged(EN)) as (app, pilot):
        await pilot.press("f10")
        assert "ending the call" in on_screen(app)
        app.deliver(calls.envelopes(calls.over(EN)[-2:]))
        await pilot.pause()
        assert "ending the call" not in on_screen(app)
        assert "hung up" in on_screen(app)


async def test_leaving_before_the_call_ends_it() -> None:
    desk = calls.RecordingDesk()
    async with call_up(setup_of("en-US", brief=True), desk=desk) as (app, pilot):
        await pilot.press("f1")
        assert isinstance(app.screen, Sheet)
        await pilot.press("escape", "f10")
        await pilot.pause()
    assert desk.asked == [("ready",), ("end",)]
    assert app.return_code == 0


async def test_ending_asks_first_then_leaves() -> None:
    desk = calls.RecordingDesk()
    async with call_up(setup_of("en-US"), calls.verified(EN), desk=desk) as (app, pilot):
        await pilot.press("f10")
        assert desk.asked[-1] == ("end",)
        assert app.is_running
        await pilot.press("f10")
    assert app.return_code == 0


async def test_interrupting_hangs_up_and_leaves_at_once() -> None:
    desk = calls.RecordingDesk()
    async with call_up(setup_of("en-US"), calls.verified(EN), desk=desk) as (app, pilot):
        await pilot.press("ctrl+c")
        await pilot.pause()
    assert app.return_value == INTERRUPTED
    assert ("end",) in desk.asked


class PausingDesk(calls.RecordingDesk):
    """A desk that plays a recording."""

    def pause(self) -> None:
        self.asked.append(("pause",))

    def resume(self) -> None:
        self.asked.append(("resume",))

    def set_speed(self, speed: float) -> None:
        self.asked.append(("set_speed", str(speed)))


async def test_recordings_pause_and_live_calls_do_not() -> None:
    desk = PausingDesk()
    async with call_up(setup_of("en-US"), calls.verified(EN), desk=desk) as (app, pilot):
        assert "F9" in on_screen(app)
        await pilot.press("f9", "f9")
    assert desk.asked[-2:] == [("pause",), ("resume",)]
    async with call_up(setup_of("en-US"), calls.verified(EN)) as (app, pilot):
        assert "F9" not in on_screen(app)
        await pilot.press("f9")


# ---- the cover -----------------------------------------------------------------------------------

FIGURES = {
    "en-US": ["652", "85.00", "2,310", "40.00", "34", "24.99", "kept 3"],
    "zh-TW": ["18,420", "3,200", "64,310", "1,500", "34", "14.5", "守 3"],
}
COVERED_STATES = {
    "before": calls.before_verification,
    "verifying": calls.while_verifying,
    "third party": calls.third_party,
}


@pytest.mark.parametrize("language", ["en-US", "zh-TW"])
@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("state", sorted(COVERED_STATES))
async def test_nothing_of_the_debt_is_on_the_screen_until_verified(
    state: str, size: tuple[int, int], language: str
) -> None:
    scene = calls.SCENES[language]
    setup = setup_of(language, talk_offs={"lost_job": f"We see {FIGURES[language][0]} is due."})
    async with call_up(setup, COVERED_STATES[state](scene), size=size) as (app, pilot):
        for keys in ([], ["f4"], ["escape", "f8"]):
            await pilot.press(*keys)
            await pilot.pause()
            shown = on_screen(app)
            assert scene.account.customer_name in shown
            for figure in FIGURES[language]:
                assert figure not in shown, (figure, keys)


@pytest.mark.parametrize("size", SIZES)
async def test_the_figures_come_with_verification(size: tuple[int, int]) -> None:
    async with call_up(setup_of("zh-TW"), calls.verified(TW), size=size) as (app, _pilot):
        shown = on_screen(app)
        assert "NT$ 18,420" in shown
        assert "✔ 已核身 2/2" in shown


async def test_the_brief_comes_first_and_connecting_covers_the_account() -> None:
    desk = calls.RecordingDesk()
    setup = setup_of("en-US", brief=True, notices=("demonstration model",))
    async with call_up(setup, desk=desk) as (app, pilot):
        assert desk.asked == [("ready",)]
        shown = on_screen(app)
        for told in (
            "$652.18",
            "34",
            "$85.00",
            "Aug 28, 2026",
            "kept 3 · broken 1",
            "“I'll pay the eighty-five as soon as I get my check”",
            "a promise was broken: do not reproach",
            "Has your income changed this month",
            "demonstration model",
        ):
            assert told in shown
        await pilot.press("enter")
        await pilot.pause()
        assert desk.asked == [("ready",), ("connect",)]
        app.deliver(calls.envelopes(calls.before_verification(EN)))
        await pilot.pause()
        assert "652" not in on_screen(app)
        app.post_message(Connect())
        await pilot.pause()
        assert desk.asked == [("ready",), ("connect",)], "connecting twice is once"


# ---- what the driver says ------------------------------------------------------------------------


async def test_messages_from_the_driver_are_shown_in_one_line() -> None:
    async with call_up(setup_of("en-US"), calls.verified(EN)) as (app, pilot):
        assert "loading the speech model" in on_screen(app)
        app.post_message(HearingChanged(Hearing.LISTENING))
        await pilot.pause()
        assert "listening" in on_screen(app)
        app.post_message(Notice("kept as {call}", call="C-1"))
        await pilot.pause()
        assert "kept as C-1" in on_screen(app)
        app.post_message(CallFailed("The device is gone.\nPlug it in again."))
        await pilot.pause()
        assert "✘ The device is gone. Plug it in again." in on_screen(app)


async def test_a_failure_before_the_call_is_shown_on_the_brief_and_kept() -> None:
    async with call_up(setup_of("en-US", brief=True)) as (app, pilot):
        app.post_message(CallFailed("The model is broken. Install it again."))
        await pilot.pause()
        assert "✘ The model is broken." in on_screen(app)
        await pilot.press("enter")
        await pilot.pause()
        assert "✘ The model is broken." in on_screen(app)


async def test_events_may_come_from_another_thread_and_none_is_lost() -> None:
    marks = calls.envelopes([MomentMarked(float(second)) for second in range(9000)])
    async with call_up(setup_of("en-US")) as (app, pilot):
        sender = threading.Thread(target=app.deliver, args=(marks,), daemon=True)
        sender.start()
        while sender.is_alive():
            await pilot.pause()
        await pilot.pause()
        assert len(app.call_screen.view.rows) == 9000


async def test_a_sender_is_let_go_when_the_screen_is_gone() -> None:
    async with call_up(setup_of("en-US")) as (app, _pilot):
        pass
    marks = calls.envelopes([MomentMarked(float(second)) for second in range(9000)])
    sender = threading.Thread(target=app.deliver, args=(marks,), daemon=True)
    sender.start()
    sender.join(timeout=5)
    assert not sender.is_alive()


async def test_a_replay_may_jump() -> None:
    async with call_up(setup_of("en-US"), calls.over(EN)) as (app, pilot):
        app.post_message(ViewRebuilt(calls.envelopes(calls.while_verifying(EN))))
        await pilot.pause()
        assert "Covered" not in on_screen(app)  # it is proposed: the box asks for v
        assert "Seems to be the right person" in on_screen(app)
        app.post_message(CallEvents(calls.envelopes(calls.verified(EN))))
        await pilot.pause()
        assert "$652.18" in on_screen(app)


# ---- language, theme, size -----------------------------------------------------------------------


async def test_language_changes_live_and_everywhere() -> None:
    async with call_up(setup_of("zh-TW", interface="en"), calls.flagged(TW)) as (app, pilot):
        assert "Stop: take it back" in on_screen(app)
        await pilot.press("f2")
        shown = on_screen(app)
        assert "停：收回剛才的話，說明只談分期" in shown
        assert "客服" in shown
        assert "⟦我們就去你公司找你⟧" in shown
        await pilot.press("f8", "f2")
        shown = on_screen(app)
        assert "停：收回刚才的话，说明只谈分期" in shown
        assert "法条与理由" in shown
        assert "剛才那句話不妥" in shown, "what to say stays in the language of the call"
        assert "請問這個月是收入有變動" in shown


async def test_theme_changes_live() -> None:
    async with call_up(setup_of("en-US"), calls.flagged(EN)) as (app, pilot):
        assert app.theme == DARK.name
        await pilot.press("f3")
        assert app.theme == LIGHT.name
        assert app.call_screen.query_one(Transcript).styles.background.hex.lower() == LIGHT.ground


@pytest.mark.parametrize("size", [(40, 10), (59, 40), (120, 15), (10, 3)])
async def test_a_terminal_too_small_says_so_and_the_call_goes_on(size: tuple[int, int]) -> None:
    desk = calls.RecordingDesk()
    events = calls.verified(EN)
    async with call_up(setup_of("en-US"), events, size=size, desk=desk) as (app, pilot):
        told = " ".join(on_screen(app).split())
        if size[0] >= 40:
            assert f"now {size[0]}×{size[1]}, needs 60×16" in told
            assert "verified" in told
            assert " ".join(EN.situation.split()) in told.replace(" ▌ ", " ")
            assert "The call goes on." in told or size[1] < 12
        await pilot.press("space", "d", "3", "!")
        assert desk.acts == [], "what cannot be seen is not changed"
        app.deliver(calls.envelopes([MomentMarked(50.0)]))
        await pilot.resize_terminal(120, 40)
        await pilot.pause()
        assert "marked at 00:50" in on_screen(app)
        assert "$652.18" in on_screen(app)


@pytest.mark.parametrize("language", ["en-US", "zh-TW", "zh-CN"])
@pytest.mark.parametrize("size", [(60, 16), (72, 18), (80, 24), (100, 30), (120, 40), (200, 60)])
async def test_what_matters_most_is_there_at_every_size(
    size: tuple[int, int], language: str
) -> None:
    scene = calls.SCENES[language]
    async with call_up(setup_of(language), calls.flagged(scene), size=size) as (app, _pilot):
        shown = on_screen(app)
        lines = shown.splitlines()
        assert all(cell_len(line) == size[0] for line in lines)
        assert len(lines) == size[1]
        packed = "".join(shown.split())
        assert "".join(scene.situation[:12].split()) in packed
        assert "⚠" in lines[1] + lines[2], "the flag stands under the top line"
        assert "✔" in lines[0], "verified is told by a sign and a word"
        assert "⟦" in shown or size[1] < 24
        for key in ("F10", "F7", "F1 "):
            assert key in lines[-1], "the way out, to the actions and to help are always shown"


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    width=st.integers(20, 220),
    height=st.integers(1, 20),
    language=st.sampled_from(["en-US", "zh-TW", "zh-CN"]),
    interface=st.sampled_from([language.code for language in LANGUAGES]),
    state=st.sampled_from(["before_verification", "while_verifying", "flagged", "over"]),
)
def test_every_pane_draws_in_any_space(
    width: int, height: int, language: str, interface: str, state: str
) -> None:
    scene = calls.SCENES[language]
    setup = setup_of(language, talk_offs={"lost_job": scene.situation})
    wording = Wording(calls.Texts(), Interface(interface), language)
    view = CallView()
    for event in getattr(calls, state)(scene):
        view.apply(event)
    panes = [
        draw_top(view, wording, setup, width),
        draw_flag(view, wording, width),
        draw_status(view, wording, setup, width, told=None, hearing=Hearing.LISTENING),
        draw_keys(wording, width, may_pause=True),
        draw_script(view, wording, width, height, choices=True),
        draw_choices(view, wording, width, height),
        draw_talk_offs(view, wording, setup, width, height),
        draw_account(view, scene.account, wording, width, height),
        draw_account_line(view, scene.account, wording, width),
    ]
    for lines in panes:
        assert all(cells(line) <= width for line in lines)
    for lines in panes[4:8]:
        assert len(lines) <= height


# ---- sheets --------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", SIZES)
async def test_sheets_leave_what_to_say_in_sight(size: tuple[int, int]) -> None:
    async with call_up(setup_of("en-US"), calls.flagged(EN), size=size) as (app, pilot):
        for key in ("f1", "f4", "f8"):
            await pilot.press(key)
            assert isinstance(app.screen, Sheet)
            assert EN.situation[:30] in on_screen(app)
            assert "Stop: take it back" in on_screen(app)
            await pilot.press("escape")
            assert isinstance(app.screen, CallScreen)


async def test_the_call_goes_on_under_a_sheet() -> None:
    async with call_up(setup_of("en-US"), calls.verified(EN)) as (app, pilot):
        await pilot.press("f4")
        app.deliver(calls.envelopes(calls.flagged(EN)[-5:]))
        await pilot.pause()
        assert "Stop: take it back" in on_screen(app)


async def test_law_and_reason_of_every_flag_can_be_turned_through() -> None:
    async with call_up(setup_of("en-US"), calls.over(EN)) as (app, pilot):
        await pilot.press("f8")
        shown = on_screen(app)
        assert "15 U.S.C. § 1692e(5)" in shown
        assert "from a secondary source" in shown
        assert "flag 2 of 2" in shown
        await pilot.press("right")
        assert "flag 1 of 2" in on_screen(app)
        assert "I take that back." in on_screen(app)


async def test_help_lists_every_key_and_scrolls() -> None:
    async with call_up(setup_of("en-US"), calls.verified(EN), size=(80, 24)) as (app, pilot):
        await pilot.press("f1")
        seen = on_screen(app)
        for _ in range(4):
            await pilot.press("pagedown")
            await pilot.pause()
            seen += on_screen(app)
        for told in ("Space", "F5", "F7 1", "somebody else", "Ctrl+P", "input method"):
            assert told in seen


async def test_the_palette_offers_the_commands_in_the_readers_language() -> None:
    async with call_up(setup_of("zh-TW"), calls.verified(TW)) as (app, pilot):
        await pilot.press("ctrl+p")
        await pilot.pause()
        assert "完整帳戶資料" in on_screen(app)
        assert not app.screen.query_one(Input).cursor_blink
        offered = {command.title for command in app.get_system_commands(app.call_screen)}
        assert {"帳戶", "第三人", "異議", "結束", "語言: English", "配色: 淺色"} <= offered


async def test_the_menu_answers_to_digits_only() -> None:
    async with call_up(setup_of("en-US"), calls.verified(EN)) as (app, pilot):
        await pilot.press("f7")
        assert isinstance(app.screen, Menu)
        await pilot.press("x")
        assert isinstance(app.screen, CallScreen)


# ---- the transcript ------------------------------------------------------------------------------


def long_call(count: int) -> list[Output]:
    return [
        *calls.verified(EN),
        *(
            calls.said(f"n{number}", number, Speaker.AGENT, f"line {number}", 40.0 + number)
            for number in range(count)
        ),
    ]


async def test_the_transcript_follows_unless_scrolled_up() -> None:
    async with call_up(setup_of("en-US"), long_call(200)) as (app, pilot):
        transcript = app.call_screen.query_one(Transcript)
        assert "line 199" in on_screen(app)
        await pilot.press("pageup")
        assert not transcript.following
        held = on_screen(app)
        assert "line 199" not in held
        app.deliver(
            calls.envelopes([calls.said("new", 900, Speaker.CUSTOMER, "something new", 999.0)])
        )
        await pilot.pause()
        assert "something new" not in on_screen(app), "it does not jump while it is being read"
        await pilot.press("end")
        assert transcript.following
        assert "something new" in on_screen(app)
        await pilot.press("home")
        assert "hello my name is lin" in on_screen(app)
        await pilot.press(*["pagedown"] * 20)
        assert transcript.following, "scrolling to the end follows it again"


async def test_only_changed_rows_are_laid_out_again() -> None:
    async with call_up(setup_of("en-US"), long_call(500)) as (app, pilot):
        transcript = app.call_screen.query_one(Transcript)
        laid_out: list[str] = []
        before = transcript._break

        def counting(row: object, width: int) -> object:
            laid_out.append(getattr(row, "id", ""))
            return before(row, width)  # type: ignore[arg-type]

        transcript._break = counting  # type: ignore[assignment,method-assign]
        app.deliver(
            calls.envelopes([calls.said("new", 900, Speaker.AGENT, "something new", 999.0)])
        )
        await pilot.pause()
        assert laid_out == ["new"]


async def test_events_are_drawn_only_where_they_show() -> None:
    async with call_up(setup_of("en-US"), calls.verified(EN)) as (app, pilot):
        app.call_screen.receive([])
        await pilot.pause()
        assert app.call_screen.view.apply(calls.progress(31.0, 1.0, 1.0)) is Part.CLOCK


async def test_an_app_that_never_ran_takes_events() -> None:
    app = CallApp(setup_of("en-US"), calls.RecordingDesk())
    app.deliver(calls.envelopes(calls.verified(EN)))
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.pause()
        assert "$652.18" in on_screen(app)


@pytest.mark.parametrize("size", [(50, 14), *SIZES])
@pytest.mark.parametrize("language", [one.code for one in LANGUAGES])
async def test_a_call_that_is_somebody_else_s_shows_no_script_and_no_key_that_is_dropped(
    size: tuple[int, int], language: str
) -> None:
    scene = calls.SCENES["en-US"]
    line = "Am I speaking with the right person?"
    ours = PromptChanged(calls.prompt(scene, "opening", line, "", "dispute"), 2.0)
    away: list[Output] = [calls.started(scene), ours, Transferred("supervisor", 9.0)]
    setup = setup_of("en-US", interface=language)
    async with call_up(setup, [*away, replace(ours, call_s=10.0)], size=size) as (app, _pilot):
        shown = on_screen(app)
        assert "g 1" in shown
        assert "F10" in shown
        assert line not in shown
        assert "□ " not in shown
        if size[0] > 60:
            assert shown.splitlines()[-1].split()[:2] == ["g", "1"]
    async with call_up(setup, [*away, Transferred("", 20.0)], size=size) as (app, _pilot):
        assert "g 1" not in on_screen(app)
        assert line in " ".join(on_screen(app).split()) or size[0] == 50
