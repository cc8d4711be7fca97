"""Where everything the program keeps stands on disk.

Owns the names of folders and files under the data folder, and nothing else: it creates nothing,
reads nothing but the store's address, and decides no policy.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import platformdirs

APPLICATION = "collections-call-assistant"


@dataclass(frozen=True, slots=True)
class Locations:
    """The data folder and what is in it.

    `rules` is the bank's folder where it stands elsewhere; `store` the URL of the team's database
    where the calls are not kept in the data folder's own; `anchors` the folder in which the end of
    the record is written down, where that stands elsewhere.
    """

    data_dir: Path
    rules: Path | None = None
    store: str | None = field(default=None, repr=False)
    anchors: Path | None = None

    @property
    def rules_dir(self) -> Path:
        """The bank's own rules."""
        return self.rules or self.data_dir / "rules"

    @property
    def database(self) -> Path:
        """The embedded store of kept calls."""
        return self.data_dir / "calls.db"

    @property
    def store_keys(self) -> Path:
        """The store's key, wrapped by the master key: of the embedded store, or of the team's."""
        return self.data_dir / ("store.keys" if self.store is None else "team.keys")

    @property
    def master_key(self) -> Path:
        """The master key, on a system without a keyring."""
        return self.data_dir / "master.key"

    @property
    def plain_sounds(self) -> Path:
        """Says that sound files of the first release may still be in the clear."""
        return self.data_dir / "sound-to-be-sealed"

    @property
    def sound_dir(self) -> Path:
        """One file of sound for each kept call."""
        return self.data_dir / "sound"

    @property
    def open_dir(self) -> Path:
        """A lock for each call that is being recorded right now."""
        return self.data_dir / "open"

    @property
    def strategies_path(self) -> Path:
        """The bank's own strategies, by which lines are chosen."""
        return self.data_dir / "strategies.yaml"

    @property
    def tasks_path(self) -> Path:
        """The bank's own tasks: what of a call becomes whose, and by when."""
        return self.data_dir / "tasks.yaml"

    @property
    def terms_dir(self) -> Path:
        """The bank's own terms of repayment, one file for each jurisdiction."""
        return self.data_dir / "terms"

    @property
    def settings(self) -> Path:
        """What the site decided; see `assistant.site_settings`."""
        return self.data_dir / "settings.toml"

    @property
    def crm_delivered(self) -> Path:
        """Which wrap-ups a CRM has been given: ids alone."""
        return self.data_dir / "crm-delivered.jsonl"

    @property
    def journal_dir(self) -> Path:
        """What calls have still to hand to the store, one file each."""
        return self.data_dir / "journal"

    @property
    def anchors_dir(self) -> Path:
        """Where the end of the record is written down; best on another machine."""
        return self.anchors or self.data_dir / "anchors"

    @property
    def models_dir(self) -> Path:
        """Installed speech models, one folder each."""
        return self.data_dir / "models"

    def sound(self, call: str) -> Path:
        return self.sound_dir / f"{file_name(call)}.sound"

    def journal(self, call: str) -> Path:
        return self.journal_dir / f"{file_name(call)}.journal"

    def lock(self, call: str) -> Path:
        return self.open_dir / f"{file_name(call)}.lock"


def locate(data_dir: Path | None, environment: Mapping[str, str]) -> Locations:
    """The locations for this run.

    Args:
        data_dir: what `--data-dir` said, if anything; it wins.
        environment: the process's variables; `ASSISTANT_HOME` comes next, then the folder that
            this system gives applications for their data.  `ASSISTANT_RULES` names the folder of
            the bank's rules where that is not in it, `ASSISTANT_STORE` the URL of a team's store;
            without it, a file `store-url` in the data folder may hold that URL;
            `ASSISTANT_ANCHORS` the folder of the record's anchors.
    """
    named = environment.get("ASSISTANT_RULES", "")
    rules = Path(named).expanduser() if named else None
    home = environment.get("ASSISTANT_HOME", "")
    if data_dir is not None:
        folder = data_dir.expanduser()
    elif home:
        folder = Path(home).expanduser()
    else:
        folder = Path(platformdirs.user_data_dir(APPLICATION, appauthor=False))
    anchors = environment.get("ASSISTANT_ANCHORS", "")
    return Locations(
        folder,
        rules,
        environment.get("ASSISTANT_STORE") or _store_url(folder),
        Path(anchors).expanduser() if anchors else None,
    )


def _store_url(folder: Path) -> str | None:
    """What the site's setting says, if there is one."""
    try:
        return (folder / "store-url").read_text("utf-8").strip() or None
    except (OSError, ValueError):
        return None


def file_name(call: str) -> str:
    """A call's id as a file name on any system; ids that would not be one are hashed.

    Lower case only, because two ids must not meet on a file system that ignores case.
    """
    if re.fullmatch(r"[a-z0-9][a-z0-9_-]{0,79}", call) and not _RESERVED.fullmatch(call):
        return call
    return "x" + hashlib.sha256(call.encode("utf-8", "surrogatepass")).hexdigest()


_RESERVED = re.compile(r"con|prn|aux|nul|com\d|lpt\d")
