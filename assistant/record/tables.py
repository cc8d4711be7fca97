"""The tables of the store, and nothing that reads or writes them.

Events are the record: they are appended and never changed.  Utterances, findings and landmarks (who
was verified when, what was promised and marked, what was not heard, what was required, how the call
ended) are derived from them and kept for quick opening; reviews are a person's and are appended, so
that every judgement ever made stays; so are wrap-ups, of which the last one stands, duties: what
bears on how long calls are kept, and releases: which calls are open for training.  Tasks are
derived from a call's events as well; what their owners did with them is appended.  Columns hold
what lists, sorts and joins need: ids, times, rules, outcomes, the agent's name.  What was said, the
account, the reviewers' notes, the agents' and the reasons of releases are in sealed lines, each
with its call's own key; the reasons of duties and the payments, with keys of the store's.  The
index holds keyed hashes.
"""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    false,
    text,
)

STORE_VERSION = 10
"""The version of this layout; a store of a higher one is refused."""

METADATA = MetaData()

STORE = Table(
    "store",
    METADATA,
    Column("version", Integer, nullable=False),
    # On a server, the store's key slots; the embedded store has them in a file beside it.
    Column("keys", Text),
)

CALL_KEYS = Table(
    "call_keys",
    METADATA,
    Column("call", Text, primary_key=True),
    # The call's own key, wrapped by the store's; without it, all that is sealed is noise.
    Column("wrapped", LargeBinary, nullable=False),
)

CALLS = Table(
    "calls",
    METADATA,
    Column("id", Text, primary_key=True),
    # ISO 8601, UTC; sorts by time as text.
    Column("started_at_utc", Text, nullable=False),
    Column("zone", Text, nullable=False),
    Column("language", Text, nullable=False),
    Column("jurisdiction", Text, nullable=False),
    Column("collector", Text),
    Column("agent_name", Text, nullable=False),
    Column("agent_id", Text, nullable=False),
    Column("model", Text, nullable=False),
    Column("rules_hash", Text, nullable=False),
    Column("scripts_hash", Text, nullable=False),
    # A call is whole when its last event is kept; until then it is open or was interrupted.
    Column("whole", Boolean, nullable=False),
    # Its writer was lost; said when that is found out.
    Column("interrupted", Boolean, nullable=False, server_default=false()),
    Column("reason", Text),
    Column("duration_s", Float, nullable=False),
    Column("has_sound", Boolean, nullable=False),
    # What it was imported from (`assistant.events.Source`); empty: it ran here.
    Column("imported", Text, nullable=False, server_default=text("''")),
    Index("calls_by_time", "started_at_utc"),
)

EVENTS = Table(
    "events",
    METADATA,
    Column("call", Text, ForeignKey("calls.id"), primary_key=True),
    Column("seq", Integer, primary_key=True),
    Column("line", LargeBinary, nullable=False),
    # Keyed, over this line and the code before it.
    Column("code", LargeBinary, nullable=False, server_default=text("''")),
    sqlite_with_rowid=False,
)

UTTERANCES = Table(
    "utterances",
    METADATA,
    Column("call", Text, ForeignKey("calls.id"), primary_key=True),
    Column("id", Text, primary_key=True),
    # Order of finals in the call, from 0.
    Column("position", Integer, nullable=False),
    Column("line", LargeBinary, nullable=False),
    # What the index of words leads to.
    Index("utterances_by_position", "call", "position"),
    sqlite_with_rowid=False,
)

FINDINGS = Table(
    "findings",
    METADATA,
    Column("call", Text, ForeignKey("calls.id"), primary_key=True),
    Column("id", Text, primary_key=True),
    Column("rule", Text, nullable=False),
    Column("severity", Text, nullable=False),
    Column("verdict", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("call_s", Float, nullable=False),
    Column("line", LargeBinary, nullable=False),
    sqlite_with_rowid=False,
)

LANDMARKS = Table(
    "landmarks",
    METADATA,
    Column("call", Text, ForeignKey("calls.id"), primary_key=True),
    # The output's own sequence number.
    Column("seq", Integer, primary_key=True),
    Column("line", LargeBinary, nullable=False),
    sqlite_with_rowid=False,
)

TASKS = Table(
    "tasks",
    METADATA,
    Column("call", Text, ForeignKey("calls.id"), primary_key=True),
    Column("id", Text, primary_key=True),
    Column("kind", Text, nullable=False),
    # The desk it went to first; who has it now, the acts say.
    Column("owner", Text, nullable=False),
    Column("reason", Text, nullable=False),
    # ISO 8601, UTC.
    Column("raised_at_utc", Text, nullable=False),
    Column("due_at_utc", Text, nullable=False),
    # Whether the whole of that day counts, and whether a law sets it.
    Column("by_day", Boolean, nullable=False),
    Column("by_law", Boolean, nullable=False),
    # The call took it back.
    Column("withdrawn", Boolean, nullable=False),
    sqlite_with_rowid=False,
)

TASK_ACTS = Table(
    "task_acts",
    METADATA,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("call", Text, nullable=False),
    Column("task", Text, nullable=False),
    # receive, done, hand.
    Column("act", Text, nullable=False),
    # Of `hand`: the desk it went to; else empty.
    Column("owner", Text, nullable=False),
    Column("who", Text, nullable=False),
    Column("at_utc", Text, nullable=False),
    Column("note", LargeBinary, nullable=False),
    Index("task_acts_by_task", "call", "task", "number"),
)

REVIEWS = Table(
    "reviews",
    METADATA,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("call", Text, nullable=False),
    Column("finding", Text, nullable=False),
    Column("act", Text, nullable=False),
    Column("reviewer", Text, nullable=False),
    Column("at_utc", Text, nullable=False),
    Column("note", LargeBinary, nullable=False),
    Index("reviews_by_finding", "call", "finding", "number"),
)

WRAP_UPS = Table(
    "wrap_ups",
    METADATA,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("call", Text, nullable=False),
    Column("outcome", Text, nullable=False),
    # ISO 8601; absent: no next contact was set.
    Column("next_contact", Text, nullable=True),
    # Sealed: the note, what the outcome's fields were filled with, what the call was about.
    Column("note", LargeBinary, nullable=False),
    Column("at_utc", Text, nullable=False),
    Index("wrap_ups_by_call", "call", "number"),
)

CALL_INDEX = Table(
    "call_index",
    METADATA,
    # Grows with every call; what the words' rows name a call by.
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("call", Text, nullable=False, unique=True),
    # Keyed hash of the account's id; absent where the call has no account.
    Column("account", LargeBinary),
    Index("call_index_by_account", "account"),
)

WORD_INDEX = Table(
    "word_index",
    METADATA,
    # 32 bits of a keyed hash: see `assistant.record.search_index`.
    Column("word", Integer, primary_key=True, autoincrement=False),
    Column("number", Integer, primary_key=True, autoincrement=False),
    # The utterance's.
    Column("position", Integer, primary_key=True, autoincrement=False),
    sqlite_with_rowid=False,
)

CHAIN = Table(
    "chain",
    METADATA,
    # From 0, without a gap.
    Column("n", Integer, primary_key=True, autoincrement=False),
    Column("kind", Text, nullable=False),
    # Empty where the entry is about no call.
    Column("call", Text, nullable=False),
    Column("at_utc", Text, nullable=False),
    # Canonical JSON: what the entry commits to, as counts and hashes.
    Column("stated", Text, nullable=False),
    # Keyed, over this entry and the code before it.
    Column("code", LargeBinary, nullable=False),
    Index("chain_by_call", "call", "n"),
    Index("chain_by_kind", "kind", "n"),
)

DUTIES = Table(
    "duties",
    METADATA,
    Column("number", Integer, primary_key=True, autoincrement=True),
    # hold, release, cleared, uncleared.
    Column("act", Text, nullable=False),
    # The call it is about; empty where it is about an account,
    Column("call", Text, nullable=False),
    # whose keyed hash this is; empty where it is about a call.
    Column("account", LargeBinary, nullable=False),
    Column("who", Text, nullable=False),
    Column("at_utc", Text, nullable=False),
    # Sealed: the account's id, the reason, the day.
    Column("told", LargeBinary, nullable=False),
    Index("duties_by_call", "call", "number"),
    Index("duties_by_account", "account", "number"),
)

PAYMENTS = Table(
    "payments",
    METADATA,
    # Keyed hash of what makes a payment one: see `assistant.record.payments`.
    Column("mark", LargeBinary, primary_key=True),
    # The import that brought it, from 1.
    Column("batch", Integer, nullable=False),
    # Keyed hash of the account's id, as in the index of calls.
    Column("account", LargeBinary, nullable=False),
    # Sealed: the account's id, amount, day, reference.
    Column("told", LargeBinary, nullable=False),
    Index("payments_by_account", "account"),
    Index("payments_by_batch", "batch", "mark"),
)

RELEASES = Table(
    "releases",
    METADATA,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("call", Text, nullable=False),
    # released, withdrawn; the last one stands.
    Column("act", Text, nullable=False),
    Column("who", Text, nullable=False),
    Column("at_utc", Text, nullable=False),
    # The reason, sealed with the call's key.
    Column("reason", LargeBinary, nullable=False),
    Index("releases_by_call", "call", "number"),
)

USERS = Table(
    "users",
    METADATA,
    Column("name", Text, primary_key=True),
    Column("role", Text, nullable=False),
    # The id that this user's calls carry.
    Column("agent_id", Text, nullable=False),
    # Argon2, as its library writes it; empty: the operating system says who it is.
    Column("password", Text, nullable=False),
    Column("at_utc", Text, nullable=False),
    # Whoever was removed stays, so that the store never looks as if it had had no users.
    Column("removed", Boolean, nullable=False),
    # Keyed, over the row.
    Column("code", LargeBinary, nullable=False),
)
