"""Which flow guides a call: one of its jurisdiction's law, in the language that is spoken.

Owns the choice and nothing else.  The law comes first: an American script in a British call would
give notices that are not due there and leave out those that are.  A flow in another form of the
language stands in (`en-US` spoken in Hong Kong: `en-HK`); one in another language, or under another
law, never does, and such a call has no script.
"""

from __future__ import annotations

from pathlib import Path

from compliance.context import Collector
from compliance.phrases import base_language
from compliance.places import JURISDICTION_OF
from scripts.flow import Flow
from scripts.flow_file import FLOWS, flow_languages, load_flow


def flow_language(jurisdiction: str, language: str, folder: Path = FLOWS) -> str:
    """The tag of the flow for a call in `language` under the law of `jurisdiction`; empty: none."""
    lawful = [tag for tag in flow_languages(folder) if JURISDICTION_OF.get(tag) == jurisdiction]
    if language in lawful:
        return language
    base = base_language(language)
    return next((tag for tag in lawful if base_language(tag) == base), "")


def flow_for(
    jurisdiction: str,
    language: str,
    collector: Collector | None = None,
    folder: Path = FLOWS,
) -> Flow | None:
    """The flow that guides a call; `None` where none of its law is in its language.

    Args:
        jurisdiction: whose law.
        language: of the call, a tag such as `en-GB`.
        collector: who collects; the bank itself where it is not known.
        folder: where the flows are.

    Raises:
        BadInput: the flow's file has faults; carries all of them with line and column.
    """
    tag = flow_language(jurisdiction, language, folder)
    return load_flow(tag, collector or Collector.IN_HOUSE, folder) if tag else None
