"""Who may: the table of permissions, users, signing in, and the log of it all."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from argon2 import PasswordHasher
from sqlalchemy import text

from assistant.record.access import log, read_log
from assistant.record.database import writing
from assistant.record.faults import StoreDamaged
from assistant.record.guard import FAILED, SIGNED_IN, Guard, NotPermitted, NotSignedIn, Who, sign_in
from assistant.record.locations import Locations
from assistant.record.opening import OpenStore, open_store
from assistant.record.permissions import Act, CallFacts, Role, permitted
from assistant.record.reviews import Review, ReviewAct
from assistant.record.store import CallStore
from assistant.record.triggers import changeable_again
from assistant.record.users import UserRefused, Users
from tests.record.aged import CODEC, LATELY, Clock, keep
from tests.record.pages import everything

# As cheap as the library allows: what is tested is not how long it takes.
HASHER = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
PASSWORD = "correct horse battery"

NOTHING, OWN, RELEASED = None, CallFacts(own=True), CallFacts(released=True)
EVERY, ALIEN = CallFacts(own=True, released=True), CallFacts()


@pytest.mark.parametrize(
    ("act", "at_large", "own", "alien"),
    [
        # agent, reviewer, trainer, supervisor, compliance, administrator: their initials.
        (Act.OPEN, "rsc", "arsc", "rsc"),
        (Act.STUDY, "rsc", "rsc", "rsc"),
        (Act.JUDGE, "rsc", "rsc", "rsc"),
        (Act.EXPORT, "sc", "sc", "sc"),
        (Act.IMPORT, "sc", "sc", "sc"),
        (Act.RELEASE, "sc", "sc", "sc"),
        (Act.TASKS, "rsc", "arsc", "rsc"),
        (Act.HANDLE, "rsc", "rsc", "rsc"),
        (Act.WRAP_UP, "s", "as", "s"),
        (Act.HOLD, "cA", "cA", "cA"),
        (Act.PURGE, "cA", "cA", "cA"),
        (Act.CUSTOMER, "c", "c", "c"),
        (Act.PAYMENTS, "scA", "scA", "scA"),
        (Act.FOLLOW_UP, "asc", "asc", "asc"),
        (Act.STATS, "scA", "scA", "scA"),
        (Act.VERIFY, "rscA", "rscA", "rscA"),
        (Act.BACKUP, "cA", "cA", "cA"),
        (Act.REKEY, "cA", "cA", "cA"),
        (Act.USERS, "cA", "cA", "cA"),
        (Act.AUDIT, "cA", "cA", "cA"),
    ],
)
def test_the_table(act: Act, at_large: str, own: str, alien: str) -> None:
    initials = dict(zip("artscA", ("agent", "reviewer", "trainer", "supervisor", "compliance",
                                   "administrator"), strict=True))  # fmt: skip
    for call, wanted in ((NOTHING, at_large), (OWN, own), (ALIEN, alien)):
        found = {role for role in Role if permitted(role, act, call)}
        assert found == {Role(initials[letter]) for letter in wanted}, (act, call)


def test_every_act_is_in_the_table_and_released_calls_are_a_trainers_only() -> None:
    for act in Act:
        for role in Role:
            permitted(role, act, EVERY)
    assert [act for act in Act if permitted(Role.TRAINER, act, RELEASED)] == [Act.STUDY]
    assert not permitted(Role.TRAINER, Act.STUDY, OWN)
    assert not permitted(Role.TRAINER, Act.OPEN, EVERY)
    assert not permitted(Role.AGENT, Act.OPEN, RELEASED)
    assert not permitted(Role.AGENT, Act.STUDY, EVERY)


# ---- users -------------------------------------------------------------------------------------


class Desk:
    """A store with an administrator, and hands to sign in with."""

    def __init__(self, store: OpenStore) -> None:
        self.store = store
        self.users = Users(store, HASHER)
        self.asked = 0

    def begin(self) -> None:
        self.users.add("root", "chief", Role.ADMINISTRATOR, password=PASSWORD)

    def sign_in(self, name: str = "", password: str = PASSWORD, system: str = "root") -> Guard:
        def ask() -> str:
            self.asked += 1
            return password

        return sign_in(self.store, name, system, ask, self.users)

    def log(self) -> list[tuple[str, str]]:
        return [(line.who, line.act) for line in read_log(self.store)]


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def desk(places: Locations, clock: Clock) -> Desk:
    return Desk(open_store(places, clock.doors()))


def test_without_users_whoever_sits_here_may_everything(desk: Desk) -> None:
    who = desk.sign_in("anybody").who
    assert who == Who("root")
    assert all(who.may(act) for act in Act)
    assert desk.asked == 0


def test_from_the_first_user_on_everybody_signs_in(desk: Desk) -> None:
    desk.begin()
    desk.users.add("chief", "an", Role.AGENT, agent_id="A7", password=PASSWORD)
    desk.users.add("chief", "wu", Role.REVIEWER, password=None)
    with pytest.raises(NotSignedIn, match="is none of them"):
        desk.sign_in()
    assert desk.sign_in("an").who == Who("an", Role.AGENT, "A7")
    assert desk.sign_in(system="wu").who == Who("wu", Role.REVIEWER, "wu")
    assert desk.asked == 1
    with pytest.raises(NotSignedIn, match="being the operating system's user"):
        desk.sign_in("wu")
    for name, password in (("an", "wrong horse battery"), ("an", ""), ("nobody", PASSWORD)):
        with pytest.raises(NotSignedIn, match="the name or the password is wrong"):
            desk.sign_in(name, password)
    assert desk.log()[-5:] == [
        ("an", SIGNED_IN), ("wu", SIGNED_IN), ("an", FAILED), ("an", FAILED),
        ("unknown user", FAILED),
    ]  # fmt: skip


def test_users_change_and_go(desk: Desk) -> None:
    desk.begin()
    desk.users.add("chief", "an", Role.AGENT, password=PASSWORD)
    desk.users.set_role("chief", "an", Role.REVIEWER)
    assert desk.sign_in("an").who.role is Role.REVIEWER
    desk.users.set_password("an", "an", "another horse battery")
    with pytest.raises(NotSignedIn):
        desk.sign_in("an")
    assert desk.sign_in("an", "another horse battery").who.name == "an"
    desk.users.remove("chief", "an")
    with pytest.raises(NotSignedIn):
        desk.sign_in("an", "another horse battery")
    desk.users.add("chief", "an", Role.TRAINER, password=PASSWORD)
    assert desk.sign_in("an").who.role is Role.TRAINER
    acts = [act for who, act in desk.log() if who == "chief"]
    assert acts == ["user added", "role reviewer", "user removed", "user added"]


_REFUSED: list[tuple[str, Callable[[Users], None], str]] = [
    ("first", lambda u: u.add("x", "an", Role.AGENT, password=None), "first user must be an admin"),
    ("twice", lambda u: u.add("x", "chief", Role.AGENT, password=None), "is a user chief already"),
    ("last", lambda u: u.remove("x", "chief"), "no administrator would be left"),
    ("demoted", lambda u: u.set_role("x", "chief", Role.AGENT), "no administrator would be left"),
    ("unknown", lambda u: u.set_role("x", "an", Role.AGENT), "no such user"),
    ("unknown", lambda u: u.remove("x", "an"), "no such user"),
    ("short", lambda u: u.set_password("x", "chief", "too short"), "10 to 1000 characters"),
    ("long", lambda u: u.set_password("x", "chief", "x" * 1001), "10 to 1000 characters"),
    ("empty", lambda u: u.add("x", "", Role.AGENT, password=None), "1 to 64 characters"),
    ("blank", lambda u: u.add("x", "a b", Role.AGENT, password=None), "1 to 64 characters"),
    ("escape", lambda u: u.add("x", "a\x1b[31m", Role.AGENT, password=None), "1 to 64 characters"),
    ("bidi", lambda u: u.add("x", "a\u202eb", Role.AGENT, password=None), "1 to 64 characters"),
]


@pytest.mark.parametrize(("state", "work", "says"), _REFUSED)
def test_what_is_refused(
    embedded: Locations, state: str, work: Callable[[Users], None], says: str
) -> None:
    desk = Desk(open_store(embedded, Clock().doors()))
    if state != "first":
        desk.begin()
    before = desk.users.all()
    with pytest.raises(UserRefused, match=says):
        work(desk.users)
    assert desk.users.all() == before


def test_a_password_is_not_kept_and_not_in_any_file(embedded: Locations) -> None:
    desk = Desk(open_store(embedded, Clock().doors()))
    desk.begin()
    with pytest.raises(NotSignedIn):
        desk.sign_in("chief", "a wrong password typed")
    clear = everything(embedded)
    assert b"$argon2id$" in clear
    assert PASSWORD.encode() not in clear
    assert b"a wrong password typed" not in clear


def test_too_many_tries_wait_and_a_success_forgives(desk: Desk, clock: Clock) -> None:
    desk.begin()
    desk.users.add("chief", "an", Role.AGENT, password=PASSWORD)
    for _ in range(5):
        with pytest.raises(NotSignedIn, match="is wrong"):
            desk.sign_in("an", "wrong")
    asked = desk.asked
    with pytest.raises(NotSignedIn, match=r"Wait (30|2\d) seconds"):
        desk.sign_in("an")
    assert desk.asked == asked
    assert desk.sign_in("chief").who.name == "chief"
    clock.ahead = timedelta(seconds=31)
    with pytest.raises(NotSignedIn, match="is wrong"):
        desk.sign_in("an", "wrong")
    clock.ahead = timedelta(seconds=62)
    with pytest.raises(NotSignedIn, match="Wait"):
        desk.sign_in("an")
    clock.ahead = timedelta(seconds=95)
    assert desk.sign_in("an").who.name == "an"
    with pytest.raises(NotSignedIn, match="is wrong"):
        desk.sign_in("an", "wrong")
    assert desk.sign_in("an").who.name == "an"


def test_many_failures_under_many_names_wait_as_well(embedded: Locations) -> None:
    desk = Desk(open_store(embedded, Clock().doors()))
    desk.begin()
    for number in range(50):
        log(desk.store, f"guess{number}", FAILED)
    with pytest.raises(NotSignedIn, match="quarter of an hour"):
        desk.sign_in("chief")


# ---- past the program --------------------------------------------------------------------------

_COPIED = (
    "INSERT INTO users SELECT 'eve', role, agent_id, password, at_utc, removed, code"
    " FROM users WHERE name = 'chief'"
)


@pytest.mark.parametrize(
    ("statement", "says"),
    [
        ("UPDATE users SET role = 'administrator' WHERE name = 'an'", "user an was changed"),
        ("UPDATE users SET agent_id = 'A9' WHERE name = 'an'", "user an was changed"),
        ("DELETE FROM users", "user an was removed"),
        (_COPIED, "user eve was put in"),
    ],
)
def test_a_row_written_past_the_program_lets_nobody_in(
    places: Locations, desk: Desk, statement: str, says: str
) -> None:
    desk.begin()
    desk.users.add("chief", "an", Role.AGENT, password=PASSWORD)
    with writing(desk.store.engine) as connection:
        connection.execute(text(statement))
    with pytest.raises((StoreDamaged, NotSignedIn)):
        desk.sign_in("an")
    with CallStore(places, CODEC) as store:
        assert says in store.verify(audio=False).faults


def test_users_and_accesses_verify(places: Locations, desk: Desk) -> None:
    desk.begin()
    desk.users.add("chief", "an", Role.AGENT, password=PASSWORD)
    desk.users.remove("chief", "an")
    desk.sign_in("chief")
    with CallStore(places, CODEC) as store:
        assert store.verify(audio=True).faults == ()
    with writing(desk.store.engine) as connection:
        changeable_again(connection, "chain")
        connection.execute(text("UPDATE chain SET stated = replace(stated, 'chief', 'other')"
                                " WHERE kind = 'access'"))  # fmt: skip
    with CallStore(places, CODEC) as store:
        assert any("was changed or put in" in fault for fault in store.verify(audio=False).faults)


# ---- the store's doors -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("who", "sees", "judges"),
    [
        (Who("desk"), ["mine", "theirs"], True),
        (Who("an", Role.AGENT, "A7"), ["mine"], False),
        (Who("bo", Role.AGENT, ""), [], False),
        (Who("wu", Role.REVIEWER, "wu"), ["mine", "theirs"], True),
        (Who("ty", Role.TRAINER, "A7"), [], False),
        (Who("chief", Role.ADMINISTRATOR, "A7"), [], False),
    ],
)
def test_a_store_shows_each_what_they_may_see(
    places: Locations, who: Who, sees: list[str], *, judges: bool
) -> None:
    clock = Clock()
    keep(places, "mine", LATELY, clock=clock, owner="ACC-1", agent_id="A7", reviewed=False)
    keep(places, "theirs", LATELY, clock=clock, owner="ACC-2", agent_id="A8", reviewed=False)
    keep(places, "nobodys", LATELY, clock=clock, reviewed=False)
    with CallStore(places, CODEC, doors=clock.doors()) as store:
        store.guard_with(Guard(store.opened, who))
        listed = sorted(call.id for call in store.calls() if call.id != "nobodys")
        assert listed == sees
        for call in ("mine", "theirs"):
            doors: list[Callable[[str], object]] = [
                store.call, store.start, store.utterances, store.findings, store.landmarks,
                store.reviews, store.wrap_up, lambda one: list(store.events(one)),
            ]  # fmt: skip
            for door in doors:
                if call in sees:
                    door(call)
                else:
                    with pytest.raises(NotPermitted):
                        door(call)
            sound = store.sound(call) if call in sees else None
            if sound is not None:
                sound.close()
        judgement = Review("mine", "u1.US-03", ReviewAct.CONFIRM, who.name, "2026", "")
        if judges:
            store.add_review(judgement)
        else:
            with pytest.raises(NotPermitted):
                store.add_review(judgement)
        lines = list(read_log(store.opened))
        assert store.verify(audio=False).faults == ()
    assert {line.who for line in lines} == {who.name}
    opened = [line.call for line in lines if line.act == "open"]
    assert sorted(opened) == sees
    refused = {line.call for line in lines if line.act.startswith("refused: open")}
    assert refused == {"mine", "theirs"} - set(sees)


def test_the_log_is_read_by_who_when_and_which_call(places: Locations, clock: Clock) -> None:
    store = open_store(places, clock.doors())
    log(store, "an", "open", "c1")
    clock.ahead = timedelta(hours=2)
    since = store.at_utc()
    log(store, "wu", "open", "c1")
    log(store, "wu", "open", "c2", about="x\x1b[31m")
    for question, wanted in (
        ({}, ["an c1", "wu c1", "wu c2"]),
        ({"who": "wu"}, ["wu c1", "wu c2"]),
        ({"call": "c1"}, ["an c1", "wu c1"]),
        ({"since": since}, ["wu c1", "wu c2"]),
        ({"since": since, "call": "c1", "who": "an"}, []),
    ):
        assert [f"{line.who} {line.call}" for line in read_log(store, **question)] == wanted
