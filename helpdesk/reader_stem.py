"""`python -m helpdesk.reader_stem <fd>`: the stem of the readers, and what a reader does.

It has one thread and no connections, so that forking it is safe; helpdesk.reader is its only user.
"""

from __future__ import annotations

import contextlib
import ctypes
import gc
import os
import pickle
import resource
import signal
import socket
import struct
import sys
import traceback
from multiprocessing.connection import Connection
from typing import Any

MEMORY = 768 * 1024 * 1024
TASKS = 500
PR_SET_PDEATHSIG = 1


def main(descriptor: int) -> None:
    """Fork a reader for each descriptor that comes; end when the line is closed."""
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.local")
    django.setup()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for the dead
    gc.collect()
    gc.freeze()
    with socket.socket(fileno=descriptor) as line:
        while True:
            asked, descriptors, _flags, _address = socket.recv_fds(line, 1, 1)
            if not asked:
                return
            pid = os.fork()
            if not pid:
                line.close()
                _serve(Connection(descriptors[0]))
            os.close(descriptors[0])
            line.sendall(struct.pack("!I", pid))


def _serve(line: Connection) -> None:
    """Read what is asked until the line is closed. Never returns."""
    _die_with_parent()
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    for number in (signal.SIGINT, signal.SIGTERM):  # our thread decides when we end
        signal.signal(number, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    grown = _virtual() + MEMORY
    with contextlib.suppress(ValueError, OSError):  # not every system has it
        resource.setrlimit(resource.RLIMIT_AS, (grown, grown))
    with contextlib.suppress(EOFError, OSError):
        for done in range(1, TASKS + 1):
            kind, value = _answer(line.recv_bytes())
            last = kind == "memory" or done == TASKS
            line.send_bytes(_packed(kind, value, last=last))
            if last:
                break
    os._exit(0)


def _answer(task: bytes) -> tuple[str, Any]:
    from django.db import close_old_connections

    from helpdesk.adapters import UnreadableError, adapter_for

    try:
        inbox, raw, seconds = pickle.loads(task)  # noqa: S301  from the process that forked us
        used = resource.getrusage(resource.RUSAGE_SELF)
        soft = int(used.ru_utime + used.ru_stime) + 1 + seconds
        resource.setrlimit(resource.RLIMIT_CPU, (soft, resource.getrlimit(resource.RLIMIT_CPU)[1]))
        close_old_connections()
        return "parsed", list(adapter_for(inbox).parse(inbox, raw))
    except UnreadableError as error:
        return "unreadable", str(error)
    except MemoryError:
        return "memory", "the reader had no more memory"
    except BaseException:  # noqa: BLE001  whatever it was, the answer is its traceback
        return "failed", traceback.format_exc()[-8000:].strip()


def _packed(kind: str, value: Any, *, last: bool) -> bytes:
    try:
        return pickle.dumps((kind, value, last))
    except MemoryError:
        return pickle.dumps(("memory", "the reader had no more memory", True))


def _virtual() -> int:
    """Bytes of address space in use now."""
    import psutil

    return int(psutil.Process().memory_info().vms)


def _die_with_parent() -> None:
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)


if __name__ == "__main__":
    main(int(sys.argv[1]))
