"""What a site decided: recording, retention and promises, per jurisdiction; whence accounts come,
and whether wrap-ups go to a CRM.

Beside them stands what is offered to agents after hard calls.

Owns the form of `settings.toml` in the data folder, its strict reading, and the terms that follow
from it for one call.  What a site leaves open is as in `site_settings.toml` beside this module,
which names the laws; how long calls stay, in `retention.toml`.  It keeps nothing and mutes nothing.
"""

from __future__ import annotations

from importlib.resources import as_file, files
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from assistant import crm_settings
from assistant.accounts import settings as account_settings
from assistant.accounts.settings import AccountsTable
from assistant.crm_settings import CrmTable
from assistant.events import Keep, RecordingTerms
from assistant.follow_up.policy import FollowUpPolicy, PromisesTable, policy_of
from assistant.interface_text import N_
from assistant.rest.breath import FASTEST, SLOWEST
from compliance.documents import Schema, load_document
from compliance.errors import BadInput

SITE_KEEPS_NOTHING = N_("the site's settings keep nothing of calls: --keep has no effect")


class RecordingEntry(Schema):
    """One jurisdiction's part; what is absent is as shipped."""

    keep: Keep | None = None
    notice_first: bool | None = None
    pause: bool | None = None
    refusal: Literal["stop", "go_on"] | None = None


class RecordingTable(Schema):
    """One entry for each jurisdiction."""

    us: RecordingEntry = RecordingEntry()
    tw: RecordingEntry = RecordingEntry()
    cn: RecordingEntry = RecordingEntry()
    hk: RecordingEntry = RecordingEntry()
    uk: RecordingEntry = RecordingEntry()

    def of(self, jurisdiction: str) -> RecordingEntry:
        """The entry of a jurisdiction; an empty one where there is none."""
        found = getattr(self, jurisdiction, None)
        return found if isinstance(found, RecordingEntry) else RecordingEntry()


class RetentionEntry(Schema):
    """How long one jurisdiction's calls are kept, such as `3 years`; by collector, where given."""

    keep: str | None = None
    by_collector: dict[Literal["in-house", "agency", "debt_buyer"], str] = Field(
        default_factory=dict
    )


class RetentionTable(Schema):
    """One entry for each jurisdiction; see `assistant.retention_terms`."""

    us: RetentionEntry = RetentionEntry()
    tw: RetentionEntry = RetentionEntry()
    cn: RetentionEntry = RetentionEntry()
    hk: RetentionEntry = RetentionEntry()
    uk: RetentionEntry = RetentionEntry()


class RestTable(Schema):
    """The agent's own rest: what is offered after hard calls, and hints on the way of talking.

    `offer` is whether a minute to breathe is offered at all; `hard_calls` within `within_minutes`
    suggest a break.  `pace_hints` shows a line where the agent talks fast or cuts in.
    """

    offer: bool = True
    breaths_a_minute: Annotated[int, Field(ge=SLOWEST, le=FASTEST)] = 5
    hard_calls: Annotated[int, Field(ge=1, le=20)] = 3
    within_minutes: Annotated[int, Field(ge=5, le=480)] = 60
    pace_hints: bool = False


class SiteSettings(Schema):
    """The whole file."""

    recording: RecordingTable = RecordingTable()
    accounts: AccountsTable | None = None
    crm: CrmTable | None = None
    retention: RetentionTable = RetentionTable()
    promises: PromisesTable = PromisesTable()
    rest: RestTable = RestTable()


def load_site_settings(path: Path) -> SiteSettings:
    """What the site decided; nothing where it has no such file.

    Raises:
        BadInput: the file has faults, all told with line and column.
    """
    if not path.exists():
        return SiteSettings()
    document = load_document(path, SiteSettings)
    settings = document.value
    wrong: list[tuple[str, str, str]] = []
    if settings.accounts is not None:
        wrong += [("accounts", *one) for one in account_settings.faults_of(settings.accounts)]
    if settings.crm is not None:
        wrong += [("crm", *one) for one in crm_settings.faults_of(settings.crm)]
    if wrong:
        faults = tuple(
            document.fault(
                f"{table}.{key}: {message}" if key else message, table, *((key,) if key else ())
            )
            for table, key, message in wrong
        )
        raise BadInput(f"{path} has faults", faults)
    return document.value


def shipped_settings() -> SiteSettings:
    """What holds where a site decided nothing."""
    with as_file(files("assistant") / "site_settings.toml") as path:
        return load_document(path, SiteSettings).value


def follow_up_policy(settings: SiteSettings, jurisdiction: str) -> FollowUpPolicy:
    """The days by which promises are judged and followed up in a jurisdiction."""
    shipped = shipped_settings().promises.of(jurisdiction)
    return policy_of(settings.promises.of(jurisdiction), shipped)


def recording_terms(
    settings: SiteSettings, jurisdiction: str, *, keep: bool, sound: bool = True
) -> tuple[RecordingTerms, str]:
    """On what terms a call is made, and one line to tell the agent, or none.

    Args:
        settings: the site's.
        jurisdiction: whose law.
        keep: whether the user asked for the call to be kept.
        sound: whether anything is heard at all; without it there is nothing to give notice of.

    The site's word stands above the user's: what it does not keep, nobody does.
    """
    site = settings.recording.of(jurisdiction)
    shipped = shipped_settings().recording.of(jurisdiction)
    notice = SITE_KEEPS_NOTHING if keep and site.keep is Keep.NOTHING else ""
    kept = site.keep if site.keep is not None else Keep.AUDIO if keep else Keep.NOTHING
    if kept is not Keep.NOTHING and not sound:
        kept = Keep.FINDINGS

    def chosen(name: Literal["notice_first", "pause"]) -> bool:
        own = getattr(site, name)
        return bool(own if own is not None else getattr(shipped, name))

    refusal = site.refusal or shipped.refusal or "stop"
    return (
        RecordingTerms(
            keep=kept,
            notice_first=sound and chosen("notice_first"),
            stops_when_refused=refusal == "stop",
            may_pause=sound and chosen("pause"),
        ),
        notice,
    )
