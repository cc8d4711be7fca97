"""The commands on rules, for the compliance officer: `assistant rules …`.

Owns names, options and exit statuses; each command hands over to the module that does the work and
imports it only then, as `cli` does.
"""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import Any

import click

from compliance.errors import AssistantError
from compliance.places import JURISDICTIONS, LANGUAGES

_LISTENERS = ("customer", "unverified", "third_party", "voicemail", "unknown")

_data_dir = click.option(
    "--data-dir",
    type=click.Path(path_type=Path, file_okay=False),
    help="Folder for everything the program keeps; the bank's rules are in its `rules`"
    " (or where ASSISTANT_RULES says).",
)
_jurisdiction = click.option(
    "--jurisdiction", type=click.Choice(JURISDICTIONS), help="Of one only (default: all)."
)
_language = click.option(
    "--language", type=click.Choice(LANGUAGES), help="The language that is spoken."
)
_json = click.option("--json", "as_json", is_flag=True, help="JSON instead of plain lines.")
_folder = click.argument("folder", required=False, type=click.Path(path_type=Path, file_okay=False))


_TODAY = "today"


class _Day(click.ParamType[date]):
    """A day, as 2026-12-31, or today."""

    name = "DAY"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> date:
        if isinstance(value, date):
            return value
        if value == _TODAY:
            from assistant.rule_desk import now

            return now().date()
        try:
            return date.fromisoformat(str(value))
        except ValueError:
            self.fail(f"{value} is no day such as 2026-12-31", param, ctx)


class _Moment(click.ParamType[datetime]):
    """A moment, ISO 8601; without an offset it is the customer's local time."""

    name = "TIME"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> datetime:
        if isinstance(value, datetime):
            return value
        try:
            return datetime.fromisoformat(str(value))
        except ValueError:
            self.fail(f"{value} is no time such as 2026-11-25T21:30", param, ctx)


@click.group()
def rules() -> None:
    """Rules: what there is, why a sentence is flagged, how good they are, and your own.

    No lawyer has reviewed the rules that come with the program.
    """


@rules.command("list")
@_jurisdiction
@click.option("--family", metavar="FAMILY", help="Of one family only, such as threat.")
@click.option(
    "--status",
    type=click.Choice(("draft", "trial", "stable", "off")),
    help="Those with one status only.",
)
@_json
@_data_dir
def rules_list(**options: Any) -> None:
    """The rules with law, status, date of review and cases; what your bank changed."""
    from assistant import rule_listing

    rule_listing.rules_list(**options)


@rules.command("show")
@click.argument("rule_id", metavar="ID")
@_language
@_json
@_data_dir
def rules_show(rule_id: str, **options: Any) -> None:
    """Everything about a rule: law, texts, what it listens to, cases, what it cannot decide."""
    from assistant import rule_listing

    rule_listing.rules_show(rule_id, **options)


@rules.command("law")
@click.option(
    "--due", type=_Day(), metavar="[DAY]", is_flag=False, flag_value=_TODAY,
    help="Only what is due, today or by a day (2027-01-31).",
)  # fmt: skip
@_jurisdiction
@_json
@_data_dir
def rules_law(**options: Any) -> None:
    """What must be checked against the law again, and when."""
    from assistant import rule_listing

    rule_listing.rules_law(**options)


@rules.command("explain")
@click.argument("text")
@click.option(
    "--listener", type=click.Choice(_LISTENERS), default="customer", show_default=True,
    help="Who hears it.",
)  # fmt: skip
@click.option(
    "--speaker", type=click.Choice(("agent", "customer", "third_party")), default="agent",
    show_default=True, help="Who says it.",
)  # fmt: skip
@_language
@click.option(
    "--jurisdiction",
    type=click.Choice(JURISDICTIONS),
    help="Whose law (default: from the language).",
)
@click.option(
    "--collector",
    type=click.Choice(("in-house", "agency", "debt_buyer")),
    help="Who collects (default: not known).",
)
@click.option(
    "--fact", "facts", multiple=True, metavar="NAME=true|false",
    help="A fact of the file, such as suit_filed=true; may be given again.",
)  # fmt: skip
@click.option("--at", type=_Moment(), metavar="TIME", help="When the call began.")
@_json
@_data_dir
def rules_explain(text: str, facts: tuple[str, ...], **options: Any) -> None:
    """Step by step why a sentence is or is not flagged."""
    from assistant import rule_account

    try:
        known = rule_account.facts_of(facts)
    except ValueError as error:
        raise click.BadParameter(
            f"{error} is not NAME=true or NAME=false", param_hint="'--fact'"
        ) from None
    rule_account.rules_explain(text, facts=known, **options)


@rules.command("test")
@_folder
@_jurisdiction
@_json
@_data_dir
@click.pass_context
def rules_test(context: click.Context, /, folder: Path | None, **options: Any) -> None:
    """Run all cases; fails (2) where one fails or a rule has none.

    FOLDER is a whole set of packs or a bank's rules (default: those in force here).
    """
    from assistant import rule_measuring

    context.exit(rule_measuring.rules_test(folder, **options))


@rules.command("report")
@_jurisdiction
@_language
@click.option(
    "--unseen",
    is_flag=True,
    help="Judge each example by a scorer trained without its author (slow; needs scikit-learn).",
)
@click.option(
    "--talk",
    multiple=True,
    type=click.Path(path_type=Path, exists=True),
    help="File or folder of lawful talk (JSON Lines, or a sentence a line), for false alarms an"
    " hour; may be given again.",
)
@click.option(
    "--sound",
    "voices",
    type=click.IntRange(0, 5),
    default=0,
    metavar="VOICES",
    help="Let so many voices (up to 5) say the cases through a telephone, and judge what the speech"
    " model hears; needs the synthesis extra.",
)
@click.option("--model", metavar="NAME", help="Speech model for --sound.")
@click.option("--overview", is_flag=True, help="One table with a row for each pack.")
@_json
@_data_dir
def rules_report(**options: Any) -> None:
    """Precision and recall per rule and family, with intervals, as Markdown tables."""
    from assistant import rule_measuring, rule_overview

    if not options.pop("overview"):
        rule_measuring.rules_report(**options)
        return
    for name in ("jurisdiction", "language", "as_json"):
        if options.pop(name):
            raise click.UsageError("--overview is of all packs, and a table")
    rule_overview.overview(**options)


@rules.command("new")
@click.argument("rule_id", metavar="ID")
@click.option("--family", required=True, metavar="FAMILY", help="What it is about, e.g. threat.")
@click.option(
    "--jurisdiction",
    type=click.Choice(JURISDICTIONS),
    help="Whose law (default: from the id, such as US-90).",
)
@_data_dir
def rules_new(rule_id: str, **options: Any) -> None:
    """Write the skeleton of a rule of your own, with remarks on what to fill in."""
    from assistant import rule_changing

    rule_changing.rules_new(rule_id, **options)


@rules.command("lint")
@_folder
@_jurisdiction
@click.option("--all", "every", is_flag=True, help="Tell every warning, however many of a sort.")
@_json
@_data_dir
@click.pass_context
def rules_lint(context: click.Context, /, folder: Path | None, **options: Any) -> None:
    """All faults at once (2 if there are any), and what is weak.

    FOLDER is a whole set of packs or a bank's rules (default: those in force here).
    """
    from assistant import rule_changing

    context.exit(rule_changing.rules_lint(folder, **options))


@rules.command("diff")
@click.option(
    "--since",
    type=click.Path(path_type=Path, file_okay=False),
    help="The packs or the bank's rules as they were.",
)
@click.option("--bank", is_flag=True, help="What your bank's rules change (the default).")
@_jurisdiction
@click.option("--note", is_flag=True, help="Three lines for agents instead.")
@click.option(
    "--interface",
    type=click.Choice(("en", "zh-Hant", "zh-Hans")),
    default="en",
    show_default=True,
    help="Language of the note.",
)
@_json
@_data_dir
def rules_diff(*, bank: bool, since: Path | None, **options: Any) -> None:
    """What your bank's rules change, or what changed since; which cases turn out other."""
    from assistant import rule_changing

    if bank and since is not None:
        raise AssistantError("--bank and --since ask for two things", "Give one of them.")
    rule_changing.rules_diff(since=since, **options)
