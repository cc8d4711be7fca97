"""The commands on how long calls stay: `record hold | holds | cleared | purge | customer`.

Owns names, options, what is printed and exit statuses; the work is done in `assistant.record`,
which is imported only then, as `cli` does.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from assistant.command_options import data_dir_option, store_option
from assistant.telling import tell

if TYPE_CHECKING:
    from assistant.record.purging import PurgeDesk
    from assistant.record.retention import Verdict
    from assistant.record.store import CallStore

_call = click.argument("call", required=False)
_account = click.option("--account", metavar="ID", default="", help="All calls of this account.")
_day = click.DateTime(["%Y-%m-%d"])
_today = click.option(
    "--today",
    type=_day,
    help="The day it is, for a clock that the record does not vouch for.",
)


@click.command("hold")
@_call
@_account
@click.option("--reason", default="", help="Why; kept sealed.")
@click.option("--release", is_flag=True, help="Let go of a hold.")
@data_dir_option
@store_option
def hold(call: str | None, **options: Any) -> None:
    """Hold a call, or all of an account with those to come: no purge takes them.

    Who, when and why are kept, and are part of the record's proof.
    """
    _say("hold", "release", call, **options)


@click.command("cleared")
@_call
@_account
@click.option("--reason", default="", help="Where it is written; kept sealed.")
@click.option("--undo", "release", is_flag=True, help="Take it back.")
@data_dir_option
@store_option
def cleared(call: str | None, **options: Any) -> None:
    """Say that a debt is cleared: what was kept until then may go when its time is over."""
    _say("cleared", "uncleared", call, **options)


def _say(
    act: str,
    undone: str,
    call: str | None,
    *,
    account: str,
    reason: str,
    release: bool,
    data_dir: Path | None,
) -> None:
    from assistant.record.duties import Duty, DutyAct, add_duty
    from assistant.record.permissions import Act
    from assistant.signing_in import open_guarded

    if bool(call) == bool(account):
        raise click.UsageError("Name a call, or an account with --account.")
    if not release and not reason.strip():
        raise click.UsageError("Say why: --reason TEXT")
    with open_guarded(data_dir, tell, Act.HOLD, written=False) as (store, guard):
        known = {one.id for one in store.every_call()}
        calls = store.calls_of(account) if account else tuple({call or ""} & known)
        if not calls:
            raise _unknown(account)
        duty = Duty(
            DutyAct(undone if release else act),
            call or "",
            account,
            guard.who.name,
            store.opened.at_utc(),
            reason,
        )
        add_duty(store.opened, duty)
    click.echo(f"{duty.act.value}: {_calls(len(calls))}")


@click.command("holds")
@click.option("--all", "everything", is_flag=True, help="Those that were released as well.")
@data_dir_option
@store_option
def holds(*, everything: bool, data_dir: Path | None) -> None:
    """What is held or marked as cleared: when, what, who, why."""
    from assistant.display_text import display_text
    from assistant.record.duties import DutyAct, every_duty
    from assistant.record.permissions import Act
    from assistant.signing_in import open_guarded

    with open_guarded(data_dir, tell, Act.HOLD, about="list") as (store, _guard):
        duties = every_duty(store.opened)
    last = {(duty.call, duty.account, duty.act in _HOLDING): duty for duty in duties}
    for duty in duties:
        stands = last[duty.call, duty.account, duty.act in _HOLDING] is duty
        if everything or (stands and duty.act in (DutyAct.HOLD, DutyAct.CLEARED)):
            subject = duty.call or f"account {duty.account}"
            columns = (duty.at_utc, duty.act.value, subject, duty.who, duty.reason)
            click.echo("\t".join(display_text(column, "en").text for column in columns))


_HOLDING = ("hold", "release")


@click.command("purge")
@click.option("--dry-run", is_flag=True, help="Only say what would go and what stays, and why.")
@click.option("--as-of", type=_day, help="With --dry-run: on another day than today.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@_today
@data_dir_option
@store_option
def purge(
    *,
    dry_run: bool,
    as_of: datetime | None,
    yes: bool,
    today: datetime | None,
    data_dir: Path | None,
) -> None:
    """Destroy the keys, rows and sound of calls whose time is over; the proof stays whole.

    What stays has a reason: a hold, the law's least, a debt that is not cleared, a grave finding
    that nobody reviewed, the site's own period.
    """
    from assistant.record.permissions import Act
    from assistant.signing_in import open_guarded

    if as_of is not None and not dry_run:
        raise click.UsageError("--as-of is for --dry-run: nothing is purged on another day.")
    with open_guarded(data_dir, tell, Act.PURGE, about=_about(dry_run)) as (store, guard):
        desk = _desk(store, guard.who.name)
        day = as_of.date() if as_of is not None else _now(store)
        plan = desk.plan(day)
        going = [verdict for verdict in plan if verdict.goes]
        if dry_run:
            _print_plan(plan, lambda verdict: verdict.goes)
            return
        vouched = today.date() if today is not None else None
        # Also where nothing is due: a purge that was cut off is finished by it.
        desk.check(today=vouched)
        if going and not _agreed(yes, f"Destroy {_calls(len(going))}?"):
            raise click.Abort
        gone = desk.purge(today=vouched)
    for line in gone.told:
        tell(line)
    for call in gone.calls:
        click.echo(call)
    tell(f"Purged: {_calls(len(gone.calls))}{_payments(gone.payments)}.")


@click.command("customer")
@click.argument("account")
@click.option(
    "--export",
    "file",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write what is kept of this customer's calls and payments into FILE, a ZIP archive.",
)
@click.option("--erase", is_flag=True, help="Destroy what no duty keeps, and say what stays.")
@click.option("--dry-run", is_flag=True, help="With --erase: only say what would go and what not.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@_today
@data_dir_option
@store_option
def customer(
    account: str,
    *,
    file: Path | None,
    erase: bool,
    dry_run: bool,
    yes: bool,
    today: datetime | None,
    data_dir: Path | None,
) -> None:
    """Everything kept of one customer: exported, or erased as far as law and holds allow."""
    from assistant.record.customer import customer_calls, export_customer
    from assistant.record.payments import payments_of
    from assistant.record.permissions import Act
    from assistant.record.search_index import account_hash
    from assistant.signing_in import open_guarded

    if (file is None) == (not erase) or (dry_run and not erase):
        raise click.UsageError("Say what to do: --export FILE, or --erase, with --dry-run or not.")
    about = "export" if file is not None else f"erase{', dry run' if dry_run else ''}"
    with open_guarded(data_dir, tell, Act.CUSTOMER, about=about) as (store, guard):
        hashed = account_hash(store.opened.vault, account)
        paid = len(payments_of(store.opened, (hashed,)).get(hashed, ()))
        calls = customer_calls(store, account)
        if not (calls.own or calls.shared or paid):
            raise _unknown(account)
        if file is not None:
            count = export_customer(store, account, file, store.opened.at_utc())
            for call in calls.shared:
                tell(
                    f"Left out: {call} had another account as well. Look at it, and hand over what"
                    " is this customer's."
                )
            tell(f"Exported: {_calls(count)}{_payments(paid)}.")
            tell("The file is not sealed: keep it as what it is.")
            return
        desk = _desk(store, guard.who.name)
        plan = desk.plan_of(account, _now(store))
        going = [verdict for verdict in plan if verdict.may_be_erased]
        _print_plan(plan, lambda verdict: verdict.may_be_erased)
        planned = {verdict.call for verdict in plan}
        for call in calls.shared:
            goes = "is told of above" if call in planned else "ended as that one's and stays"
            tell(f"{call} had another account as well: it {goes}.")
        if paid:
            tell(f"{paid} payments would go, unless the account is held.")
        if dry_run or not (going or paid):
            return
        vouched = today.date() if today is not None else None
        desk.check(today=vouched)
        if not _agreed(yes, f"Destroy {_calls(len(going))}{_payments(paid)}?"):
            raise click.Abort
        gone = desk.erase(account, today=vouched)
    for line in gone.told:
        tell(line)
    tell(f"Erased: {_calls(len(gone.calls))}{_payments(gone.payments)}.")


def _desk(store: CallStore, who: str) -> PurgeDesk:
    from assistant.record.purging import PurgeDesk
    from assistant.retention_terms import shipped_terms, terms_in_force

    terms = terms_in_force(shipped_terms(), store.locations.settings)
    return PurgeDesk(store, terms.of, who)


def _now(store: CallStore) -> date:
    return store.opened.now().astimezone(UTC).date()


def _print_plan(plan: Sequence[Verdict], goes: Callable[[Verdict], bool]) -> None:
    from assistant.record.retention import Stays

    going = 0
    for verdict in plan:
        if goes(verdict):
            going += 1
            why = f"its time was over on {verdict.until}"
            if verdict.stays:
                why = "nothing but the site's own period kept it"
            click.echo(f"goes\t{verdict.call}\t{why}\t{verdict.citation}")
            continue
        why = "; ".join(
            f"{reason.value} (until {verdict.until})"
            if reason in (Stays.MINIMUM, Stays.PERIOD)
            else reason.value
            for reason in verdict.stays
        )
        click.echo(f"stays\t{verdict.call}\t{why}\t{verdict.citation}")
    reasons = Counter(reason for verdict in plan for reason in verdict.stays if not goes(verdict))
    tell(f"{_calls(going)} would go, {len(plan) - going} would stay.")
    for reason, count in reasons.most_common():
        tell(f"  {count}: {reason.value}")


def _agreed(yes: bool, question: str) -> bool:
    return yes or (sys.stdin.isatty() and click.confirm(question, err=True))


def _unknown(account: str) -> Exception:
    from assistant.record.faults import UnknownCall

    if account:
        return UnknownCall("no kept call is of that account", "Check its id as the file has it.")
    return UnknownCall("there is no such kept call", "`assistant review --plain` lists them.")


def _calls(count: int) -> str:
    return "1 call" if count == 1 else f"{count} calls"


def _payments(count: int) -> str:
    return f", {count} payments" if count else ""


def _about(dry_run: bool) -> str:
    return "dry run" if dry_run else ""
