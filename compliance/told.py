"""What a key says of the customer, in the marks that rules go by.

Where the customer is not heard, or was misheard, the agent's keys tell what they did.  Owns the
table from the slugs of such keys (exits, stages, objections of a script) to the marks of a call
(`CallContext.past`): the route that their words would have taken, the events that would have been
heard, the facts that hold from there on.  It judges nothing.
"""

from __future__ import annotations

from collections.abc import Mapping

MARKS: Mapping[str, tuple[str, ...]] = {
    # exits
    "wrong_number": ("ROUTE-wrong_person",),
    "third_party": ("ROUTE-third_party",),
    "dispute": ("ROUTE-dispute", "event:dispute_voiced", "state:disputed"),
    "hardship": ("event:hardship_voiced",),
    "vulnerable": ("ROUTE-distress", "event:distress_voiced", "state:vulnerable"),
    "complaint": ("ROUTE-complaint", "event:complaint_voiced"),
    "represented": ("ROUTE-lawyer", "event:lawyer_voiced", "state:represented"),
    "cease_contact": ("ROUTE-cease_contact", "event:stop_voiced", "state:cease_contact"),
    "deceased": ("state:deceased",),
    "insolvency": ("ROUTE-insolvency", "state:insolvency"),
    "callback": ("ROUTE-inconvenient",),
    "language_barrier": ("ROUTE-interpreter",),
    "recording_refused": ("ROUTE-refuses_recording",),
    # stages
    "commitment": ("event:payment_agreed",),
    # objections
    "lost_job": ("event:hardship_voiced",),
    "cannot_pay": ("event:hardship_voiced",),
    "illness": ("ROUTE-illness", "event:hardship_voiced"),
    "bereavement": ("ROUTE-bereavement",),
    "already_paid": ("ROUTE-paid",),
    "amount_wrong": ("ROUTE-dispute", "event:dispute_voiced", "state:disputed"),
    "not_mine": ("ROUTE-dispute", "event:dispute_voiced", "state:disputed"),
    "fraud": ("ROUTE-dispute", "event:dispute_voiced", "state:disputed"),
    "prove_it": ("ROUTE-dispute", "event:dispute_voiced"),
    "stop_calling": ("ROUTE-cease_contact", "event:stop_voiced", "state:cease_contact"),
    "talk_to_lawyer": ("ROUTE-lawyer", "event:lawyer_voiced", "state:represented"),
    "no_time_now": ("ROUTE-inconvenient",),
    "is_this_a_scam": ("ROUTE-scam_question",),
    "refuse_recording": ("ROUTE-refuses_recording",),
    "will_not_pay": ("state:will_not_pay",),
}

STANDS_FOR_WORDS = frozenset({"commitment"})
"""Keys that only move the script where the customer is heard; elsewhere they stand for words."""
