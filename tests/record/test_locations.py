"""Where things stand, and that a call's id is always a file name."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.record.locations import Locations, file_name, locate


def test_the_option_wins_then_the_variable(tmp_path: Path) -> None:
    named = {"ASSISTANT_HOME": str(tmp_path / "home")}
    assert locate(tmp_path / "option", named).data_dir == tmp_path / "option"
    assert locate(None, named).data_dir == tmp_path / "home"
    assert locate(None, {}).data_dir.is_absolute()
    assert locate(None, {"ASSISTANT_HOME": ""}) == locate(None, {})


def test_the_banks_rules_stand_in_the_data_folder_or_where_a_variable_says(tmp_path: Path) -> None:
    assert locate(tmp_path, {}).rules_dir == tmp_path / "rules"
    assert locate(tmp_path, {"ASSISTANT_RULES": "/r"}).rules_dir == Path("/r")
    assert locate(tmp_path, {"ASSISTANT_RULES": ""}) == locate(tmp_path, {})


def test_a_teams_store_is_named_by_the_environment_or_the_site(tmp_path: Path) -> None:
    assert locate(tmp_path, {}).store is None
    (tmp_path / "store-url").write_text("postgresql://site/calls\n")
    assert locate(tmp_path, {}).store == "postgresql://site/calls"
    named = locate(tmp_path, {"ASSISTANT_STORE": "postgresql://desk/calls"})
    assert named.store == "postgresql://desk/calls"


def test_everything_is_under_the_data_folder(tmp_path: Path) -> None:
    places = Locations(tmp_path)
    for place in (places.database, places.sound("c1"), places.lock("c1"), places.models_dir):
        assert tmp_path in place.parents


@pytest.mark.parametrize("call", ["../../etc/passwd", "a/b", "", ".", "con", "Call", "x" * 300])
def test_awkward_ids_are_hashed(call: str) -> None:
    assert file_name(call).startswith("x")
    assert len(file_name(call)) == 65


@given(st.text(), st.text())
def test_ids_never_meet(first: str, second: str) -> None:
    if first != second:
        assert file_name(first).lower() != file_name(second).lower()
