"""How calls ended, for other programs: records, tables, a CRM, counts."""

from __future__ import annotations

import csv
import io
import json
import shutil
import stat
from dataclasses import replace
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner
from rich.cells import cell_len

from assistant.archive import outcomes, themes
from assistant.archive.crm_delivery import Crm, Delivered
from assistant.archive.outcome_names import OutcomeNames
from assistant.archive.outcome_records import csv_text
from assistant.call_commands import kept_calls
from assistant.call_options import Moment, Until
from assistant.crm_settings import CrmTable
from assistant.events import Act as Key
from assistant.events import AgentActed, CallEnded, ChannelOpened
from assistant.interface_text import Interface
from assistant.record.access import read_log
from assistant.record.faults import StoreBusy
from assistant.record.kept import KeptItem, KeptWrapUp
from assistant.record.locations import Locations
from assistant.record.search import CallFilter
from assistant.record.store import CallStore
from assistant.site_settings import load_site_settings
from assistant.wording import Reader, Wording
from compliance.errors import AssistantError, BadInput, MissingPart
from compliance.transcript import Speaker
from scripts.outcomes import load_outcomes
from tests.accounts.endpoint import Answer, endpoint
from tests.archive.invented import ACCOUNT, CODEC, DOORS, NAME, keep
from tests.record.aged import Clock
from tests.record.aged import keep as keep_aged
from tests.record.invented import RATE_HZ, envelopes, started
from tests.screens import calls

NAMES = OutcomeNames(load_outcomes())
ANY = CallFilter()
TAKEN: Answer = lambda _one, _n: (201, b"{}", {})  # noqa: E731 - a table of these follows


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three calls: one wrapped up with values, one of before there were any, one of which nobody
    said how it ended."""
    places = Locations(tmp_path_factory.mktemp("made") / "home")
    with CallStore(places, CODEC, doors=DOORS) as store:
        keep(store)
    keep_aged(places, "old", "2026-03-01", clock=Clock(), owner="ACC-1", outcome="refused")
    keep_aged(places, "open", "2026-03-02", clock=Clock(), owner="ACC-2")
    return places.data_dir


@pytest.fixture
def kept(made: Path, tmp_path: Path) -> Locations:
    """A copy of them."""
    return Locations(Path(shutil.copytree(made, tmp_path / "home")))


@pytest.fixture(autouse=True)
def _no_token(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(outcomes.TOKEN, raising=False)


def listed(
    places: Locations, form: str | None, to: Path | None = None, *, incomplete: bool = False
) -> None:
    outcomes.list_outcomes(places, ANY, incomplete=incomplete, form=form, to=to, interface="en")


# ---- records -------------------------------------------------------------------------------------


def test_a_record_has_everything_that_was_filled_in(
    kept: Locations, capsys: pytest.CaptureFixture[str]
) -> None:
    listed(kept, "json")
    old, unsaid, new = json.loads(capsys.readouterr().out)
    assert (new["key"], new["account"], new["outcome_number"]) == ("c1.1", ACCOUNT.id, 32)
    assert new["values"]["amount"] == "717.17"
    assert (new["currency"], new["complete"], new["missing"]) == ("USD", False, ["method"])
    assert new["about"][1] == {"about": "objection", "slug": "fees_unfair", "times": 2}
    assert (old["call"], old["account"], old["values"], old["complete"]) == (
        "old",
        "ACC-1",
        {},
        True,
    )
    # Nobody said how this one ended: it is there all the same, so that totals agree.
    assert unsaid.keys() == new.keys()
    assert (unsaid["call"], unsaid["key"], unsaid["outcome"]) == ("open", None, None)
    assert (unsaid["account"], unsaid["complete"], unsaid["missing"]) == (
        "ACC-2",
        False,
        ["outcome"],
    )
    listed(kept, "json", incomplete=True)
    incomplete = json.loads(capsys.readouterr().out)
    assert [one["call"] for one in incomplete] == ["open", "c1"]


def test_a_table_for_readers_holds_no_values_and_aligns(
    kept: Locations, capsys: pytest.CaptureFixture[str]
) -> None:
    listed(kept, None)
    head, *rows = capsys.readouterr().out.splitlines()
    at = head.index("Wrap-up")
    # Of the one in the middle nobody said how it ended: it is no less to be looked after.
    shown = {row.split()[0]: row[at:] for row in rows}
    assert shown == {"old": "complete", "open": "none", "c1": "incomplete: Method"}
    assert "717" not in "".join(rows)
    listed(kept, None, incomplete=True)
    _head, *rows = capsys.readouterr().out.splitlines()
    assert {row.split()[0] for row in rows} == {"open", "c1"}


def test_a_spreadsheet_takes_no_cell_for_a_formula(
    kept: Locations, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    to = tmp_path / "out.csv"
    listed(kept, "csv", to)
    assert stat.S_IMODE(to.stat().st_mode) == 0o600
    assert "not sealed" in capsys.readouterr().err
    rows = list(csv.DictReader(to.open(encoding="utf-8", newline="")))
    assert [row["call"] for row in rows] == ["old", "open", "c1"]
    assert (rows[1]["outcome"], rows[1]["complete"], rows[1]["missing"]) == ("", "no", "outcome")
    assert rows[2]["value_amount"] == "717.17"
    assert rows[2]["language"] == "en-US", "a field of that name has a column of its own"
    assert rows[2]["about_objection"] == "fees_unfair"
    with pytest.raises(AssistantError, match="is there already"):
        listed(kept, "csv", to)
    for note, cell in (("=1+1", "'=1+1"), ("@x", "'@x"), ("-5", "'-5"), ("a\r\nb", "a\r\nb")):
        record = json.loads(json.dumps({**RECORD, "note": note}))
        (row,) = csv.DictReader(io.StringIO(csv_text([record], NAMES), newline=""))
        assert row["note"] == cell


RECORD: dict[str, Any] = {
    "key": "c.1", "call": "c", "number": 1, "account": None, "started_at": "", "jurisdiction": "us",
    "agent": {"id": "", "name": ""}, "language": "", "collector": None, "outcome": "paid",
    "outcome_number": 31, "complete": True, "missing": [], "next_contact": None, "currency": None,
    "values": {}, "about": [], "note": "", "at": "", "completed_by": None,
}  # fmt: skip


# ---- a CRM ---------------------------------------------------------------------------------------


def post(places: Locations, url: str = "") -> None:
    outcomes.post_outcomes(places, ANY, url, interface="en")


def settle(places: Locations, url: str, **keys: object) -> None:
    given = {"timeout_s": 0.3, "backoff_s": 0.0, **keys}
    lines = [f"{key} = {json.dumps(value)}" for key, value in given.items()]
    places.settings.write_text("\n".join(["[crm]", f'url = "{url}"', *lines]) + "\n")


def test_each_is_sent_once_with_its_key_and_the_token(
    kept: Locations, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("CRM_SECRET", "s3cret")
    with endpoint(TAKEN) as running:
        settle(kept, running.url, token_variable="CRM_SECRET")
        post(kept)
        assert "2 handed to 127.0.0.1, 0 it had already." in capsys.readouterr().err
        post(kept)
        assert "0 handed to 127.0.0.1, 2 it had already." in capsys.readouterr().err
    assert [one.headers["Idempotency-Key"] for one in running.asked] == ["old.2", "c1.1"]
    assert {one.token for one in running.asked} == {"Bearer s3cret"}
    assert running.asked[1].asked["account"] == ACCOUNT.id
    held = kept.crm_delivered.read_text()
    assert stat.S_IMODE(kept.crm_delivered.stat().st_mode) == 0o600
    assert [json.loads(line)["key"] for line in held.splitlines()] == ["old.2", "c1.1"]
    for secret in (ACCOUNT.id, "ACC-1", NAME, "717", "s3cret", "127.0.0.1"):
        assert secret not in held
    with CallStore(kept, CODEC, doors=DOORS) as store:
        log = [(line.act, line.call, line.about) for line in read_log(store.opened)]
        assert store.verify(audio=False).faults == ()
    assert log.count(("export", "", "outcomes to 127.0.0.1")) == 2
    assert log.count(("export", "c1", "")) == 1


def test_a_later_wrap_up_is_another_one(kept: Locations) -> None:
    with endpoint(TAKEN) as running:
        post(kept, running.url)
        with CallStore(kept, CODEC, doors=DOORS) as store:
            store.add_wrap_up(KeptWrapUp("old", "paid", None, "", "2026-03-09T00:00:00+00:00"))
        post(kept, running.url)
    assert [one.asked["key"] for one in running.asked] == ["old.2", "c1.1", "old.3"]


def _first(status: int, **headers: str) -> Answer:
    return lambda _one, n: (status if n == 0 else 201, b"", headers)


AWAY: list[tuple[str, Answer, int]] = [
    ("does not answer in time; 2 wait", lambda _one, _n: None, 3),
    ("answers with status 500; 2 wait", lambda _one, _n: (500, b"", {}), 3),
    ("answers with status 429; 2 wait", lambda _one, _n: (429, b"", {}), 3),
    ("refuses the token .status 401.; 2 wait", _first(401), 1),
    ("refuses the token .status 403.; 2 wait", _first(403), 1),
    ("sends to another address .status 302.", _first(302, Location="http://127.0.0.2/x"), 1),
    ("sends to another address .status 307.", _first(307, Location="/elsewhere"), 1),
    ("sends to another address .status 308.", _first(308, Location="https://evil.example/"), 1),
    ("breaks its answer off|cannot be reached", lambda _one, _n: (0, b"", {}), 3),
]


@pytest.mark.parametrize(("says", "answer", "requests"), AWAY)
def test_a_crm_that_is_away_is_told_and_everything_waits(
    kept: Locations, says: str, answer: Answer, requests: int
) -> None:
    with endpoint(answer) as running:
        settle(kept, running.url)
        with pytest.raises(MissingPart, match=says):
            post(kept)
        assert len(running.asked) <= requests
    assert not kept.crm_delivered.exists()
    with endpoint(TAKEN) as running:
        post(kept, running.url)
        assert len(running.asked) == 2


def test_one_that_is_in_trouble_is_asked_again_and_knows_the_key(kept: Locations) -> None:
    with endpoint(lambda _one, n: (500 if n == 0 else 201, b"", {})) as running:
        settle(kept, running.url)
        post(kept)
    keys = [one.headers["Idempotency-Key"] for one in running.asked]
    assert keys == ["old.2", "old.2", "c1.1"]


def test_what_is_refused_waits_and_holds_up_nothing(
    kept: Locations, capsys: pytest.CaptureFixture[str]
) -> None:
    with endpoint(_first(400)) as running:
        with pytest.raises(AssistantError, match="refused 1 of them") as refused:
            post(kept, running.url)
        assert not isinstance(refused.value, MissingPart)
        told = capsys.readouterr().err
        assert "1 handed to 127.0.0.1" in told
        assert "old.2 was refused with status 400; it waits." in told
        post(kept, running.url)
    assert [one.asked["key"] for one in running.asked] == ["old.2", "c1.1", "old.2"]


def test_the_token_goes_nowhere_but_where_the_settings_say(
    kept: Locations, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(outcomes.TOKEN, "s3cret")
    with endpoint(TAKEN) as named, endpoint(TAKEN) as other:
        settle(kept, named.url)
        post(kept, other.url)
        post(kept)
    assert {one.token for one in other.asked} == {None}
    assert {one.token for one in named.asked} == {"Bearer s3cret"}
    assert "s3cret" not in repr(outcomes.crm_for(CrmTable(url=named.url), ""))


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("http://crm.example/x", "must be https"), ("ftp://crm.example/x", "no address"),
        ("crm.example", "no address"), ("https://me:pw@crm.example/", "holds a name or password"),
        ("https://crm.example/?a=1", "ends before"), ("https://crm.example:x/", "no address"),
        ("https://", "no address"), ("https://crm.example/a b", "no address"),
    ],
)  # fmt: skip
def test_personal_data_goes_to_no_such_address(kept: Locations, url: str, says: str) -> None:
    with pytest.raises(AssistantError, match=says) as by_option:
        post(kept, url)
    assert "pw" not in str(by_option.value)
    settle(kept, url)
    with pytest.raises(BadInput) as by_settings:
        load_site_settings(kept.settings)
    assert "settings.toml:2:" in str(by_settings.value)
    assert "pw" not in str(by_settings.value)


@pytest.mark.parametrize(
    "keys", [{"timeout_s": 0}, {"retries": 99}, {"token": "x"}, {"backoff_s": -1}]
)
def test_settings_that_cannot_be_are_refused(kept: Locations, keys: dict[str, object]) -> None:
    settle(kept, "https://crm.bank.example/x", **keys)
    with pytest.raises(BadInput):
        load_site_settings(kept.settings)


def test_by_default_nothing_leaves_the_machine(kept: Locations) -> None:
    with pytest.raises(MissingPart, match="No CRM is set up"):
        post(kept)
    settle(kept, "https://crm.bank.example/x", token_variable="NOT_THERE")
    with pytest.raises(MissingPart, match="NOT_THERE is not set"):
        post(kept)


def test_what_a_crash_cut_short_is_sent_again_and_swallows_nothing(tmp_path: Path) -> None:
    delivered = Delivered(tmp_path / "d.jsonl", "https://a.example/")
    assert delivered.keys() == frozenset()
    delivered.add("c1.1")
    with (tmp_path / "d.jsonl").open("ab") as file:
        file.write(b'{"to": "x", "ke')
    delivered.add("c2.2")
    with (tmp_path / "d.jsonl").open("ab") as file:
        file.write(b'[]\n{"to": 3}\n\xff\n')
    assert delivered.keys() == {"c1.1", "c2.2"}
    assert Delivered(tmp_path / "d.jsonl", "https://b.example/").keys() == frozenset()


def test_two_do_not_send_at_once(tmp_path: Path) -> None:
    delivered = Delivered(tmp_path / "d.jsonl", "https://a.example/")
    with delivered.held(), pytest.raises(StoreBusy), delivered.held():
        pass
    with delivered.held():
        pass
    assert "s3cret" not in repr(Crm("https://a.example/", "s3cret", 1.0, 0, 0.0))


# ---- counts --------------------------------------------------------------------------------------


def test_themes_are_counted_by_call_and_name_nobody(
    kept: Locations, capsys: pytest.CaptureFixture[str]
) -> None:
    keys = (
        AgentActed(Key.OBJECTION, RATE_HZ, "fees_unfair"),
        AgentActed(Key.EXIT, 2 * RATE_HZ, "complaint"),
        AgentActed(Key.EXIT, 3 * RATE_HZ, "complaint"),
    )
    with CallStore(kept, CODEC, doors=DOORS) as store:
        writer = store.record("keys", with_sound=False)
        begun = (replace(started(), account=ACCOUNT),
                 ChannelOpened(0, "agent", Speaker.AGENT, RATE_HZ))  # fmt: skip
        writer.append(envelopes((*begun, *keys, CallEnded(4 * RATE_HZ, "hung_up")), "keys"))
        writer.close()
    themes.tell_themes(kept, ANY, as_json=True, interface="en")
    told = json.loads(capsys.readouterr().out)
    assert (told["calls"], told["wrapped_up"], told["incomplete"]) == (4, 2, 1)
    assert told["outcomes"] == {"promise": 1, "refused": 1}
    assert told["objections"] == {"fees_unfair": {"calls": 2, "times": 3}}
    assert told["complaints"] == {
        "fees_unfair": {"calls": 2, "times": 3},
        "complaint": {"calls": 1, "times": 1},
    }
    assert told["reasons"]["hardship"] == {"calls": 1, "times": 1}
    for interface in ("en", "zh-Hant", "zh-Hans"):
        themes.tell_themes(kept, ANY, as_json=False, interface=interface)
        shown = capsys.readouterr().out
        for secret in (ACCOUNT.id, "ACC-", NAME, "717", "c1", "keys", "Ann"):
            assert secret not in shown


def test_a_span_without_calls_says_so(kept: Locations, capsys: pytest.CaptureFixture[str]) -> None:
    nothing = CallFilter(since_utc="2030-01-01T00:00:00+00:00")
    themes.tell_themes(kept, nothing, as_json=False, interface="en")
    told = capsys.readouterr()
    assert (told.out, told.err) == ("", "No kept call is like that.\n")
    themes.tell_themes(kept, nothing, as_json=True, interface="en")
    assert json.loads(capsys.readouterr().out)["calls"] == 0


def test_columns_of_counts_align_in_every_language() -> None:
    item = KeptItem("objection", "fees_unfair", 1.0, 2)
    ended = [themes.Ended("promise", [item]), themes.Ended(None, [item])]
    for interface in ("en", "zh-Hant", "zh-Hans"):
        wording = Wording(calls.Texts(), Interface(interface), "en-US", Reader.REVIEWER)
        rows = list(themes.lines(themes.themes_of(ended), wording, NAMES))
        assert rows[-1].split()[-2:] == ["2", "4"]
        ends = {cell_len(row) for row in rows[-1:]} | {cell_len(rows[-2])}
        assert len(ends) == 1


# ---- the command's options -----------------------------------------------------------------------


def test_the_last_day_of_a_span_is_in_it() -> None:
    moment = "2026-11-29T14:00+08:00"
    assert Until().convert("2026-11-29", None, None) == Moment().convert("2026-11-30", None, None)
    assert Until().convert(moment, None, None) == "2026-11-29T06:00:00+00:00"
    for nothing in ("soon", "2026-02-30"):
        with pytest.raises(click.BadParameter):
            Until().convert(nothing, None, None)


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        (["--to", "x"], "--to needs --format"),
        (["--post", "http://127.0.0.1:9/", "--format", "csv"], "--post goes with neither"),
        (["--post", "--incomplete"], "--post goes with neither"),
        (["--format", "xml"], "is not one of"),
        (["--since", "soon"], "is no day or moment"),
    ],
)
def test_what_does_not_go_together_is_said(tmp_path: Path, typed: list[str], says: str) -> None:
    ran = CliRunner().invoke(kept_calls, ["outcomes", *typed, "--data-dir", str(tmp_path)])
    assert (ran.exit_code, says in ran.output) == (2, True)
    assert not list(tmp_path.iterdir())
