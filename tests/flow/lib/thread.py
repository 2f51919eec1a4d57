"""One thread of a child process that stands still, as ptrace(2) makes it; the others run on."""
import contextlib
import ctypes
import os
import pathlib

from .tap import Skip

DETACH, SEIZE, INTERRUPT = 17, 0x4206, 0x4207
WALL = 0x40000000  # waitpid() for a thread


def ptrace(request, tid):
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.ptrace(ctypes.c_long(request), ctypes.c_long(tid), None, None) < 0:
        error = ctypes.get_errno()
        raise OSError(error, os.strerror(error))


@contextlib.contextmanager
def stopped(pid, name):
    """The thread of that name; Skip where the system lets nobody stop one."""
    tid = next(int(task.name) for task in pathlib.Path(f'/proc/{pid}/task').iterdir()
               if (task / 'comm').read_text().strip() == name)
    try:
        ptrace(SEIZE, tid)
    except PermissionError as error:
        raise Skip(f'ptrace is not permitted: {error}') from error
    ptrace(INTERRUPT, tid)
    os.waitpid(tid, WALL)
    try:
        yield
    finally:
        ptrace(DETACH, tid)
