"""Landlock by ctypes alone: this process and its children may read and write only below the paths that are named.

Constants and structures are those of linux/landlock.h. Used where no namespaces are to be had.
"""

from __future__ import annotations

import ctypes
import json
import os
import stat
import struct
import sys

from .seal import PR_SET_NO_NEW_PRIVS, Unsealed, first_to_go, prctl, seal

CREATE_RULESET, ADD_RULE, RESTRICT_SELF = 444, 445, 446
PATH_BENEATH, VERSION_FLAG = 1, 1
WRITE_FILE, READ_FILE, READ_DIR, TRUNCATE = 1 << 1, 1 << 2, 1 << 3, 1 << 14
# EXECUTE is granted with READ_FILE: shared libraries are mapped, and exec itself is refused by the filter.
EXECUTE = 1 << 0
ALL_OF_ABI = {1: (1 << 13) - 1, 2: (1 << 14) - 1, 3: (1 << 15) - 1, 4: (1 << 15) - 1, 5: (1 << 16) - 1}
NETWORK = 0b11
SCOPES = 0b11
LEAST_ABI = 6  # before it the interpreter, which may be the project's own, could signal other processes


def call(number, *arguments):
    """One system call; -1 sets errno."""
    return ctypes.CDLL(None, use_errno=True).syscall(ctypes.c_long(number), *arguments)


def abi():
    """The version of Landlock that the kernel speaks, 0 for none."""
    return max(0, call(CREATE_RULESET, None, ctypes.c_size_t(0), ctypes.c_uint(VERSION_FLAG)))


def handled(version):
    """The ruleset attributes of a version, as bytes: everything it knows is refused unless a rule allows it."""
    files = ALL_OF_ABI[min(version, max(ALL_OF_ABI))]
    words = [files] + ([NETWORK] if version >= 4 else []) + ([SCOPES] if version >= 6 else [])
    return struct.pack(f"{len(words)}Q", *words), files


def restrict(readable, writable, least=LEAST_ABI):
    """Shut this process in. Paths that do not exist are passed over. `least`: the version that is needed. Raises Unsealed."""
    version = abi()
    if version < least:
        raise Unsealed(f"this kernel's Landlock has version {version}, {least} is needed")
    attributes, everything = handled(version)
    ruleset = call(CREATE_RULESET, attributes, ctypes.c_size_t(len(attributes)), ctypes.c_uint(0))
    if ruleset < 0:
        raise Unsealed("landlock_create_ruleset: " + os.strerror(ctypes.get_errno()))
    reading = READ_FILE | READ_DIR | EXECUTE
    made = 0b1111111 << 4 & ~(1 << 6 | 1 << 9)  # folders, files and links come and go; no devices, no sockets
    writing = (reading | WRITE_FILE | made | 1 << 12 | TRUNCATE) & everything
    for path in readable:
        allow(ruleset, path, reading)
    for path in writable:
        allow(ruleset, path, writing)
    for path in ("/dev/null", "/dev/zero", "/dev/urandom", "/dev/random"):
        allow(ruleset, path, READ_FILE | WRITE_FILE)
    prctl(PR_SET_NO_NEW_PRIVS, 1)
    if call(RESTRICT_SELF, ctypes.c_int(ruleset), ctypes.c_uint(0)):
        raise Unsealed("landlock_restrict_self: " + os.strerror(ctypes.get_errno()))
    os.close(ruleset)


def own_facts():
    """What a process may read of itself in /proc: nothing that tells of the network or of mounts."""
    names = ("status", "stat", "statm", "maps", "cmdline", "comm", "limits", "cgroup", "fd")
    return [f"/proc/{os.getpid()}/{name}" for name in names]


def launch():
    """Shut this process in by the rules in sys.argv and become the command behind them, which may be anybody's."""
    rules, command = json.loads(sys.argv[1]), sys.argv[2:]
    first_to_go()
    restrict([*rules["read"], "/proc"], rules["write"])
    seal(parent=True, metadata=False, launch=True)
    os.execve(command[0], command, dict(os.environ))


def allow(ruleset, path, rights):
    """Allow `rights` at and below a path; of those a file knows, where it is one."""
    try:
        descriptor = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except OSError:
        return
    try:
        if not stat.S_ISDIR(os.fstat(descriptor).st_mode):
            rights &= EXECUTE | READ_FILE | WRITE_FILE | TRUNCATE
        rule = struct.pack("=Qi", rights, descriptor)
        if call(ADD_RULE, ctypes.c_int(ruleset), ctypes.c_int(PATH_BENEATH), rule, ctypes.c_uint(0)):
            raise Unsealed("landlock_add_rule: " + os.strerror(ctypes.get_errno()))
    finally:
        os.close(descriptor)
