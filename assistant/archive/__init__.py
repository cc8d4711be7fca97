"""Kept calls in people's hands: listed, shown, found, carried, laid open for a complaint.

`told` opens a call and puts what is kept of it in order; `covering` makes its redacted copy;
`lines` and `records` render it for a terminal and for programs; `dossier` for a complaint, with
`customer_case` and `customer_dossier` for all that is known of one customer;
`packing` and `unpacking` carry it from store to store.  Nothing here judges a call, and nothing
changes one.
"""
