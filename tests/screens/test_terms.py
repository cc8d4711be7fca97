"""Every slug that packs, flows and accounts may show has a word, in every interface language."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import pytest

from assistant import terms
from assistant.demo.calls import demonstration_call, demonstration_languages
from assistant.guidance import Guidance, load_guidance
from assistant.interface_text import LANGUAGES, Interface
from assistant.rule_texts import CollectorTexts
from assistant.wording import Wording, is_short_enough
from compliance.context import Collector
from compliance.packs import available, load_rules
from compliance.places import JURISDICTION_OF, LANGUAGE_OF
from scripts.account import load_account
from scripts.flow_file import flow_languages
from scripts.prompt import EXITS, STAGES

CALLS = [(JURISDICTION_OF[language], language) for language in flow_languages()]


def guidances() -> Iterator[Guidance]:
    for jurisdiction, language in CALLS:
        for collector in (Collector.IN_HOUSE, Collector.AGENCY):
            yield load_guidance(jurisdiction, language, collector)


def test_stages_and_exits_have_words() -> None:
    assert set(terms.STAGES) == {*STAGES, *EXITS}


@pytest.mark.parametrize("jurisdiction", available())
def test_what_a_pack_names_has_words(jurisdiction: str) -> None:
    rules = load_rules(jurisdiction, LANGUAGE_OF[jurisdiction])
    assert {rule.family for rule in rules.rules} <= set(terms.FAMILIES)
    assert {statement.id for statement in rules.statements} <= set(terms.STATEMENTS)


def test_what_rules_and_flows_name_has_words() -> None:
    for guidance in guidances():
        assert {rule.family for rule in guidance.rules.rules} <= set(terms.FAMILIES)
        assert {statement.id for statement in guidance.rules.statements} <= set(terms.STATEMENTS)
        assert guidance.flow is not None
        assert set(guidance.flow.talk_offs) <= set(terms.OBJECTIONS)
        assert set(guidance.flow.exits) <= set(terms.STAGES)


@pytest.mark.parametrize("language", demonstration_languages())
def test_what_accounts_name_has_words(language: str) -> None:
    account = load_account(demonstration_call(language).account)
    assert {identifier.kind for identifier in account.identifiers} <= set(terms.IDENTIFIERS)
    assert set(account.traps) <= set(terms.TRAPS)
    assert account.collector in terms.COLLECTORS
    assert account.jurisdiction in terms.JURISDICTIONS


def tables() -> Iterator[Mapping[str, str]]:
    yield from (
        getattr(terms, name)
        for name in vars(terms)
        if name.isupper() and isinstance(getattr(terms, name), dict)
    )


@pytest.mark.parametrize("code", [language.code for language in LANGUAGES])
def test_words_of_one_table_are_told_apart(code: str) -> None:
    """Two exits or objections with one name could not be chosen between."""
    interface = Interface(code)
    for table in (terms.STAGES, terms.OBJECTIONS, terms.SEVERITIES, terms.VERDICTS):
        words = [interface.text(msgid) for msgid in table.values()]
        assert len(set(words)) == len(words), words
    assert all(interface.text(msgid).strip() for table in tables() for msgid in table.values())


@pytest.mark.parametrize("code", [language.code for language in LANGUAGES])
@pytest.mark.parametrize(("jurisdiction", "language"), CALLS)
def test_every_rule_can_be_told_at_a_glance(jurisdiction: str, language: str, code: str) -> None:
    guidance = load_guidance(jurisdiction, language, Collector.AGENCY)
    texts = CollectorTexts(guidance.rules, Collector.AGENCY)
    wording = Wording(texts, Interface(code), language)
    for rule in guidance.rules.rules:
        if rule.do_now:
            line = texts.message(f"{rule.id}.do_now", (), code)
            assert is_short_enough(line), f"{rule.id}: {line}"
        assert texts.rule(rule.id).citation
        assert wording.term(terms.FAMILIES, rule.family)
