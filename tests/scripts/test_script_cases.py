"""The cases beside each flow are walked, and bad ones are told."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from compliance.errors import BadInput
from scripts.cases import walk_cases
from scripts.flow_file import FLOWS, flow_languages


@pytest.mark.parametrize("language", flow_languages())
def test_every_case_leads_where_it_says(language: str) -> None:
    report = walk_cases(language)
    assert [str(fault) for fault in report.faults] == []
    assert report.expectations >= 70


def _folder(tmp_path: Path, cases: str | None) -> Path:
    shutil.copy(FLOWS / "en-US.yaml", tmp_path)
    if cases is not None:
        (tmp_path / "en-US.cases.yaml").write_text(cases)
    return tmp_path


def test_a_flow_without_cases_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="has no cases"):
        walk_cases("en-US", _folder(tmp_path, None))


def test_what_is_wrong_with_cases_is_told_with_its_place(tmp_path: Path) -> None:
    text = """cases:
  - name: nothing is asked
    turns:
      - {agent: hello}
  - name: a step that is none
    turns:
      - {agent: hello, at: opening.wave}
  - name: elsewhere
    turns:
      - {agent: hello, at: close.farewell}
"""
    faults = [str(fault) for fault in walk_cases("en-US", _folder(tmp_path, text)).faults]
    path = tmp_path / "en-US.cases.yaml"
    assert any(f"{path}:2:5" in fault and "asserts nothing" in fault for fault in faults)
    assert any("there is no step 'opening.wave'" in fault for fault in faults)
    assert any("at 'opening.greet', not 'close.farewell'" in fault for fault in faults)
    assert any("no case leads to 'vulnerable'" in fault for fault in faults)
