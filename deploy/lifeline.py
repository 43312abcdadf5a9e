"""A child process ends with its parent, even when that is killed outright, so nothing is left behind."""

import ctypes
import os
import signal
import sys

_PR_SET_PDEATHSIG = 1
# Looked up once, before any fork: loading a library between fork and exec is not safe.
_LIBC = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


def die_with_parent(parent_pid: int | None = None, with_signal: int = signal.SIGTERM) -> None:
    """Have the kernel send `with_signal` to this process when its parent dies (on Linux only)."""
    if _LIBC is None:
        return
    _LIBC.prctl(_PR_SET_PDEATHSIG, with_signal)
    # The parent may have died between the fork and this line; then the signal would never come.
    if parent_pid is not None and os.getppid() != parent_pid:
        os.kill(os.getpid(), with_signal)
