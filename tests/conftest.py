"""No test touches the keyring of whoever runs it."""

from __future__ import annotations

import os

os.environ["PYTHON_KEYRING_BACKEND"] = "keyring.backends.fail.Keyring"
for _name in ("ASSISTANT_KEY", "ASSISTANT_KEY_FILE", "ASSISTANT_STORE"):
    os.environ.pop(_name, None)
