"""Keeping, holding, purging, users, backups: the commands as their users run them.

They run inside this process, from the arguments to the exit status: there are many of them.
"""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path

import pytest

from assistant import cli
from assistant.record.locations import Locations
from tests.commands.conftest import Assistant, Finished
from tests.record.aged import LATELY, LONG_AGO, Clock, account, keep


@pytest.fixture
def assistant(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Assistant:
    """Run `assistant ARGUMENTS`, in an empty folder, with `stdin` as standard input."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("ASSISTANT_HOME", str(tmp_path / "home"))

    def run(*arguments: str | Path, stdin: str = "") -> Finished:
        monkeypatch.setattr(sys, "stdin", io.StringIO(stdin))
        capsys.readouterr()
        status = cli._run([str(argument) for argument in arguments])
        said = capsys.readouterr()
        return Finished(status, said.out, said.err)

    return run


@pytest.fixture
def home(tmp_path: Path) -> Locations:
    """A record with an old call and a young one, of two customers."""
    places = Locations(tmp_path / "home")
    keep(places, "old", LONG_AGO, clock=Clock(), owner="ACC-1", agent_id="A7")
    keep(places, "young", LATELY, clock=Clock(), owner="ACC-2", agent_id="A8")
    return places


def test_a_purge_is_shown_held_up_and_done(assistant: Assistant, home: Locations) -> None:
    shown = assistant("record", "purge", "--dry-run")
    assert shown.status == 0
    first, second = shown.output.splitlines()
    assert first.startswith("goes\told\tits time was over on ")
    assert second.startswith("stays\tyoung\tthe law's least is not reached (until ")
    assert "12 CFR 1006.100" in second
    assert "1 call would go, 1 would stay." in shown.errors
    assert assistant("record", "hold", "old", "--reason", "complaint 17").status == 0
    held = assistant("record", "holds").output
    assert held.split("\t")[1:3] == ["hold", "old"]
    assert held.endswith("complaint 17\n")
    assert "stays\told\tit is held" in assistant("record", "purge", "--dry-run").output
    assert assistant("record", "purge", "--yes").output == ""
    assert assistant("record", "hold", "old", "--release").status == 0
    assert assistant("record", "holds").output == ""
    # Without a terminal nobody can agree, so nothing is destroyed unasked.
    assert assistant("record", "purge").status == 130
    purged = assistant("record", "purge", "--yes")
    assert (purged.status, purged.output) == (0, "old\n")
    assert assistant("record", "verify", "--audio").status == 0
    log = [
        record["act"] for record in assistant("record", "audit", "--call", "old", "--jsonl").records
    ]
    assert log == ["hold", "release", "purge"]


@pytest.mark.parametrize(
    ("arguments", "status", "says"),
    [
        (("record", "hold"), 2, "Name a call, or an account"),
        (("record", "hold", "old", "--account", "ACC-1"), 2, "Name a call, or an account"),
        (("record", "hold", "old"), 2, "Say why"),
        (("record", "hold", "nope", "--reason", "x"), 2, "there is no such kept call"),
        (("record", "hold", "--account", "ACC-9", "--reason", "x"), 2, "no kept call is of that"),
        (("record", "hold", "old", "--release"), 2, "nothing holds it"),
        (("record", "cleared", "old", "--undo"), 2, "nobody said that it was cleared"),
        (("record", "purge", "--as-of", "2040-01-01"), 2, "--as-of is for --dry-run"),
        (("record", "purge", "--dry-run", "--as-of", "soon"), 2, "does not match"),
        (("record", "customer", "ACC-9", "--erase"), 2, "no kept call is of that account"),
        (("record", "customer", "ACC-1"), 2, "Say what to do"),
        (("record", "customer", "ACC-1", "--export", "x", "--erase"), 2, "Say what to do"),
        (("record", "restore", "nowhere"), 2, "is there already"),
        (("record", "audit", "--since", "soon"), 2, "does not match"),
        (("users", "add", "an", "--role", "agent"), 2, "first user must be an administrator"),
        (("users", "add", "an", "--role", "king"), 2, "is not one of"),
        (("users", "remove", "an"), 2, "no such user"),
    ],
)
def test_bad_input_is_refused_in_words(
    assistant: Assistant, home: Locations, arguments: tuple[str, ...], status: int, says: str
) -> None:
    finished = assistant(*arguments, stdin="a long password\n")
    assert finished.status == status, finished.errors
    assert says in finished.errors
    assert "Traceback" not in finished.errors
    assert "ACC-9" not in finished.errors
    assert len(assistant("review", "--plain").output.splitlines()) == 2


def test_a_site_that_keeps_less_than_the_law_purges_nothing(
    assistant: Assistant, home: Locations
) -> None:
    home.settings.write_text('[retention.us]\nkeep = "1 year"\n')
    refused = assistant("record", "purge", "--yes")
    assert refused.status == 2
    assert "2:8: for agency: 1 year is less than the law's least, 3 years" in refused.errors
    assert len(assistant("review", "--plain").output.splitlines()) == 2


def test_a_linked_call_is_found_held_and_told_where_it_is_two_customers(
    assistant: Assistant, tmp_path: Path
) -> None:
    linked = (account("ACC-2"),)
    places = Locations(tmp_path / "home")
    keep(places, "inbound", LONG_AGO, clock=Clock(), linked=linked)
    keep(places, "both", LONG_AGO, clock=Clock(), owner="ACC-1", linked=linked)
    held = assistant("record", "hold", "--account", "ACC-2", "--reason", "complaint 17")
    assert (held.status, held.output) == (0, "hold: 2 calls\n")
    assert "0 calls would go, 2 would stay." in assistant("record", "purge", "--dry-run").errors
    assistant("record", "hold", "--account", "ACC-2", "--release", "--reason", "settled")
    exported = assistant("record", "customer", "ACC-2", "--export", "b.zip")
    assert "Left out: both had another account as well." in exported.errors
    assert "Exported: 1 call." in exported.errors
    stays = assistant("record", "customer", "ACC-1", "--erase", "--yes")
    assert "both had another account as well: it ended as that one's" in stays.errors
    goes = assistant("record", "customer", "ACC-2", "--erase", "--yes")
    assert "both had another account as well: it is told of above" in goes.errors
    assert "Erased: 2 calls." in goes.errors


def test_a_customer_is_exported_and_erased_as_far_as_the_law_allows(
    assistant: Assistant, home: Locations, tmp_path: Path
) -> None:
    assert assistant("record", "customer", "ACC-1", "--export", "a.zip").status == 0
    assert (tmp_path / "a.zip").stat().st_size > 1000
    shown = assistant("record", "customer", "ACC-2", "--erase", "--dry-run")
    assert shown.output.startswith("stays\tyoung\tthe law's least is not reached (until ")
    assert assistant("record", "customer", "ACC-2", "--erase", "--yes").status == 0
    erased = assistant("record", "customer", "ACC-1", "--erase", "--yes")
    assert "Erased: 1 call." in erased.errors
    assert [line.split("\t")[0] for line in assistant("review", "--plain").output.splitlines()] == [
        "young"
    ]
    log = [
        (line["act"], line["about"])
        for line in assistant("record", "audit", "--jsonl").records
        if line["act"] in ("customer", "purge")
    ]
    assert log == [
        ("customer", "export"),
        ("customer", "erase, dry run"),
        ("customer", "erase"),
        ("customer", "erase"),
        ("purge", "erasure"),
    ]


def test_users_sign_in_and_see_their_own(
    assistant: Assistant, monkeypatch: pytest.MonkeyPatch, home: Locations
) -> None:
    added = assistant("users", "add", "chief", "--role", "administrator", stdin="a long password\n")
    assert (added.status, added.output) == (0, "")
    assert "chief was added as administrator" in added.errors
    assert "none of them" in assistant("review", "--plain").errors
    monkeypatch.setenv("ASSISTANT_USER", "chief")
    for name, role, more in (("an", "agent", ("--agent-id", "A7")), ("co", "compliance", ())):
        assert assistant(
            "users", "add", name, "--role", role, *more,
            stdin=f"a long password\npassword of {name}\n",
        ).status == 0  # fmt: skip
    assert "chief\tadministrator" in assistant("users", "list", stdin="a long password\n").output
    # An administrator runs the record and reads no call.
    listed = assistant("review", "--plain", stdin="a long password\n")
    assert (listed.status, "old" in listed.output) == (0, False)
    wrong = assistant("record", "purge", "--dry-run", stdin="a wrong password\n")
    assert (wrong.status, wrong.output) == (2, "")
    assert "the name or the password is wrong" in wrong.errors

    monkeypatch.setenv("ASSISTANT_USER", "an")
    own = assistant("review", "--plain", stdin="password of an\n").output
    assert [line.split("\t")[0] for line in own.splitlines()] == ["old"]
    for refused in (
        ("record", "purge", "--yes"),
        ("record", "hold", "old", "--reason", "x"),
        ("record", "rekey"),
        ("record", "audit"),
        ("record", "backup", "b"),
        ("users", "list"),
        ("train", "replay", "young"),
        ("calls", "outcomes", "--format", "json"),
        ("calls", "outcomes", "--post", "http://127.0.0.1:9/"),
        ("calls", "themes"),
    ):
        finished = assistant(*refused, stdin="password of an\n")
        assert finished.status == 2, refused
        assert "an (agent) may not do that. Ask: " in finished.errors, finished.errors
    changed = assistant("users", "passwd", stdin="password of an\nanother of an\n")
    assert changed.status == 0
    assert assistant("review", "--plain", stdin="another of an\n").output == own

    monkeypatch.setenv("ASSISTANT_USER", "co")
    lines = assistant("record", "audit", "--jsonl", stdin="password of co\n").records
    seen = [(line["who"], line["act"]) for line in lines]
    assert ("chief", "failed sign-in") in seen
    assert ("an", "refused: rekey") in seen
    assert ("an", "password changed") in seen
    told = json.dumps(lines)
    assert "password of" not in told
    assert "arrested" not in told
    assert "ACC-" not in told
    only = assistant("record", "audit", "--who", "an", "--jsonl", stdin="password of co\n").records
    assert {line["who"] for line in only} == {"an"}
    assert assistant("record", "verify", stdin="password of co\n").status == 0


def test_a_backup_comes_back_elsewhere(
    assistant: Assistant, monkeypatch: pytest.MonkeyPatch, home: Locations, tmp_path: Path
) -> None:
    made = assistant("record", "backup", "backup")
    assert made.status == 0, made.errors
    assert "Backed up 2 calls" in made.errors
    assert assistant("record", "backup", "backup").status == 2
    figures = json.loads(assistant("record", "stats", "--json").output)
    assert (figures["all"]["calls"], figures["all"]["due"]) == (2, 1)
    assert "all          2" in assistant("record", "stats").output
    monkeypatch.setenv("ASSISTANT_HOME", str(tmp_path / "other"))
    missing = assistant("record", "restore", "backup")
    assert missing.status == 3
    assert not (tmp_path / "other").exists()
    (tmp_path / "other").mkdir(mode=0o700)
    (tmp_path / "other" / "master.key").write_bytes(home.master_key.read_bytes())
    (tmp_path / "other" / "master.key").chmod(0o600)
    back = assistant("record", "restore", "backup")
    assert back.status == 0, back.errors
    assert "Restored 2 calls" in back.errors
    assert len(assistant("review", "--plain").output.splitlines()) == 2
    assert assistant("record", "verify", "--audio").status == 0
