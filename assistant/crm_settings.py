"""The table `[crm]` of a site's settings: where wrap-ups are handed to, if anywhere.

Owns the form of the table and the faults that its single keys cannot show.  The token stands in the
environment, never here.  Without the table nothing is handed to anybody.

    [crm]
    url = "https://crm.bank.example/call-outcomes"
    token_variable = "CRM_TOKEN"
    timeout_s = 5.0
    retries = 2          # how often one wrap-up is sent again before the run gives up
    backoff_s = 0.5      # the first pause before that; each is twice the one before
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

from pydantic import Field

from compliance.documents import Schema

EXAMPLE = "https://crm.bank.example/call-outcomes"


class CrmTable(Schema):
    """The table."""

    url: Annotated[str, Field(min_length=1, max_length=1000)]
    token_variable: Annotated[str, Field(pattern=r"^[A-Za-z_][A-Za-z0-9_]{0,99}$")] | None = None
    timeout_s: Annotated[float, Field(ge=0.2, le=60)] = 5.0
    retries: Annotated[int, Field(ge=0, le=5)] = 2
    backoff_s: Annotated[float, Field(ge=0, le=30)] = 0.5


def faults_of(table: CrmTable) -> Iterator[tuple[str, str]]:
    """What is wrong with a table whose keys are each well-formed: key and message."""
    from assistant.web_requests import address_fault  # noqa: PLC0415 - loads slowly

    fault = address_fault(table.url, EXAMPLE, "personal data")
    if fault:
        yield "url", fault
