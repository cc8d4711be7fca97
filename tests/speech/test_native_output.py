"""Native output stays off the screen: tried with C code, on a pseudo-terminal and without one."""

import subprocess
import sys
import textwrap

import pexpect
import pytest

# What native libraries do: write to descriptor 2, past Python.
C_CODE = """
import ctypes, os, sys
from assistant.speech.native_output import native_output_kept_off_screen

libc = ctypes.CDLL(None)

def native(text):
    libc.write(2, text.encode(), len(text.encode()))
"""

SCREEN = (
    C_CODE
    + """
from textual.app import App
from textual.widgets import Static

class Screen(App):
    def compose(self):
        yield Static("the-screen-shows")

    def on_mount(self):
        native("native-warning-on-screen")
        self.call_after_refresh(self.act)

    def act(self):
        native("another-native-warning")
        self.exit(message="left-the-screen")

with native_output_kept_off_screen() as caught:
    Screen().run()
native("native-after-screen")
print("caught", len(caught.printed))
"""
)


def run(program: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", C_CODE + textwrap.dedent(program)],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )


def test_a_screen_is_drawn_and_native_output_is_not() -> None:
    child = pexpect.spawn(
        sys.executable, ["-c", SCREEN], dimensions=(24, 80), encoding="utf-8", timeout=30
    )
    child.expect(pexpect.EOF)
    child.close()
    shown, _, caught = (child.before or "").partition("caught ")
    assert child.exitstatus == 0
    assert "the-screen-shows" in shown
    assert "native-warning-on-screen" not in shown
    assert "another-native-warning" not in shown
    assert "native-after-screen" in shown
    assert int(caught) == len("native-warning-on-screen" + "another-native-warning")


def test_pythons_own_errors_still_reach_standard_error() -> None:
    ended = run(
        """
        with native_output_kept_off_screen() as caught:
            native("from C")
            print("from Python", file=sys.stderr)
            print("to Textual", file=sys.__stderr__)
        print(caught.printed.decode())
        """
    )
    assert ended.stdout == "from C\n"
    assert ended.stderr == "from Python\nto Textual\n"


def test_everything_is_put_back_even_after_an_error() -> None:
    ended = run(
        """
        before = sys.stderr, sys.__stderr__
        try:
            with native_output_kept_off_screen():
                raise KeyboardInterrupt
        except KeyboardInterrupt:
            pass
        assert (sys.stderr, sys.__stderr__) == before
        native("native again")
        print("Python again", file=sys.stderr)
        print(len(os.listdir("/proc/self/fd")))
        with native_output_kept_off_screen():
            pass
        print(len(os.listdir("/proc/self/fd")))
        """
    )
    assert ended.stderr == "native againPython again\n"
    first, second = ended.stdout.split()
    assert first == second  # no descriptor is left open


def test_a_flood_neither_blocks_nor_grows() -> None:
    ended = run(
        """
        with native_output_kept_off_screen() as caught:
            for _ in range(2000):
                native("x" * 1000)
        print(len(caught.printed) <= 65536)
        """
    )
    assert ended.stdout == "True\n"
    assert ended.stderr == ""


def test_a_replaced_stderr_is_left_alone() -> None:
    ended = run(
        """
        import io
        sys.stderr = mine = io.StringIO()
        with native_output_kept_off_screen():
            print("for whoever replaced it", file=sys.stderr)
        print(mine.getvalue(), end="")
        """
    )
    assert ended.stdout == "for whoever replaced it\n"


@pytest.mark.parametrize("closing", ["2>&-", "2>/dev/null"])
def test_without_a_standard_error(closing: str) -> None:
    program = C_CODE + "with native_output_kept_off_screen(): native('x')\nprint('done')"
    command = f'"{sys.executable}" -c "$PROGRAM" {closing}'
    ended = subprocess.run(
        ["sh", "-c", command],
        env={"PROGRAM": program},
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    assert ended.stdout == "done\n"


def test_vosk_prints_nothing_while_it_hears() -> None:
    """The end: a whole model opened, decoded with and a broken one refused, all in silence."""
    ended = run(
        """
        from pathlib import Path
        from assistant.speech.models import demonstration_model, open_model
        from assistant.speech.vosk_adapter import VoskModel
        from compliance.errors import AssistantError
        with native_output_kept_off_screen() as caught:
            model = open_model(demonstration_model("zh"))
            recogniser = model.recogniser(8000)
            recogniser.accept(bytes(16000))
            recogniser.finish()
            try:
                VoskModel(Path("/nonexistent"), name="none", rate_hz=8000)
            except AssistantError:
                print("refused")
        print(b"ERROR" in caught.printed)
        """
    )
    assert ended.stdout == "refused\nTrue\n"
    assert ended.stderr == ""
