"""The field's terms: what a slug is called on a screen.

Owns tables from slugs (stages, exits, objections, families, identifiers, …) to English message ids.
It translates nothing; `Wording.term` does, in the language of the moment.
"""

from __future__ import annotations

from collections.abc import Mapping

from assistant.interface_text import N_

Terms = Mapping[str, str]

STAGES: Terms = {
    "opening": N_("Opening"),
    "verification": N_("Identity"),
    "purpose": N_("Purpose"),
    "situation": N_("Situation"),
    "impact": N_("Impact"),
    "options": N_("Options"),
    "commitment": N_("Commitment"),
    "recap": N_("Recap"),
    "close": N_("Close"),
    "third_party": N_("Third party"),
    "wrong_number": N_("Wrong number"),
    "screener": N_("Call screener"),
    "voicemail": N_("Voicemail"),
    "dispute": N_("Dispute"),
    "hardship": N_("Hardship"),
    "vulnerable": N_("Distress"),
    "complaint": N_("Complaint"),
    "represented": N_("Represented"),
    "cease_contact": N_("Cease contact"),
    "deceased": N_("Deceased"),
    "insolvency": N_("Insolvency"),
    "callback": N_("Callback"),
    "abuse": N_("Abuse"),
    "language_barrier": N_("Language barrier"),
    "recording_refused": N_("Recording refused"),
}

REPAYMENTS: Terms = {
    "cure": N_("all that is overdue"),
    "parts": N_("in two parts"),
    "minimum": N_("the minimum"),
    "plan": N_("instalments"),
    "hardship_plan": N_("hardship plan"),
    "limit": N_("change of the limit"),
    "settlement": N_("settlement"),
    "review": N_("review of the case"),
}

PROMISES: Terms = {
    "proposed": N_("promise, not confirmed"),
    "confirmed": N_("promise confirmed"),
    "dismissed": N_("no promise after all"),
}

OBJECTIONS: Terms = {
    "cannot_pay": N_("cannot pay"),
    "lost_job": N_("lost job"),
    "illness": N_("illness"),
    "bereavement": N_("bereavement"),
    "waiting_for_pay": N_("waiting for pay"),
    "already_paid": N_("already paid"),
    "amount_wrong": N_("amount is wrong"),
    "not_mine": N_("not my debt"),
    "fraud": N_("fraud"),
    "too_much_at_once": N_("too much at once"),
    "another_debt_first": N_("another debt first"),
    "spouse_decides": N_("spouse decides"),
    "partner_debt": N_("partner's debt"),
    "no_time_now": N_("no time now"),
    "prove_it": N_("prove it"),
    "stop_calling": N_("stop calling"),
    "talk_to_lawyer": N_("talk to my lawyer"),
    "fees_unfair": N_("fees are unfair"),
    "rate_too_high": N_("rate is too high"),
    "bad_service": N_("bad service"),
    "credit_already_ruined": N_("credit already ruined"),
    "is_this_a_scam": N_("is this a scam"),
    "refuse_identity": N_("refuses identity check"),
    "refuse_recording": N_("refuses recording"),
    "will_not_pay": N_("will not pay"),
    "distress": N_("upset or distressed"),
}

FAMILIES: Terms = {
    "threat": N_("Threat"),
    "abuse": N_("Insult"),
    "false_arrest": N_("False arrest"),
    "false_legal_action": N_("Legal action"),
    "impersonation": N_("Impersonation"),
    "third_party_disclosure": N_("Disclosure to a third party"),
    "third_party_pressure": N_("Pressure through others"),
    "skip_tracing": N_("Asking others"),
    "workplace": N_("Workplace"),
    "hours": N_("Calling hours"),
    "frequency": N_("Call frequency"),
    "recording": N_("Recording"),
    "collector_disclosure": N_("Who is calling"),
    "payment_channel": N_("Payment channel"),
    "credit_record": N_("Credit record"),
    "ignored_request": N_("Request ignored"),
    "induced_borrowing": N_("Borrowing to repay"),
    "verify_first": N_("Identity first"),
    "publicising": N_("Publicising"),
    "vulnerable": N_("Distress"),
    "time_barred": N_("Time-barred debt"),
    "amount": N_("Amount"),
}

IDENTIFIERS: Terms = {
    "birth_date": N_("date of birth"),
    "birth_year": N_("year of birth"),
    "id_last4": N_("ID, last four"),
    "ssn_last4": N_("SSN, last four"),
    "card_last4": N_("card, last four"),
    "phone_last4": N_("phone, last four"),
    "postal_code": N_("postal code"),
    "zip_code": N_("ZIP code"),
    "street_number": N_("street number"),
    "address": N_("address"),
    "mother_maiden_name": N_("mother's maiden name"),
}

TRAPS: Terms = {
    "broken_promise": N_("a promise was broken: do not reproach"),
    "disputed_item": N_("an item is disputed"),
    "shared_phone": N_("others may answer this phone"),
    "third_party_answers": N_("others may answer this phone"),
    "hardship": N_("hardship was told before"),
    "vulnerable": N_("vulnerable: go gently"),
    "represented": N_("represented: speak to the representative"),
    "time_barred": N_("time-barred: no pressure, no promise"),
    "complaint_open": N_("a complaint is open"),
    "workplace_number": N_("this is a workplace number"),
    "many_contacts": N_("contacted often lately"),
    "language": N_("may prefer another language"),
}

STRATEGIES: Terms = {
    "reminder": N_("Reminder"),
    "early": N_("Early stage"),
    "middle": N_("Middle stage"),
    "late": N_("Late stage"),
    "pre_legal": N_("Before legal steps"),
    "emergency": N_("Emergency"),
    "hardship": N_("Hardship"),
    "broken_promise": N_("Promise not kept"),
    "unresponsive": N_("Long without an answer"),
}

CASE_FACTS: Terms = {
    "legal_review": N_("legal steps are being examined"),
    "suit_filed": N_("a suit"),
    "judgment": N_("a judgment"),
}

SEVERITIES: Terms = {
    "critical": N_("critical"),
    "major": N_("major"),
    "minor": N_("minor"),
    "hint": N_("hint"),
}

ROUTED = N_("said by the caller")
"""What stands in place of a verdict where a caller's words route the call: they are no breach."""

VERDICTS: Terms = {
    "breach": N_("breach"),
    "check_facts": N_("check the facts"),
    "not_assessable": N_("not assessable"),
}

LAW_STATUS: Terms = {
    "verified": N_("checked against the text of the law"),
    "secondary": N_("from a secondary source"),
    "memory": N_("not checked yet: from memory"),
    "policy": N_("house policy, not law"),
}

SPEAKERS: Terms = {
    "agent": N_("Agent"),
    "customer": N_("Customer"),
    "third_party": N_("Other"),
    "unknown": N_("Speaker"),
}

JURISDICTIONS: Terms = {
    "us": N_("United States"),
    "tw": N_("Taiwan"),
    "cn": N_("Mainland China"),
    "hk": N_("Hong Kong"),
    "uk": N_("United Kingdom"),
}

COLLECTORS: Terms = {
    "in-house": N_("in-house"),
    "agency": N_("agency"),
    "debt_buyer": N_("debt buyer"),
}

END_REASONS: Terms = {
    "hung_up": N_("hung up"),
    "end_of_recording": N_("end of the recording"),
    "cancelled": N_("cancelled"),
    "failed": N_("cut short by a fault"),
    "suspended": N_("the computer slept for too long"),
}

PASSED: Terms = {
    "specialist": N_("the specialist"),
    "supervisor": N_("the supervisor"),
    "desk": N_("another desk"),
}

STATEMENTS: Terms = {
    "institution": N_("who is calling"),
    "recording_notice": N_("that the call is recorded"),
    "collector": N_("that this is a debt collector"),
    "from_collector": N_("that this is a debt collector"),
    "mini_miranda": N_("that this is a debt collector"),
    "institution_early": N_("who is calling"),
    "agency": N_("which agency calls, and for which bank"),
    "third_party_purpose": N_("only a message or a way to reach them"),
    "amount_stated": N_("the amount due"),
    "annual_rate": N_("the annual rate"),
    "distress_answered": N_("whether they are safe"),
    "dispute_channel": N_("where to complain"),
    "dispute_rights": N_("that it may be disputed"),
    "hardship_offer": N_("what help there is"),
    "recap": N_("what was agreed"),
    "reporting_notice": N_("that reporting is announced in writing"),
    "purpose": N_("why you are calling"),
    "agent_name": N_("your name"),
    "agent_id": N_("your staff number"),
    "complaint_channel": N_("where to complain"),
    "free_advice": N_("where free debt advice is"),
    "dispute_outcome": N_("what follows a dispute"),
    "vulnerability_pause": N_("that the account is paused"),
    "remaining_debt": N_("what remains of the debt"),
    "agency_notice": N_("that the bank gave notice of the agency"),
}

STATEMENT_STATES: Terms = {
    "due": N_("due"),
    "partial": N_("half said"),
    "said": N_("said"),
    "missed": N_("missed"),
    "cannot_tell": N_("cannot tell"),
}

DOINGS: Terms = {
    "verified": N_("is the right person"),
    "verification_withdrawn": N_("is not confirmed any more"),
    "third_party": N_("somebody else is on the line"),
    "customer_back": N_("the customer is back"),
    "commitment": N_("promises to pay"),
}
"""What a key says that the customer did; exits and objections have their own terms."""

LINK_REFUSALS: Terms = {
    "jurisdiction": N_("not linked: the account is under another law than this call"),
    "collector": N_("not linked: somebody else collects this account (--collector)"),
    "ended": N_("not linked: the call is over"),
}
"""Why an account was not linked to a call."""

NOT_FOUND: Terms = {
    "account": N_("no account of that id is known: the call goes on without"),
    "record": N_("the account's record cannot be read: the call goes on without"),
    "source": N_("the accounts do not answer: the call goes on without"),
}
"""Why the account of a row of the work list is not there."""

GAPS: Terms = {
    "paused": N_("microphone closed for {seconds} s"),
    "refused": N_("not listened to for {seconds} s: recording refused"),
    "before_notice": N_("{seconds} s before the recording notice are not kept"),
    "music": N_("{seconds} s of music: no words are taken from it"),
}
"""Sound that was not heard on purpose; any other gap was lost."""

LOST: Terms = {
    "device_lost": N_("the device was gone"),
    "stalled": N_("the device gave no sound"),
    "overrun": N_("lost on the way from the device"),
    "suspended": N_("the computer was asleep or busy"),
    "recogniser_failed": N_("the recogniser had stopped"),
    "truncated": N_("the recording breaks off"),
}
"""Why sound that should have been heard was not."""

RECORDING: Terms = {
    "off": N_("nothing is kept"),
    "waiting": N_("kept from the recording notice on: n"),
    "refused": N_("recording refused: not listening"),
}

KEPT: Terms = {
    "audio": N_("sound and words are kept"),
    "transcript": N_("words are kept, no sound"),
    "findings": N_("findings are kept, no words"),
    "nothing": N_("nothing is kept"),
}
