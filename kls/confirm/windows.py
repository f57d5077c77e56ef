"""Windows.

A job object ends processes and bounds memory, processor time and the number of processes, but keeps nobody from the network or
from files. So confirm refuses there, unless the user allows it. Written from Microsoft's documentation of winnt.h; not exercised
by our tests, which hold the layout of the structures against it.
"""

from __future__ import annotations

import ctypes
import functools
import os
import subprocess
import sys
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from kls.confirm.interpreter import read_interpreter
from kls.confirm.jail import AGENT, ISOLATED, Cell, Level, Place, Start, probe
from kls.confirm.limits import Limits
from kls.confirm.scratch import make_folder, remove_folders

BASIC_UI_RESTRICTIONS, EXTENDED_LIMIT_INFORMATION = 4, 9  # JOBOBJECTINFOCLASS
PROCESS_TIME, ACTIVE_PROCESS, PROCESS_MEMORY, JOB_MEMORY = 0x2, 0x8, 0x100, 0x200  # JOB_OBJECT_LIMIT_*
DIE_ON_UNHANDLED_EXCEPTION, KILL_ON_JOB_CLOSE = 0x400, 0x2000
# Handles and atoms of others, the clipboard, the system's parameters, the display, other desktops, the end of the session.
EVERY_UI_RESTRICTION = 0xFF
CREATE_SUSPENDED, CREATE_NO_WINDOW = 0x4, 0x08000000
MOST_PROCESSES = 2  # the python.exe of a virtual environment starts the base installation's
VARIABLES = ("SYSTEMROOT", "SYSTEMDRIVE", "WINDIR", "NUMBER_OF_PROCESSORS", "PROCESSOR_ARCHITECTURE")


class BasicLimits(ctypes.Structure):
    """JOBOBJECT_BASIC_LIMIT_INFORMATION."""

    _fields_ = (
        ("per_process_user_time", ctypes.c_int64),
        ("per_job_user_time", ctypes.c_int64),
        ("flags", ctypes.c_uint32),
        ("minimum_working_set", ctypes.c_size_t),
        ("maximum_working_set", ctypes.c_size_t),
        ("active_processes", ctypes.c_uint32),
        ("affinity", ctypes.c_size_t),
        ("priority_class", ctypes.c_uint32),
        ("scheduling_class", ctypes.c_uint32),
    )


class ExtendedLimits(ctypes.Structure):
    """JOBOBJECT_EXTENDED_LIMIT_INFORMATION; `io` are the six counters of IO_COUNTERS."""

    _fields_ = (
        ("basic", BasicLimits),
        ("io", ctypes.c_uint64 * 6),
        ("process_memory", ctypes.c_size_t),
        ("job_memory", ctypes.c_size_t),
        ("peak_process_memory", ctypes.c_size_t),
        ("peak_job_memory", ctypes.c_size_t),
    )


def extended_limits(limits: Limits) -> ExtendedLimits:
    """What a job may use. Times are in units of 100 ns."""
    found = ExtendedLimits()
    found.basic.flags = (
        PROCESS_TIME | ACTIVE_PROCESS | PROCESS_MEMORY | JOB_MEMORY | DIE_ON_UNHANDLED_EXCEPTION | KILL_ON_JOB_CLOSE
    )
    found.basic.per_process_user_time = limits.cpu_seconds * 10_000_000
    found.basic.active_processes = MOST_PROCESSES
    found.process_memory = found.job_memory = limits.resident_bytes
    return found


class JobObject:
    """What Windows has to offer without an AppContainer."""

    def level(self) -> Level:
        """Starts a Python in a job; the answer is remembered for this process. Never enough."""
        return tried()

    def place(self, cell: Cell) -> Place:
        """A folder of its own for scratch files. There is no fork: one process is kept warm for each program."""
        scratch = make_folder()
        return Place(str(AGENT), (scratch,), False, remove=(scratch,), forks=False)

    def start(self, cell: Cell, place: Place, command: tuple[str, ...]) -> Start:
        """The interpreter as it is, with the cell's environment; `popen` puts it into a job."""
        run = (str(cell.interpreter.executable), *ISOLATED, *command)
        return Start(run, environment(cell.environment, place.scratch[0]))


def environment(variables: Mapping[str, str], scratch: str) -> dict[str, str]:
    """The cell's variables, those without which no program starts on Windows, and a home that is the scratch folder."""
    needed = {name: os.environ[name] for name in VARIABLES if name in os.environ}
    path = str(Path(needed.get("SYSTEMROOT", r"C:\Windows"), "System32"))
    folders = dict.fromkeys(("HOME", "USERPROFILE", "APPDATA", "LOCALAPPDATA", "TEMP", "TMP"), scratch)
    return {**variables, **needed, "PATH": path, **folders}


def popen(start: Start, limits: Limits, **given: Any) -> subprocess.Popen[bytes]:
    """Start a process within a job of its own, that ends with it, or with us. Raises OSError.

    It is created suspended, so that it does nothing before it is in the job.
    """
    if sys.platform != "win32":
        raise OSError("there are job objects on Windows only")
    job = make_job(limits)
    try:
        flags = CREATE_SUSPENDED | CREATE_NO_WINDOW
        process = subprocess.Popen(start.command, env=dict(start.environment), creationflags=flags, **given)
    except OSError:
        close(job)
        raise
    handle = int(process.__dict__["_handle"])
    kernel = ctypes.WinDLL("kernel32", use_last_error=True)
    if not kernel.AssignProcessToJobObject(ctypes.c_void_p(job), ctypes.c_void_p(handle)):
        error = ctypes.WinError(ctypes.get_last_error())
        process.kill()
        close(job)
        raise error
    _jobs[process.pid] = job
    if ctypes.WinDLL("ntdll").NtResumeProcess(ctypes.c_void_p(handle)) != 0:
        end(process)
        raise OSError("the process could not be resumed")
    return process


_jobs: dict[int, int] = {}


def make_job(limits: Limits) -> int:
    """The handle of a new job with these limits. Raises OSError."""
    if sys.platform != "win32":
        raise OSError("there are job objects on Windows only")
    kernel = ctypes.WinDLL("kernel32", use_last_error=True)
    kernel.CreateJobObjectW.restype = ctypes.c_void_p
    job = kernel.CreateJobObjectW(None, None)
    if not job:
        raise ctypes.WinError(ctypes.get_last_error())
    restrictions = ctypes.c_uint32(EVERY_UI_RESTRICTION)
    for kind, value in ((EXTENDED_LIMIT_INFORMATION, extended_limits(limits)), (BASIC_UI_RESTRICTIONS, restrictions)):
        size = ctypes.c_uint32(ctypes.sizeof(value))
        if not kernel.SetInformationJobObject(ctypes.c_void_p(job), kind, ctypes.byref(value), size):
            error = ctypes.WinError(ctypes.get_last_error())
            close(job)
            raise error
    return int(job)


def close(handle: int) -> None:
    """Let go of a job; all that runs in it ends."""
    if sys.platform == "win32":
        ctypes.WinDLL("kernel32").CloseHandle(ctypes.c_void_p(handle))


def end(process: subprocess.Popen[bytes]) -> None:
    """End a process that `popen` started and all of its job."""
    job = _jobs.pop(process.pid, None)
    if job is not None:
        close(job)
    with suppress(OSError):
        process.kill()


@functools.cache
def tried() -> Level:
    """What a job promises here, found by starting this very Python in one."""
    name = "windows job object"
    if sys.platform != "win32":
        return Level(name, False, "only Windows has it")
    jail = JobObject()
    cell = Cell(read_interpreter(Path(sys.executable)), None, {})
    try:
        place = jail.place(cell)
        wrong = probe(jail.start(cell, place, ("-S", "-c", "pass")))
        remove_folders(place.remove)
        close(make_job(Limits()))
    except OSError as error:
        return Level(name, False, str(error))
    if wrong is not None:
        return Level(name, False, wrong)
    return Level(
        name, True, "bounds memory, time and processes, but withholds neither the network nor files", processes=True
    )
