"""What the command `calls release` does.

Owns what is checked before a call is released for training, and what the user is told of it.
"""

from __future__ import annotations

from assistant.archive.desk import opened, plain_wording, tell_user
from assistant.interface_text import N_
from assistant.record.kept import CallState
from assistant.record.locations import Locations
from assistant.record.permissions import Act
from assistant.record.releases import NotReleased, Release, ReleaseAct, add_release

RELEASED = N_("Released for training: {call}. Trainers see a copy and never the call itself.")
LOOK_FIRST = N_("This is the copy: assistant calls show {call} --for-training")
NOBODY_KNOWN = N_(
    "No account is known for this call: names that nobody announced may still stand in it. Read the"
    " copy, and take the release back with --undo if one does."
)
WITHDRAWN = N_("Taken back: {call}. No trainer sees it any more.")


def release_call(
    locations: Locations, call: str, *, undo: bool, reason: str, interface: str
) -> None:
    """Release a call for training, or take it back.

    Raises:
        NotReleased: it still runs, or nothing would change.
        NotPermitted: who is signed in may not.
    """
    wording = plain_wording(interface)
    with opened(locations) as store:
        # The entry of the release says itself who it was.
        store.need(Act.RELEASE, call, written=False)
        if not undo and store.call(call).state is CallState.OPEN:
            raise NotReleased("the call is still running", "Release it when it has ended.")
        known = bool(store.shown_accounts(call))
        act = ReleaseAct.WITHDRAWN if undo else ReleaseAct.RELEASED
        add_release(
            store.opened, Release(call, act, store.user, store.opened.at_utc(), reason.strip())
        )
    if undo:
        tell_user(wording.text(WITHDRAWN, call=call))
        return
    tell_user(wording.text(RELEASED, call=call))
    tell_user(wording.text(LOOK_FIRST, call=call))
    if not known:
        tell_user(wording.text(NOBODY_KNOWN))
