"""Runs one service so that it cannot outlive the process that started it.

Called as `python -I -S _guard.py PARENT SIGNAL UID COMMAND…`; uses the standard library only,
so that it starts in a few milliseconds. On Linux it asks the kernel to send SIGNAL to the service when PARENT
dies, by whatever death, and then becomes the service. Elsewhere it stays and watches PARENT.
"""

import os
import signal
import subprocess
import sys
import time

PR_SET_PDEATHSIG = 1


def become_user(uid: int) -> None:
    """Give up root for good: groups first, then the user."""
    if uid and os.geteuid() == 0:
        os.setgroups([])
        os.setgid(uid)
        os.setuid(uid)


def watch(parent: int, death: int, command: list[str]) -> int:
    """Run the service as a child and end it when the parent is gone."""
    child = subprocess.Popen(command)
    for name in (signal.SIGTERM, signal.SIGINT, signal.SIGQUIT):
        signal.signal(name, lambda number, _frame: child.send_signal(number))
    while child.poll() is None:
        if os.getppid() != parent:
            child.send_signal(death)
        time.sleep(0.5)
    return child.returncode


def main() -> int:
    """Tie the service to its parent, then become it."""
    parent, death, uid, *command = sys.argv[1:]
    os.umask(0o077)
    if sys.platform != "linux":
        become_user(int(uid))
        return watch(int(parent), int(death), command)

    import ctypes  # while we still may read a standard library under a closed home

    become_user(int(uid))  # before prctl: a change of user takes the wish back
    if ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, int(death), 0, 0, 0) != 0:
        return 70
    if os.getppid() != int(parent):  # it died before the kernel knew of our wish
        return 71
    return os.execvp(command[0], command)  # noqa: S606


if __name__ == "__main__":
    sys.exit(main())
