"""The doctor's checks: each state, each with a remedy where something is amiss."""

import itertools
import os
import shutil
from functools import partial
from pathlib import Path

import pytest

from assistant.speech import shipped
from assistant.speech.diagnosis import Check, State, Terminal, diagnose
from compliance.errors import AssistantError

GOOD_TERMINAL = Terminal(
    interactive=True,
    columns=120,
    lines=40,
    encoding="utf-8",
    variables={"TERM": "xterm-256color", "COLORTERM": "truecolor"},
)


def load(outcome: str | AssistantError) -> str:
    if isinstance(outcome, AssistantError):
        raise outcome
    return outcome


def checks(
    data_dir: Path,
    terminal: Terminal = GOOD_TERMINAL,
    step_s: float = 0.05,
    **contents: str | AssistantError,
) -> dict[str, Check]:
    ticks = itertools.count()
    told = diagnose(
        data_dir=data_dir,
        terminal=terminal,
        clock=lambda: next(ticks) * step_s,
        contents={name: partial(load, outcome) for name, outcome in contents.items()},
    )
    assert len({check.name for check in told}) == len(told)
    for check in told:
        assert check.detail
        assert bool(check.remedy) == (check.state is not State.OK), check
    return {check.name: check for check in told}


def test_a_machine_in_order(tmp_path: Path) -> None:
    told = checks(tmp_path, rules="5 packs, 120 rules")
    for name in (
        *("python", "packages", "model_demonstration-en", "model_demonstration-zh"),
        *("rules", "data_folder", "terminal", "encoding", "colours"),
    ):
        assert told[name].state is State.OK, told[name]
    assert "vosk 0.3" in told["packages"].detail
    assert "in 0.05 s" in told["model_demonstration-en"].detail
    assert told["rules"].detail == "5 packs, 120 rules"
    assert told["models"].state is State.WARN
    assert str(tmp_path / "models") in told["models"].remedy


def test_nothing_is_created(tmp_path: Path) -> None:
    told = checks(tmp_path / "not" / "yet")
    assert told["data_folder"].state is State.OK
    assert list(tmp_path.iterdir()) == []


def test_installed_models_are_tried(tmp_path: Path) -> None:
    for name in ("good-en", "cut-en", "odd-en"):
        shutil.copytree(shipped.demonstration_path("en"), tmp_path / "models" / name)
    (tmp_path / "models/cut-en/am/final.mdl").write_bytes(b"")
    with (tmp_path / "models/odd-en/conf/model.conf").open("a") as file:
        file.write("--odd=1\n")
    told = checks(tmp_path)
    assert told["model_good-en"].state is State.OK
    assert told["model_cut-en"].state is State.FAIL
    assert "am/final.mdl: is empty" in told["model_cut-en"].detail
    assert told["model_odd-en"].state is State.FAIL
    assert "--odd=1" in told["model_odd-en"].detail
    assert "models" not in told


def test_a_slow_machine_is_told(tmp_path: Path) -> None:
    assert checks(tmp_path, step_s=3.0)["model_demonstration-en"].state is State.WARN


def test_contents_that_do_not_load_are_told_and_the_rest_goes_on(tmp_path: Path) -> None:
    told = checks(tmp_path, rules=AssistantError("A pack is broken", "Mend it"), scripts="9 flows")
    assert told["rules"].state is State.FAIL
    assert "A pack is broken" in told["rules"].detail
    assert told["scripts"].state is State.OK


def test_a_data_folder_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    assert checks(tmp_path / "file" / "data")["data_folder"].state is State.FAIL
    tmp_path.chmod(0o500)
    superuser = os.geteuid() == 0
    if not superuser:
        assert checks(tmp_path / "data")["data_folder"].state is State.FAIL
    tmp_path.chmod(0o700)


@pytest.mark.parametrize(
    ("terminal", "name", "state", "detail"),
    [
        (Terminal(True, 40, 10, "utf-8", {"TERM": "xterm"}), "terminal", State.WARN, "40×10"),
        (Terminal(True, 200, 23, "utf-8", {"TERM": "xterm"}), "terminal", State.WARN, "200×23"),
        (Terminal(True, 80, 24, "utf-8", {"TERM": "xterm"}), "terminal", State.OK, "80×24"),
        (Terminal(False, 80, 24, "utf-8", {}), "terminal", State.OK, "none"),
        (Terminal(True, 80, 24, "latin-1", {}), "encoding", State.WARN, "latin-1"),
        (Terminal(True, 80, 24, "UTF-8", {}), "encoding", State.OK, "UTF-8"),
        (Terminal(True, 80, 24, "utf-8", {"TERM": "dumb"}), "colours", State.WARN, "none"),
        (Terminal(True, 80, 24, "utf-8", {"TERM": "xterm"}), "colours", State.OK, "16"),
        (
            Terminal(True, 80, 24, "utf-8", {"TERM": "screen-256color"}),
            *("colours", State.OK, "256"),
        ),
        (GOOD_TERMINAL, "colours", State.OK, "16 million"),
        (Terminal(False, 80, 24, "utf-8", {}), "colours", State.OK, "none"),
    ],
)
def test_terminals(
    tmp_path: Path, terminal: Terminal, name: str, state: State, detail: str
) -> None:
    check = checks(tmp_path, terminal)[name]
    assert check.state is state
    assert check.detail.startswith(detail)
