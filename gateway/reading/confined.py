"""The limits that a reading child puts on itself, as far as the system knows them (Linux; elsewhere only the clock).

Each function says what it has brought into force, for the log.
"""

import ctypes
import os
import resource
import signal
from pathlib import Path

_PR_SET_PDEATHSIG, _PR_SET_NO_NEW_PRIVS = 1, 38
_CLONE_NEWUSER, _CLONE_NEWNET = 0x10000000, 0x40000000
_STATM = Path("/proc/self/statm")


def leave_the_world(parent: int) -> tuple[str, ...]:
    """Before anything is loaded: no network, no core dumps, no new privileges, and no life after the parent's.

    A network of its own, empty, is what the kernel gives without asking for privileges; it wants a single thread.
    Raises SystemExit when the parent, given by its process id, has died meanwhile.
    """
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    done = ["no core dumps"]
    try:
        libc = ctypes.CDLL(None, use_errno=True)
        if libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0) == 0:
            done.append("dies with its parent")
        if libc.unshare(_CLONE_NEWNET) == 0 or libc.unshare(_CLONE_NEWUSER | _CLONE_NEWNET) == 0:
            done.append("no network")
        if libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0:
            done.append("no new privileges")
    except (OSError, AttributeError):
        # Not Linux: the pipe still ends with the parent.
        pass
    if os.getppid() != parent:
        raise SystemExit("the parent is gone")
    return tuple(done)


def limit_memory(headroom: int) -> tuple[str, ...]:
    """So many bytes of address space beyond what is in use now (RLIMIT_AS)."""
    used = address_space()
    if used is None:
        return ()
    _lower(resource.RLIMIT_AS, used + headroom)
    return (f"{used >> 20} MB of address space and {headroom >> 20} MB more",)


def limit_cpu(seconds: int) -> None:
    """From now on so many seconds of CPU, give or take one; the kernel ends the process that uses more (SIGXCPU)."""
    usage = resource.getrusage(resource.RUSAGE_SELF)
    _lower(resource.RLIMIT_CPU, int(usage.ru_utime + usage.ru_stime) + 1 + seconds)


def _lower(limit: int, soft: int) -> None:
    """Set the soft limit, as far as the hard one that we were given allows."""
    hard = resource.getrlimit(limit)[1]
    resource.setrlimit(limit, (soft if hard == resource.RLIM_INFINITY else min(soft, hard), hard))


def address_space() -> int | None:
    """Bytes of address space in use; None where the system does not tell."""
    try:
        return int(_STATM.read_text("ascii").split()[0]) * resource.getpagesize()
    except (OSError, ValueError):
        return None
