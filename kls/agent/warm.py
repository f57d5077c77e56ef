"""The warm process: Keras imported once, a child forked for every program. JSON lines in on stdin, out on stdout.

In:  {"id", "variants": [{"text", "path", "mode", "values"}], "paths", "limits"} or {"cancel": id}
Out: {"hello": {...}} once, then for each request {"id", "begun"} when it has come, {"id", "variant", "report"|null,
     "killed"|null, "exit"} per variant, {"id", "done"} at its end and {"swept": bool} when its files are gone.
Nothing is built in this process: a child forked after that would hang.
"""

from __future__ import annotations

import gc
import json
import os
import selectors
import signal
import sys
import time

from . import fence, legacy, run, seal, stand_in, sweep
from .missing import Absorber
from .trace import Tracer

TICK = 0.02
MAX_REPORT = 4 << 20
AGAIN = b'{"again": '


class Child:
    """One forked program: its pipes, and why it was ended, if it was."""

    def __init__(self, request, index, mode):
        self.request, self.index, self.mode = request, index, mode
        self.report, self.printed, self.killed = b"", 0, None
        self.before = b""  # what a run without variables told, which was not enough
        self.started = time.monotonic()
        self.pid = self.reports = self.prints = None


class Warm:
    """The state of the warm process: who is running, who is waiting."""

    def __init__(self, config, loaded, watched, sweeper, requests, answers):
        self.loaded, self.requests, self.answers = loaded, requests, answers
        self.tracer, self.absorber = watched
        self.fence = config.get("fence")
        # In a jail of namespaces Landlock is the second wall: a read-only mount stops no write to a pipe or a device.
        self.within = config["scratch"] if sys.platform == "linux" and config["private"] and fence.abi() else None
        self.cores = max(1, int(config.get("cores", 1)))
        self.sweeper = sweeper
        sweeper.sweep()  # what importing Keras has left
        self.selector = selectors.DefaultSelector()
        self.selector.register(requests, selectors.EVENT_READ, None)
        self.waiting, self.children, self.buffer = [], [], b""

    def say(self, message):
        """One line to our side."""
        say(self.answers, message)

    def loop(self):
        """Serve until stdin ends."""
        while True:
            for key, _ in self.selector.select(TICK if self.children else None):
                if key.data is None:
                    if not self.read_requests():
                        return
                else:
                    self.read_child(*key.data)
            for child in list(self.children):
                self.watch(child)

    def read_requests(self):
        """Take what our side sent; False at the end of it."""
        data = os.read(self.requests, 1 << 20)
        if not data:
            return False
        *lines, self.buffer = (self.buffer + data).split(b"\n")
        for line in lines:
            message = json.loads(line)
            if "cancel" in message:
                self.cancel(message["cancel"])
            else:
                self.say({"id": message["id"], "begun": True})
                message["left"] = len(message["variants"])
                self.waiting += [Child(message, i, v["mode"]) for i, v in enumerate(message["variants"])]
        self.start_waiting()
        return True

    def cancel(self, identifier):
        """End every child of a request; its last message says so."""
        gone = [child for child in self.waiting if child.request["id"] == identifier]
        self.waiting = [child for child in self.waiting if child.request["id"] != identifier]
        for child in self.children:
            if child.request["id"] == identifier:
                self.kill(child, "cancelled")
        for child in gone:
            child.killed = "cancelled"
            self.answer(child, None)

    def start_waiting(self):
        """Fork as many children as there are cores.

        Those of one request only, so that no other sees its scratch files.
        """
        while self.waiting and len(self.children) < self.cores:
            if self.children and self.children[0].request is not self.waiting[0].request:
                return
            self.fork(self.waiting.pop(0))

    def fork(self, child):
        """Start one program in a child of its own."""
        child.reports, report_end = os.pipe()
        child.prints, print_end = os.pipe()
        child.started = time.monotonic()
        parent = os.getpid()
        child.pid = os.fork()
        if child.pid == 0:
            try:
                self.be_child(child, report_end, print_end, parent)
            finally:
                os._exit(70)
        os.close(report_end)
        os.close(print_end)
        self.selector.register(child.reports, selectors.EVENT_READ, (child, "report"))
        self.selector.register(child.prints, selectors.EVENT_READ, (child, "print"))
        self.children.append(child)

    def be_child(self, child, report_end, print_end, parent):
        """In the child: let go of everything of the parent's, seal, run."""
        self.selector.close()
        for descriptor in [self.requests, self.answers, child.reports, child.prints]:
            os.close(descriptor)
        for sibling in self.children:
            for descriptor in (sibling.reports, sibling.prints):
                if descriptor is not None:
                    os.close(descriptor)
        os.dup2(print_end, 1)
        os.dup2(print_end, 2)
        os.close(print_end)
        os.setsid()

        def write(data):
            while data:
                data = data[os.write(report_end, data) :]

        variant, limits = child.request["variants"][child.index], child.request["limits"]
        try:
            seal.limit(limits)
            if self.fence is not None:
                fence.restrict([*self.fence["read"], *fence.own_facts()], self.fence["write"])
            elif self.within is not None:
                fence.restrict(["/"], self.within, least=1)
            seal.seal(metadata=self.fence is None)
            if os.getppid() != parent:  # it died before we asked to die with it
                os._exit(0)
        except (seal.Unsealed, OSError, ValueError) as error:
            write(json.dumps({"unsealed": str(error)[:300]}).encode())
            os._exit(0)
        request = {
            **variant,
            "mode": child.mode,
            "paths": child.request["paths"],
            "soft_seconds": limits["soft_seconds"],
        }
        run.run(request, self.loaded, self.tracer, self.absorber, write)

    def read_child(self, child, kind):
        """Take what a child wrote; a closed report pipe is its end."""
        descriptor = child.reports if kind == "report" else child.prints
        if descriptor is None or child.pid is None:
            return
        data = os.read(descriptor, 1 << 16)
        if kind == "print":
            child.printed += len(data)
            if not data:
                self.forget(child, "prints")
            elif child.printed > child.request["limits"]["printed_bytes"]:
                self.kill(child, "output")
            return
        child.report += data
        if len(child.report) > MAX_REPORT:
            self.kill(child, "report")
        elif not data:
            self.finish(child)

    def forget(self, child, which):
        """Close one of our ends of a child's pipes."""
        descriptor = getattr(child, which)
        if descriptor is not None:
            self.selector.unregister(descriptor)
            os.close(descriptor)
            setattr(child, which, None)

    def watch(self, child):
        """End a child that is over its limits on time, memory, threads or files."""
        if child.pid is None:
            return
        limits, (memory, threads) = child.request["limits"], sweep.usage(child.pid)
        if time.monotonic() - child.started > limits["seconds"]:
            self.kill(child, "time")
        elif memory > limits["resident_bytes"]:
            self.kill(child, "memory")
        elif threads > limits["threads"]:
            self.kill(child, "threads")
        else:
            files, size = self.sweeper.made(limits["files"])
            if files > limits["files"]:
                self.kill(child, "files")
            elif size > limits["scratch_bytes"]:
                self.kill(child, "disk")

    def kill(self, child, why):
        """End a child by force."""
        if child.pid is not None:
            child.killed = why
            self.finish(child)

    def finish(self, child):
        """Reap a child and answer for it; one that needs values is started again in an ordinary scope."""
        os.kill(child.pid, signal.SIGKILL)
        status = os.waitpid(child.pid, 0)[1]
        child.pid = None
        self.forget(child, "reports")
        self.forget(child, "prints")
        self.children.remove(child)
        if child.killed is None and child.mode == "stateless" and child.report.startswith(AGAIN):
            again = Child(child.request, child.index, "ordinary")
            again.before = child.report[len(AGAIN) : -1]
            self.waiting.insert(0, again)
        else:
            self.answer(child, os.waitstatus_to_exitcode(status))
        self.start_waiting()

    def answer(self, child, code):
        """Tell our side how a variant went, and when its request is over."""
        request = child.request
        told = child.report if child.killed is None else child.before if child.killed in ("memory", "time") else b""
        report = told.decode("utf-8", "replace") or None
        seconds = round(time.monotonic() - child.started, 4)
        message = {"id": request["id"], "variant": child.index, "mode": child.mode, "report": report}
        self.say({**message, "killed": child.killed, "exit": code, "seconds": seconds})
        request["left"] -= 1
        if request["left"] == 0:
            self.say({"id": request["id"], "done": True})
            clean = self.sweeper.sweep()
            self.say({"swept": clean})
            self.start_waiting()


def say(answers, message):
    """One line to our side."""
    data = json.dumps(message).encode() + b"\n"
    while data:
        data = data[os.write(answers, data) :]


def watch(loaded):
    """(tracer, absorber): watch what Keras builds from now on, and put stand-ins in the place of training and of data."""
    absorber, tracer = Absorber(), Tracer(loaded["functional"], loaded["sequential"], loaded["function"])
    stand_in.install(loaded["keras"], loaded["model"], tracer, absorber, loaded["helpers"])
    return tracer, absorber


def detach():
    """Keep the two pipes to our side for ourselves: what Keras prints, and what programs read, goes nowhere."""
    requests, answers = os.dup(0), os.dup(1)
    nothing = os.open(os.devnull, os.O_RDWR)
    os.dup2(nothing, 0)
    os.dup2(nothing, 1)
    os.close(nothing)
    return requests, answers


def main():
    """Import Keras, say hello, serve."""
    started = time.monotonic()
    config = json.loads(sys.argv[1])
    requests, answers = detach()
    try:
        if config.get("fence") is not None:  # it was shut in before it was started, but for starting programs
            seal.seal(parent=True, metadata=False)
        sweeper = sweep.Sweeper(config["scratch"], config["private"])
        loaded = legacy.load(config["legacy"])
        legacy.configure(loaded["keras"], config.get("image_data_format"), config.get("floatx"))
        legacy.look_ahead(loaded["legacy"])
        seal.hide()
        watched = watch(loaded)
        warm = Warm(config, loaded, watched, sweeper, requests, answers) if config["forks"] else None
    except BaseException as error:
        kind = "missing" if isinstance(error, legacy.NoKeras) else "failed"
        os.write(answers, json.dumps({"hello": {kind: f"{type(error).__name__}: {error}"[:2000]}}).encode() + b"\n")
        return
    gc.collect()
    gc.freeze()
    facts = {"keras": loaded["keras"].__version__, "legacy": loaded["legacy"], "backend": loaded["backend"]}
    seconds = round(time.monotonic() - started, 3)
    say(answers, {"hello": {**facts, "python": sys.version.split()[0], "seconds": seconds}})
    if warm is not None:
        warm.loop()
    else:
        once(config, loaded, watched, requests, answers)


def once(config, loaded, watched, requests, answers):
    """Where there is no fork: become the first program that is asked for. What it says of itself is its own report anyway."""
    buffer = b""
    while not buffer.endswith(b"\n"):
        data = os.read(requests, 1 << 20)
        if not data:
            return
        buffer += data
    request = json.loads(buffer)
    (variant,), limits = request["variants"], request["limits"]
    os.dup2(0, 2)  # what it prints goes nowhere

    def write(report):
        answer = {
            "id": request["id"],
            "variant": 0,
            "mode": variant["mode"],
            "report": report.decode("utf-8", "replace"),
        }
        say(answers, answer)

    try:
        seal.limit(limits)
        seal.seal(metadata=config.get("fence") is None)
    except (seal.Unsealed, OSError, ValueError) as error:
        write(json.dumps({"unsealed": str(error)[:300]}).encode())
        return
    asked = {**variant, "paths": request["paths"], "soft_seconds": limits["soft_seconds"]}
    run.run(asked, loaded, *watched, write)
