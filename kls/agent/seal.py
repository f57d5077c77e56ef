"""What a forked child gives up before it runs a program: limits, and a seccomp filter made with ctypes alone."""

# ruff: noqa: PTH123 - plain paths; zip has no strict= on 3.9

from __future__ import annotations

import ctypes
import errno
import os
import platform
import struct
import sys

from . import syscalls

try:
    import resource
except ImportError:  # Windows: the job around the process has its limits
    resource = None

# Berkeley packet filter opcodes and seccomp's answers (linux/bpf_common.h, linux/seccomp.h).
LOAD, EQUAL, AT_LEAST, ANY_BIT, AND, RETURN = 0x20, 0x15, 0x35, 0x45, 0x54, 0x06
ALLOW, ERRNO, KILL = 0x7FFF0000, 0x00050000, 0x80000000
NUMBER, ARCHITECTURE, ARGUMENTS = 0, 4, 16
PR_SET_PDEATHSIG, PR_SET_DUMPABLE, PR_SET_SECCOMP, PR_SET_NO_NEW_PRIVS = 1, 4, 22, 38
MACHINES = {"x86_64": (0xC000003E, 0), "aarch64": (0xC00000B7, 1)}
CLONE_THREAD = 0x00010000
SOCK_STREAM = 1
# fcntl's F_SETOWN, F_SETSIG and F_SETOWN_EX have the kernel send signals on our behalf; F_SETLEASE makes others wait for us.
FORBIDDEN_FCNTL = (8, 10, 15, 1024)
# Asking a terminal for its mode and size, FIONREAD, FIONBIO, FIO(N)CLEX, FICLONE. All others, which type into terminals
# (TIOCSTI), freeze file systems or make files unchangeable, do not exist here.
ALLOWED_IOCTL = (0x5401, 0x5413, 0x541B, 0x5421, 0x5450, 0x5451, 0x40049409)
# PR_SET_PDEATHSIG, PR_SET_DUMPABLE, PR_SET_MM, PR_SET_CHILD_SUBREAPER, PR_SCHED_CORE, PR_SET_PTRACER would undo the sealing.
FORBIDDEN_PRCTL = (1, 4, 35, 36, 62, 0x59616D61)
CAPABILITY_VERSION = 0x20080522


class Unsealed(Exception):
    """This machine cannot seal the child; the program is not run."""


def instruction(code, value, if_true=0, if_false=0):
    """One instruction of the filter; jumps are counted from the next one."""
    return struct.pack("HBBI", code, if_true, if_false, value & 0xFFFFFFFF)


def on_call(number, body):
    """Run `body` (which must end in returns or fall through to the reload) when the call is `number`."""
    return [instruction(EQUAL, number, 0, len(body) + 1), *body, instruction(LOAD, NUMBER)]


def refuse(error=errno.EPERM):
    """Answer with an error."""
    return instruction(RETURN, ERRNO | error)


def low(argument):
    """Load the low 32 bits of an argument."""
    return instruction(LOAD, ARGUMENTS + 8 * argument)


def high(argument):
    """Load the high 32 bits of an argument."""
    return instruction(LOAD, ARGUMENTS + 8 * argument + 4)


def only_when_equal(argument, values, error=errno.EPERM):
    """Allow the call when the argument is one of `values`, else refuse."""
    lines = [low(argument)]
    for value in values:
        lines += [instruction(EQUAL, value, 0, 1), instruction(RETURN, ALLOW)]
    return [*lines, refuse(error)]


def unless_equal(argument, values):
    """Refuse the call when the argument is one of `values`, else go on."""
    lines = [low(argument)]
    for value in values:
        lines += [instruction(EQUAL, value, 0, 1), refuse()]
    return lines


def program(machine, me=None, metadata=True, launch=False):
    """The filter's bytes for a machine ("x86_64" or "aarch64") and a process id that may be signalled: our own.

    Without one it is the warm process's: that forks, and ends what it forked. `metadata`: whether modes, owners and times of
    files may be changed; `launch`: whether the interpreter is still to be started.
    """
    architecture, column = MACHINES[machine]
    lines = [instruction(LOAD, ARCHITECTURE), instruction(EQUAL, architecture, 1, 0), instruction(RETURN, KILL)]
    lines += [instruction(LOAD, NUMBER)]
    # x32 calls on x86-64 start at 2**30, so this refuses them too.
    lines += [instruction(AT_LEAST, syscalls.NEWEST + 1, 0, 1), refuse(errno.ENOSYS)]
    denied = syscalls.DENIED if metadata else {**syscalls.DENIED, **syscalls.METADATA}
    spared = (("fork",) if me is None else ()) + (("execve",) if launch else ())
    for name, numbers in denied.items():
        if numbers[column] is not None and name not in spared:
            lines += [instruction(EQUAL, numbers[column], 0, 1), refuse()]
    checked = {name: numbers[column] for name, numbers in syscalls.CHECKED.items()}
    # glibc falls back from clone3, whose flags a filter cannot see, to clone.
    lines += on_call(checked["clone3"], [refuse(errno.ENOSYS)])
    if me is not None:
        threads = [low(0), instruction(ANY_BIT, CLONE_THREAD, 0, 1), instruction(RETURN, ALLOW), refuse()]
        lines += on_call(checked["clone"], threads)
        for name in ("kill", "tgkill"):
            lines += on_call(checked[name], only_when_equal(0, (me,)))
        lines += on_call(checked["prlimit64"], only_when_equal(0, (0, me)))
        lines += on_call(checked["sched_setaffinity"], only_when_equal(0, (0, me)))
        lines += on_call(checked["prctl"], unless_equal(0, FORBIDDEN_PRCTL))
    stream = [
        low(1),
        instruction(AND, 0xF),
        instruction(EQUAL, SOCK_STREAM, 0, 1),
        instruction(RETURN, ALLOW),
        refuse(),
    ]
    lines += on_call(checked["socketpair"], stream)
    no_address = [low(4), instruction(EQUAL, 0, 1, 0), refuse(), high(4), instruction(EQUAL, 0, 1, 0), refuse()]
    lines += on_call(checked["sendto"], no_address)
    lines += on_call(checked["fcntl"], unless_equal(1, FORBIDDEN_FCNTL))
    lines += on_call(checked["ioctl"], only_when_equal(1, ALLOWED_IOCTL, errno.ENOTTY))
    return b"".join([*lines, instruction(RETURN, ALLOW)])


def prctl(option, argument, pointer=None):
    """One prctl call; an Unsealed when the kernel says no."""
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(option, ctypes.c_ulong(argument), pointer, ctypes.c_ulong(0), ctypes.c_ulong(0)):
        raise Unsealed(f"prctl({option}): {os.strerror(ctypes.get_errno())}")


def drop_capabilities(column):
    """Give up every capability that this process has, as root has them all. Raises Unsealed."""
    libc = ctypes.CDLL(None, use_errno=True)
    header = struct.pack("Ii", CAPABILITY_VERSION, 0)
    if libc.syscall(ctypes.c_long(syscalls.USED["capset"][column]), header, bytes(24)):
        raise Unsealed(f"capset: {os.strerror(ctypes.get_errno())}")


def first_to_go():
    """When memory runs out, the kernel ends this process, and its children, before it ends anybody else's."""
    try:
        with open("/proc/self/oom_score_adj", "w") as file:
            file.write("800")
    except OSError:
        pass


def hide():
    """Make this process, and every child it forks, unreadable to others of the same user."""
    if sys.platform == "linux":
        prctl(PR_SET_DUMPABLE, 0)


def seal(parent=False, metadata=True, launch=False):
    """Shut the calling process in for good. Raises Unsealed where that is impossible, so that nothing runs unsealed.

    `parent`: the warm process, which must go on forking. `metadata` and `launch`: see `program`.
    """
    if sys.platform == "darwin" and not parent:
        resource.setrlimit(resource.RLIMIT_NPROC, (0, 0))  # counts processes, not threads: no fork
    if sys.platform != "linux":
        return  # the jail around the whole agent is what holds; its level says what that is
    machine = platform.machine()
    if machine not in MACHINES:
        raise Unsealed("no seccomp filter for the machine " + machine)
    prctl(PR_SET_PDEATHSIG, 9)
    prctl(PR_SET_DUMPABLE, 0)
    prctl(PR_SET_NO_NEW_PRIVS, 1)
    drop_capabilities(MACHINES[machine][1])
    code = program(machine, None if parent else os.getpid(), metadata, launch)
    buffer = ctypes.create_string_buffer(code, len(code))

    class Filter(ctypes.Structure):
        _fields_ = [("length", ctypes.c_ushort), ("lines", ctypes.c_void_p)]

    filter_ = Filter(len(code) // 8, ctypes.cast(buffer, ctypes.c_void_p))
    prctl(PR_SET_SECCOMP, 2, ctypes.byref(filter_))


def data_size(pid="self"):
    """Bytes of private writable memory that a process has asked for (VmData), or None where the system does not say."""
    try:
        with open(f"/proc/{pid}/status") as status:
            for line in status:
                if line.startswith("VmData"):
                    return int(line.split()[1]) * 1024
    except OSError:
        pass
    return None


def limit(limits):
    """Set the resource limits of this process. `limits`: cpu_seconds, data_bytes, file_bytes, open_files."""
    if resource is None:
        return
    wanted = [
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_CPU, limits["cpu_seconds"]),
        (resource.RLIMIT_FSIZE, limits["file_bytes"]),
        (resource.RLIMIT_NOFILE, limits["open_files"]),
    ]
    have = data_size()
    if have is not None:
        wanted.append((resource.RLIMIT_DATA, have + limits["data_bytes"]))
    for which, value in wanted:
        hard = resource.getrlimit(which)[1]
        value = value if hard == resource.RLIM_INFINITY else min(value, hard)
        resource.setrlimit(which, (value, value))
