"""An application that ends quietly when it fails.

Owns what a user sees of an unforeseen fault in a screen: one line with a place.  Textual's own
report prints the values of local variables, and those may hold what was said.
"""

from __future__ import annotations

import gc
import signal

from assistant.screens.key_order import OrderedKeysApp
from compliance.errors import AssistantError, place_of


class QuietApp(OrderedKeysApp):
    """Ends with an `AssistantError` instead of a traceback."""

    def _fatal_error(self) -> None:
        """Textual's hook for an unhandled exception: leave, and print nothing."""
        self._close_messages_no_wait()

    def run_to_end(self) -> int:
        """Run until the user leaves; returns the exit status.

        Raises:
            AssistantError: the screen failed.
        """
        # What is loaded by now stays until the end; searching it for garbage again and again would
        # hold a key press up for longer than the repaint takes.
        gc.collect()
        gc.freeze()
        # Whoever started it may have had hang-ups ignored (`nohup`, some services); a screen whose
        # terminal is gone would then wait for ever to draw.
        if hasattr(signal, "SIGHUP"):
            signal.signal(signal.SIGHUP, signal.SIG_DFL)
        status = self.run()
        error = self._exception
        if error is not None:
            raise AssistantError(
                f"The screen failed ({type(error).__name__} in {place_of(error)})",
                "What was kept so far is safe; please report this place.",
            )
        return status or 0
