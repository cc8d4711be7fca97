"""Rule sets, loaded once for all tests of this floor: they are immutable."""

from __future__ import annotations

import pytest

from compliance.packs import load_rules
from compliance.places import LANGUAGE_OF
from compliance.rules import RuleSet


@pytest.fixture(scope="session")
def us() -> RuleSet:
    return load_rules("us", "en-US")


@pytest.fixture(scope="session")
def tw() -> RuleSet:
    return load_rules("tw", "zh-TW")


@pytest.fixture(scope="session")
def cn() -> RuleSet:
    return load_rules("cn", "zh-CN")


@pytest.fixture(scope="session")
def uk() -> RuleSet:
    return load_rules("uk", "en-GB")


@pytest.fixture(scope="session")
def hk() -> RuleSet:
    return load_rules("hk", "zh-HK")


@pytest.fixture(scope="session")
def hk_en() -> RuleSet:
    return load_rules("hk", "en-HK")


@pytest.fixture(scope="session", params=["us", "uk", "tw", "cn", "hk", "hk en-HK"])
def rules(request: pytest.FixtureRequest) -> RuleSet:
    jurisdiction, _, language = str(request.param).partition(" ")
    return load_rules(jurisdiction, language or LANGUAGE_OF[jurisdiction])
