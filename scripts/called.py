"""What the rules heard of the customer, in the words of a flow.

Owns the one way from findings to the names of routes that `ScriptEngine.hear` takes.  It judges
nothing and knows no flow.
"""

from __future__ import annotations

from collections.abc import Iterable

from compliance.findings import Finding, Kind, Status
from compliance.pack_routes import route_of


def routes_of(findings: Iterable[Finding]) -> tuple[str, ...]:
    """The routes (`self_harm`, …) that stand among these findings, in their order.

    A route on trial leads nowhere: nobody in the call hears of it.
    """
    return tuple(
        route_of(finding.rule)
        for finding in findings
        if finding.kind is Kind.ROUTE
        and finding.status is not Status.WITHDRAWN
        and not finding.trial
    )
