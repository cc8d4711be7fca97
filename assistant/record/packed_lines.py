"""The form in which an event's line is sealed: packed, where that makes it shorter.

Owns that form and its reading.  A line is JSON and begins with a brace; packed it begins with the
number of its dictionary, then come a raw DEFLATE stream (RFC 1951) and zeros up to a full multiple
of thirty-two bytes.  The dictionary is what lines have in common, and the call's id, so that even a
line of a hundred bytes shrinks to a third.  It is never changed, because what was packed with it is
evidence: a better one takes the next number.

Packing makes lengths tell of contents.  Where somebody can have their own words packed together
with a secret, and see the length of it again and again, they can guess the secret byte by byte.
Here each line is packed alone, with nothing but the dictionary, and once; what one person said
shares a line with nobody's secret, and an event that carries an account is not packed at all.  What
is left is that a length says about how long an utterance was: it said so before, to the byte, and
is rounded up now.
"""

from __future__ import annotations

import zlib

_FORM = b"\x01"
_BLOCK = 32
# Raw: the seal says already whether it is whole.
_BITS = -15
_LEVEL = 6


def packed(line: bytes, call: str) -> bytes:
    """An event's line of a call as it is sealed."""
    stream = zlib.compressobj(_LEVEL, zlib.DEFLATED, _BITS, zdict=_dictionary(call))
    short = _FORM + stream.compress(line) + stream.flush()
    short += bytes(-len(short) % _BLOCK)
    return short if len(short) < len(line) else line


def unpacked(sealed: bytes, call: str) -> bytes:
    """The line that was sealed, packed or not.

    Raises:
        ValueError: it is in no form that this program knows.
    """
    if not sealed.startswith(_FORM):
        return sealed  # as it always was; whoever reads it says so if it is no event
    stream = zlib.decompressobj(_BITS, zdict=_dictionary(call))
    try:
        line = stream.decompress(sealed[len(_FORM) :])
    except zlib.error:
        raise ValueError("stream") from None
    if not stream.eof or stream.unused_data.strip(b"\0"):
        raise ValueError("stream")
    return line


def _dictionary(call: str) -> bytes:
    return _COMMON + call.encode("utf-8", "surrogatepass")


# The rarest first: what is frequent is found nearer by.
_COMMON = (
    b'"type":"task_raised","event":{"task":{"id":"t1","kind":"vulnerable","owner":"specialist",'
    b'"reason":"distress","raised_s":0.0,"evidence":[{"of":"route","slug":"","at_s":0.0,'
    b'"utterance":"customer-1","finding":"customer-1.ROUTE-"}]},"raised_at_utc":"2026-00+00:00",'
    b'"due_at_utc":"2026-00T23:59+00:00","by_day":true,"by_law":false,"call_s":'
    b'"type":"ended","event":{"duration_s":0.0,"reason":"hung_up","not_assessable":["US-","TW-",'
    b'"type":"promise_changed","event":{"promised":{"number":1,"parts":[{"amount":"","currency":'
    b'"USD","day":"2026-","method":"debit_card","doubts":[]}],"line":""},"status":"proposed",'
    b'"confirmed","call_s":"type":"statement_changed","event":{"statement":{"id":"recording_notice"'
    b',"state":"said","missing":[],"interrupted":false},"call_s":"type":"verification_changed",'
    b'"event":{"verified":true,"proposed":false,"reason":"heard","call_s":'
    b'"type":"finding_changed","event":{"finding":{"id":"agent-1.US-03","rule":"US-03","family":'
    b'"third_party_disclosure","kind":"forbidden","severity":"critical","major","minor","verdict":'
    b'"breach","check","status":"confirmed","provisional","utterance_id":"agent-1",'
    b'"utterance_index":1,"start":1,"end":1,"start_s":1.0,"end_s":1.0,"explanation":{"id":"US-03.'
    b'explanation","params":[]},"do_now":{"id":"US-03.do_now","params":[]},"say_now":{"id":"US-03.'
    b'say_now.0","params":[]},"trial":false,"found_by":{"how":"phrase","what":"","detector":"",'
    b'"closeness":1.0,"guards":[["negated",false],["reported",false],["advised",false],["quoted",'
    b'false]],"context":[["listener","customer"],["verified","true"],["collector","agency"]]},'
    b'"note":null},"call_s":"type":"agent_acted","event":{"act":"","sample":0,"argument":""}}'
    b'"type":"utterance_final","event":{"id":"customer-1","index":1,"speaker":"customer","text":"'
    b'"id":"agent-1","index":1,"speaker":"agent","text":"","words":[{"text":"","start_s":1.0,'
    b'"end_s":1.0,"confidence":0.9},{"text":"","start_s":1.02,"end_s":1.05,"confidence":1.0}],'
    b'"start_s":1.0,"end_s":1.0,"heard":""}}'
    b'"type":"final_recognised","event":{"channel":1,"sample":0,"text":"","words":[{"text":"",'
    b'"start":1,"end":1,"confidence":0.9},{"text":"","start":1,"end":1,"confidence":1.0}]}}'
    b'{"schema":1,"call":"","seq":1,"type":"partial_recognised","event":{"channel":0,"sample":1,'
    b'"text":""}}{"schema":1,"call":"","seq":1,"type":"audio_advanced","event":{"channel":1,'
    b'"sample":000,"level_db":-Infinity}}000,"level_db":-50.0}}{"schema":1,"call":"'
)
