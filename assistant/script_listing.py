"""What `assistant scripts list`, `show` and `draw` write.

Owns the layout of flows as tables, as lines and as a tree.  It walks and judges nothing.
"""

from __future__ import annotations

import io
import sys
from collections.abc import Iterator
from pathlib import Path

from rich.console import Console
from rich.markup import escape
from rich.tree import Tree

from assistant.rule_desk import table
from compliance.context import Collector
from compliance.errors import AssistantError
from scripts.cases import walk_cases
from scripts.flow import END, RETURN, Exit, Flow, Line, Step, TalkOff
from scripts.flow_file import FLOWS, flow_languages, load_flow
from scripts.strategy import FactRule, PromiseRule, Rule, Strategies, UnansweredRule
from scripts.strategy_file import read_strategies, shipped_strategies

_CALLED = {True: "the customer calls", False: "the customer is called"}
_WIDTH = 110  # columns of a drawing


def scripts_list(*, folder: Path | None) -> None:
    """Write one line for each flow.

    Raises:
        BadInput: a flow has faults.
    """
    rows = [("language", "law", "version", "status", "steps", "exits", "replies", "cases")]
    for language in flow_languages(folder or FLOWS):
        flow = load_flow(language, folder=folder or FLOWS)
        cases = walk_cases(language, folder or FLOWS).cases
        rows.append(
            (
                language,
                flow.jurisdiction,
                str(flow.version),
                flow.status.value,
                str(len(flow.main_line)),
                str(len(flow.exits)),
                str(len(flow.talk_offs)),
                str(cases),
            )
        )
    sys.stdout.write(table(rows))


def scripts_show(
    *, language: str, collector: str, folder: Path | None, strategies: Path | None
) -> None:
    """Write every line of a flow, after what chooses among them.

    Raises:
        AssistantError: there is no such flow, or it has faults.
    """
    flow = load_flow(language, Collector(collector), folder or FLOWS)
    out = sys.stdout
    out.write(f"{flow.language}, {flow.jurisdiction}, {collector}, version {flow.version}, ")
    out.write(f"{flow.status.value}\n")
    _write_strategies(flow, read_strategies(strategies) if strategies else shipped_strategies())
    for stage in flow.stages:
        out.write(f"\n{stage.slug}\n")
        _write_steps(stage.steps)
    for leave in flow.exits.values():
        out.write(f"\nexit {leave.slug} ({_about(leave)})\n")
        _write_steps(leave.steps)
    for reply in flow.talk_offs.values():
        out.write(f"\nobjection {reply.slug} ({_about(reply)})\n")
        _write_steps((reply.step,))


def _write_strategies(flow: Flow, strategies: Strategies) -> None:
    """What chooses the lines of a case, in the order in which it is tried."""
    out = sys.stdout
    out.write("\nstrategy\n")
    for rule in strategies.rules:
        slug = rule.strategy.value if rule.strategy else "none, neutral lines"
        unless = f"; unless {', '.join(rule.unless)}" if rule.unless else ""
        out.write(f"  {slug}: {_by(rule)}{unless}\n")
    bands = strategies.bands_of(flow.jurisdiction, flow.collector)
    if bands is not None:
        days = ", ".join(f"{strategy.value} from {day}" for day, strategy in bands.from_day)
        out.write(f"  by days past due: {days} ({bands.verified_law}: {bands.why})\n")


def _by(rule: Rule) -> str:
    match rule:
        case FactRule():
            return f"on file {' or '.join(rule.facts)}"
        case PromiseRule():
            return "the last promise was not kept"
        case UnansweredRule():
            return f"{rule.least} contacts unanswered and {rule.past_due} days past due"


def _about(way: Exit | TalkOff) -> str:
    parts = [f"priority {way.priority}"] if isinstance(way, Exit) else []
    if isinstance(way, TalkOff):
        parts.append(f"in {', '.join(sorted(way.stages))}")
    parts.append("only to the confirmed customer" if way.verified else "to anybody")
    parts.append(_leads(way.then))
    return "; ".join(parts)


def _leads(then: str) -> str:
    if then == RETURN:
        return "then back to where the call was"
    return "then the call ends" if then == END else f"then {then}"


def _write_steps(steps: tuple[Step, ...]) -> None:
    for step in steps:
        about = ["required"] if step.required else []
        about += [f"in {', '.join(sorted(step.strategies))}"] if step.strategies else []
        about += [f"left out in {', '.join(sorted(step.left_out))}"] if step.left_out else []
        about += [_CALLED[step.inbound]] if step.inbound is not None else []
        told = f" ({'; '.join(about)})" if about else ""
        sys.stdout.write(f"  {step.id}{told}\n")
        for line in step.lines:
            sys.stdout.write(f"    - {line.text}{_needs(line)}\n")
        for line in step.otherwise:
            sys.stdout.write(f"    otherwise {line.text}{_needs(line)}\n")


def _needs(line: Line) -> str:
    needs = [f"said to {one.value.replace('_', ' ')}" for one in sorted(line.listeners)]
    needs += [f"{fact}: {'yes' if value else 'no'}" for fact, value in line.facts]
    needs += ["to the confirmed customer"] if line.verified else []
    needs += [f"strategy {' or '.join(sorted(line.strategies))}"] if line.strategies else []
    needs += [_CALLED[line.inbound]] if line.inbound is not None else []
    return f"   [{'; '.join(needs)}]" if needs else ""


def scripts_draw(*, language: str, collector: str, folder: Path | None, svg: Path | None) -> None:
    """Draw a flow on standard output, or into a picture.

    Raises:
        AssistantError: there is no such flow, it has faults, or the picture cannot be written.
    """
    flow = load_flow(language, Collector(collector), folder or FLOWS)
    tree = _tree(flow)
    if svg is None:
        Console(file=sys.stdout, width=_WIDTH, color_system=None, highlight=False).print(tree)
        return
    console = Console(file=io.StringIO(), width=_WIDTH, record=True, highlight=False)
    console.print(tree)
    try:
        svg.write_text(console.export_svg(title=_title(flow)), encoding="utf-8")
    except OSError as error:
        raise AssistantError(
            f"{svg} cannot be written ({error.strerror})", "Name a place that can be written to."
        ) from None
    sys.stderr.write(f"{svg} written\n")


def _title(flow: Flow) -> str:
    return f"{flow.language}, {flow.collector.value}, version {flow.version}"


def _tree(flow: Flow) -> Tree:
    tree = Tree(_title(flow))
    main = tree.add("the main line")
    for stage in flow.stages:
        branch = main.add(f"▶ {stage.slug}")
        for step in stage.steps:
            branch.add(escape(f"{step.id.partition('.')[2]}{' *' if step.required else ''}"))
        offered = [slug for slug in stage.choices if slug in flow.exits or slug in flow.talk_offs]
        if offered:
            branch.add(f"offered by number: {', '.join(offered)}")
    ways = tree.add("ways out, the most urgent first")
    for leave in sorted(flow.exits.values(), key=lambda leave: -leave.priority):
        branch = ways.add(f"{leave.priority:3} {leave.slug}: {_leads(leave.then)}")
        branch.add(" → ".join(step.id.partition(".")[2] for step in leave.steps))
        for called in _called(flow, leave.slug):
            branch.add(called)
    replies = tree.add("replies to objections")
    for reply in flow.talk_offs.values():
        branch = replies.add(f"{reply.slug}: {_leads(reply.then)}")
        for called in _called(flow, reply.slug):
            branch.add(called)
    return tree


def _called(flow: Flow, slug: str) -> Iterator[str]:
    routes = [name for name, slugs in flow.routes.items() if slug in slugs]
    if routes:
        yield f"called for by the routes {', '.join(routes)}"
