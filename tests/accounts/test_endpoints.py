"""An endpoint as a source, asked over a real connection: what it gives, and every way to fail."""

from __future__ import annotations

import json
import time
from decimal import Decimal

import pytest

from assistant.accounts.endpoints import TOKEN, EndpointSource, token_of
from assistant.accounts.source import Found, SourceFailed, TooMany
from assistant.shift.mapping import ListMapping
from compliance.errors import MissingPart
from tests.accounts.endpoint import Answer, Asked, endpoint
from tests.accounts.records import NOW, PEOPLE, own_form, record

Told = tuple[int, bytes, dict[str, str]]


def told(value: object, status: int = 200, **headers: str) -> Told:
    body = value if isinstance(value, bytes) else json.dumps(value).encode()
    return status, body, headers


def knows(one: Asked, _number: int) -> Told:
    """Answers as a core system would: a list, empty where nobody is."""
    if "id" in one.asked:
        return told([person for person in PEOPLE if person["account"] == one.asked["id"]])
    if "phone" in one.asked:
        wanted = one.asked["phone"][-7:]
        return told([p for p in PEOPLE if wanted in str(p["number"]).replace("-", "")])
    return told({"accounts": PEOPLE, "as_of": "2026-11-29T08:00:00+00:00"})


def source(url: str, *, timeout_s: float = 0.3, **options: object) -> EndpointSource:
    given: dict[str, object] = {"mapping": ListMapping(), "now": lambda: NOW,
                                "clock": time.monotonic, "backoff_s": 0.0, **options}  # fmt: skip
    return EndpointSource(url, timeout_s=timeout_s, **given)  # type: ignore[arg-type]


def ids(found: Found) -> list[str]:
    return [one.account.id for one in found.accounts]


@pytest.mark.parametrize("post", [False, True])
def test_every_way_and_how_fresh(*, post: bool) -> None:
    with endpoint(knows) as running:
        core = source(running.url, token="s3cret", post=post)
        (found,) = core.by_id("A1").accounts
        assert found.account.overdue_amount == Decimal("1234.50")
        assert (found.as_of, found.source) == (NOW, "127.0.0.1")
        assert ids(core.by_id("nobody & co?")) == []
        assert ids(core.by_phone("(212) 555 0100")) == ["A1", "A2"]
        by_name = core.by_name("ann")
        assert ids(by_name) == ["A1", "A2", "B1"]
        assert by_name.accounts[0].as_of != NOW
        assert core.check().unread == ()
        assert core.check("A1").read == 1
        assert "the id is not there" in str(core.check("A7").unread[0])
    assert {one.token for one in running.asked} == {"Bearer s3cret"}
    assert {one.method for one in running.asked} == {"POST" if post else "GET"}
    assert running.asked[1].asked == {"id": "nobody & co?"}
    assert running.asked[2].asked == {"phone": "2125550100"}


def test_one_record_alone_amounts_as_figures_and_an_accounts_own_form() -> None:
    with endpoint(lambda _one, _n: told(record("A1", overdue_amount=0.01, minimum_due=25))) as run:
        (found,) = source(run.url).by_id("A1").accounts
        assert found.account.overdue_amount == Decimal("0.01")
    identifiers = [{"kind": "id_last4", "expected": "6789"}]
    with endpoint(lambda _one, _n: told([own_form("A1", identifiers=identifiers)])) as run:
        (found,) = source(run.url).by_id("A1").accounts
        assert found.account.identifiers[0].kind == "id_last4"


def test_what_does_not_fit_what_was_asked_is_left_out_and_a_bad_record_told() -> None:
    answer = [record("A1"), record("A2"), record("A3", overdue_amount="-1"), 7]
    with endpoint(lambda _one, _n: told(answer)) as running:
        found = source(running.url).by_id("A2")
    assert ids(found) == ["A2"]
    assert [(bad.row, bad.why[0][0]) for bad in found.unread] == [(3, "overdue_amount"), (4, "")]
    many = [record(f"A{number}") for number in range(60)]
    with endpoint(lambda _one, _n: told(many)) as running, pytest.raises(TooMany):
        source(running.url).by_name("Ann")


def test_an_unknown_account_is_none() -> None:
    with endpoint(lambda _one, _n: told(b"", 404)) as running:
        assert source(running.url).by_id("A1") == Found()
    assert len(running.asked) == 1


def test_a_server_in_trouble_is_asked_again() -> None:
    with endpoint(lambda one, n: told(b"", 500) if n == 0 else knows(one, n)) as running:
        assert ids(source(running.url).by_id("A1")) == ["A1"]
    assert len(running.asked) == 2


FAILURES: list[tuple[str, Answer, int]] = [
    ("answers with status 500", lambda _a, _n: told(b"A1 broke", 500), 3),
    ("answers with status 503", lambda _a, _n: told(b"", 503, **{"Retry-After": "3600"}), 3),
    ("answers with status 429", lambda _a, _n: told(b"", 429), 3),
    ("answers with status 400", lambda _a, _n: told(b"A1?", 400), 1),
    ("answers with status 204", lambda _a, _n: told(b"", 204), 1),
    ("refuses the token", lambda _a, _n: told(b"", 401), 1),
    ("refuses the token", lambda _a, _n: told(b"", 403), 1),
    ("is not JSON", lambda _a, _n: told(b"<html>A1</html>"), 1),
    ("is not JSON", lambda _a, _n: told(b""), 1),
    ("is not JSON", lambda _a, _n: told(b"[" * 100_000), 1),
    ("is not JSON", lambda _a, _n: told(b"\xff\xfe\x00"), 1),
    ("more than 4000000 bytes", lambda _a, _n: told(b" " * 4_000_001), 1),
    ("as_of", lambda _a, _n: told({"accounts": [], "as_of": "today"}), 1),
    ("as_of", lambda _a, _n: told({"accounts": [], "as_of": "2026-11-29T08:00:00"}), 1),
    ("another host", lambda _a, _n: told(b"", 302, Location="http://127.0.0.2/x"), 1),
    ("another host", lambda _a, _n: told(b"", 307, Location="https://evil.example/x"), 1),
    ("without an end", lambda _a, _n: told(b"", 302, Location="/accounts"), 4),
    ("does not answer in time", lambda _a, _n: None, 2),
    ("breaks its answer off", lambda _a, _n: told(b"[", 200, **{"Content-Length": "90"}), 1),
]


@pytest.mark.parametrize(("what", "answer", "times"), FAILURES)
def test_every_failure_is_one_line_without_what_was_asked(
    what: str, answer: Answer, times: int
) -> None:
    with endpoint(answer) as running:
        began = time.monotonic()
        with pytest.raises(SourceFailed) as caught:
            source(running.url, token="s3cret").by_id("A1")
        assert time.monotonic() - began < 3
        assert len(running.asked) == times
    message = str(caught.value)
    assert what in message
    assert "\n" not in message
    for secret in ("A1", "s3cret", "html"):
        assert secret not in message
    assert caught.value.exit_status == 3


def test_the_same_host_may_point_elsewhere_on_itself() -> None:
    def moved(one: Asked, number: int) -> Told:
        return told(b"", 308, Location="/v2/accounts") if number == 0 else knows(one, number)

    with endpoint(moved) as running:
        assert ids(source(running.url, token="t").by_id("A1")) == ["A1"]
    assert [one.path for one in running.asked] == ["/accounts", "/v2/accounts"]
    assert running.asked[1].asked == {"id": "A1"}


def test_nobody_listens() -> None:
    with endpoint(knows) as running:
        url = running.url
    with pytest.raises(SourceFailed, match="cannot be reached"):
        source(url).by_id("A1")


def test_a_proxy_is_not_asked_for_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.delenv("NO_PROXY", raising=False)
    with endpoint(knows) as running:
        assert ids(source(running.url).by_id("A1")) == ["A1"]


def test_an_answer_in_drops_is_given_up() -> None:
    moments = iter([0.0, 0.1, 99.0])
    with endpoint(lambda _a, _n: told(b" " * 1_000_000)) as running:
        core = source(running.url, clock=lambda: next(moments, 99.0))
        with pytest.raises(SourceFailed, match="in time"):
            core.by_id("A1")


def test_the_token_comes_from_the_environment() -> None:
    assert token_of(None, {}) == ""
    assert token_of(None, {TOKEN: " abc "}) == "abc"
    assert token_of("CORE", {"CORE": "x", TOKEN: "y"}) == "x"
    with pytest.raises(MissingPart, match="CORE is not set"):
        token_of("CORE", {TOKEN: "y"})
    with pytest.raises(MissingPart, match="no token"):
        token_of(None, {TOKEN: "a\nb"})
