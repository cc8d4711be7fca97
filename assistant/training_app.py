"""The trainer's application: a kept call on the call screen, played again with its sound.

Owns what `assistant train replay` does: it takes the call out of the store, lays it out, opens the
sound and shows it.  It judges and keeps nothing.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable
from contextlib import ExitStack

from textual.app import SystemCommand
from textual.screen import Screen

from assistant.app import CallApp
from assistant.archive.studied import study
from assistant.events import CallStarted
from assistant.interface_text import N_
from assistant.kept_guidance import Guided, KeptGuidance
from assistant.record.kept import CallState
from assistant.record.kept_sound import SideBySide, Sound
from assistant.record.locations import Locations
from assistant.record.store import CallStore
from assistant.review.texts import KeptTexts
from assistant.rules_in_force import RulesInForce
from assistant.screens.call import CallScreen
from assistant.screens.setup import CallSetup, Mode
from assistant.screens.training import ReplayDesk, TrainingScreen
from assistant.screens.training_keys import TRAINING_KEYS
from assistant.signing_in import guarded
from assistant.speech.native_output import native_output_kept_off_screen
from assistant.speech.playback import open_player
from assistant.training.plan import plan_replay
from assistant.training.replay import Replay, Voice
from assistant.wording import Reader
from compliance.errors import AssistantError

Guide = Callable[[CallStarted], Guided]
"""For a call's id and its first event, what it is played again with."""

NO_SOUND = N_("No sound was kept with this call.")
NOW_RULES = N_("The rules have changed since this call: the flags are those of today.")
COPY = N_("A copy for training: names, numbers and amounts are covered, in the sound as well.")
CUT_OFF = N_("The recording was cut off; what came before is whole.")


class TrainingApp(CallApp):
    """A kept call, played again.

    Args:
        setup: as for a call; its brief is left out.
        replay: the call.
    """

    def __init__(self, setup: CallSetup, replay: Replay) -> None:
        super().__init__(setup, ReplayDesk())
        self.training = TrainingScreen(setup, self.wording, replay)
        self.call_screen: CallScreen = self.training
        self.title = "assistant train replay"

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        """What the keys do, then languages, themes and leaving as on every screen."""
        text = self.wording.text
        if screen is self.training:
            for entry in TRAINING_KEYS:
                if entry.label:
                    yield SystemCommand(
                        text(entry.label),
                        text(entry.help),
                        lambda command=entry.command: self.training.play_again(command),
                    )
        else:
            yield from super().get_system_commands(screen)


def run_train_replay(
    locations: Locations,
    call: str,
    *,
    guide: Guide | None = None,
    interface: str,
    theme: str = "dark",
    speed: float = 1.0,
    with_sound: bool = True,
    copy: bool = False,
) -> int:
    """Play a kept call until the user leaves; the exit status.

    Args:
        locations: where the calls are kept.
        call: the call's id.
        guide: makes the session that the stored inputs are fed to; by default with the rules and
            scripts in force now.
        interface: language tag of the interface; empty: the call's.
        theme: `dark` or `light`.
        speed: the pace to begin with, 0.5 to 4.
        with_sound: whether to look for a sound device at all.
        copy: whether the redacted copy is wanted by whoever might see the call itself.

    Raises:
        UnknownCall: there is no such call.
        NotPermitted: who is signed in may see neither the call nor its copy.
        StoreFault: the store or the sound cannot be read.
    """
    with ExitStack() as open_things:
        # Sound services talk on the terminal when they are opened.
        open_things.enter_context(native_output_kept_off_screen())
        store = open_things.enter_context(CallStore(locations))
        guarded(store, os.environ)
        studied = study(store, call) if copy or store.studies_only else None
        if studied is not None:
            store = studied.original
        kept = store.call(call)
        plan = plan_replay(store.events(call), store.utterances(call), store.findings(call))
        started = plan.inputs[0] if plan.inputs else None
        if not isinstance(started, CallStarted):
            raise AssistantError(
                f"The call {call} has no beginning in the store", "Choose another call."
            )
        guided = (guide or KeptGuidance(RulesInForce.at(locations)).guide)(started)
        sound: Sound | None = None
        if with_sound:
            sound = studied.sound() if studied is not None else store.sound(call)
        voice, rate_hz, silence = _voice(sound, open_things) if with_sound else (None, 8000, "")
        # The screen keeps the last one in sight: what matters most comes last.
        notices = [silence] if silence else []
        if studied is not None:
            notices.append(COPY)
        if kept.state is CallState.INTERRUPTED:
            notices.append(CUT_OFF)
        if guided.rules_hash != started.rules_hash:
            notices.append(NOW_RULES)
        replay = Replay(
            plan,
            call=call,
            session=studied.session(guided.session) if studied is not None else guided.session,
            now=time.monotonic,
            voice=voice,
            rate_hz=rate_hz,
        )
        open_things.callback(replay.close)
        replay.set_speed(speed)
        setup = CallSetup(
            rules=KeptTexts(guided.texts),
            call_language=started.header.language,
            jurisdiction=started.header.jurisdiction,
            account=started.account if studied is None else None,
            mode=Mode.TRAIN,
            kept=True,
            interface=interface,
            theme=theme,
            notices=tuple(notices),
            talk_offs=guided.talk_offs if studied is None else {},
            brief=False,
            reader=Reader.TRAINER,
            tasks=guided.tasks,
        )
        return TrainingApp(setup, replay).run_to_end()


def _voice(sound: Sound | None, open_things: ExitStack) -> tuple[Voice | None, int, str]:
    """What plays the sound, the rate of its positions, and a line where there is no sound."""
    if sound is None:
        return None, 8000, NO_SOUND
    open_things.callback(sound.close)
    both = SideBySide(sound)
    player, notice = open_player(both)
    return player, both.rate_hz, notice
