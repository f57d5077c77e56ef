"""Coming to a statement by calls that are tried one after another: what nobody calls is called with guessed arguments."""

from __future__ import annotations

import ast
import linecache
import re
import sys
import time

from .missing import HyperParameters, Placeholder

MOST_TRIES, MOST_SECONDS = 60, 12.0
EXAMPLE = "# example"  # what kls/confirm/examples.py begins them with
FURTHEST = (sys.maxsize,)


class Try:
    """What came of one call: its exception, the models it made, what was assumed, what broke, and how far it came."""

    def __init__(self, call, error, made, notes, broken, far):
        self.call, self.error, self.made, self.notes = call, error, made, notes
        self.broken, self.far = broken, far


class Tries:
    """The program's `__kls_come__`. `marks`: first lines of the statements that are asked about, in the file at `path`.

    `taken`: (line, the call with arguments of ours that came to it); of those that failed, that which came furthest.
    """

    def __init__(self, marks, path, tracer, absorber):
        self.marks, self.path, self.tracer, self.absorber = marks, path, tracer, absorber
        self.taken = []

    def __call__(self, line, *ways):
        """Come to a line by one of some ways: (parts of a call, the values to choose from between them, which go together)."""
        mark = max((each for each in self.marks if each <= line), default=None)
        if self.came(line, mark, 0, 0):
            return
        self.scope, self.left, self.best = sys._getframe(1).f_globals, MOST_TRIES, None
        self.until = time.monotonic() + MOST_SECONDS
        for way in ways:
            if self.search(line, mark, *way):
                return
            if not way[1]:  # examples may take their time: it is the search that is bounded
                self.until = time.monotonic() + MOST_SECONDS
        found = self.best
        self.tracer.records += found.made
        self.absorber.notes += found.notes
        self.absorber.broken.update(found.broken)
        self.taken += [(line, found.call)] if found.call else []
        if found.error is not None:
            raise found.error

    def search(self, line, mark, parts, values, together):
        """Whether one way comes there: where calls end well elsewhere, what was chosen to get so far is chosen otherwise."""
        todo = [values]
        while todo:
            values = todo.pop(0)
            far, chosen = self.climb(line, mark, parts, values, together)
            if far is None:
                return True
            if far == FURTHEST:
                optional = [i for i, index in enumerate(chosen) if index and values[i][0] == ""]
                todo += [(*values[:i], without(values[i], chosen[i]), *values[i + 1 :]) for i in optional]
            if self.over():
                break
        return False

    def over(self):
        """Whether enough was tried."""
        return self.left <= 0 or time.monotonic() > self.until

    def climb(self, line, mark, parts, values, together):
        """(how far the best call comes, None where it comes to the line; its choices).

        Values that go together are changed together, then each alone, as long as it helps.
        """
        chosen = [0] * len(values)
        rounds = max((len(values[i]) for i in together), default=1)
        first = [[min(r, len(v) - 1) if i in together else 0 for i, v in enumerate(values)] for r in range(rounds)]
        best = None
        for choice in first:
            far = self.attempt(line, mark, parts, values, choice)
            if far is None:
                return None, choice
            if best is None or far > best:
                best, chosen = far, choice
        tried = set()
        while (index := self.next_of(parts, tried, len(values))) is not None:
            tried.add(index)
            for other in range(len(values[index])):
                if other == chosen[index] or self.over():
                    continue
                choice = [*chosen[:index], other, *chosen[index + 1 :]]
                far = self.attempt(line, mark, parts, values, choice)
                if far is None:
                    return None, choice
                if far > best:
                    best, chosen, tried = far, choice, {index}
                    break
        return best, chosen

    def next_of(self, parts, tried, count):
        """The next argument to change: one that the line names on which the best try failed, before others; None at the end."""
        left = [index for index in range(count) if index not in tried]
        error = self.best.error
        failed = self.lines(error)[-1:] if error is not None else ()
        text = linecache.getline(self.path, failed[0]) if failed else ""
        named = [i for i in left if (found := re.search(r"(\w+)=$", parts[i])) and re.search(rf"\b{found[1]}\b", text)]
        return next(iter([*named, *left]), None)

    def attempt(self, line, mark, parts, values, choice):
        """Make one call: None where it comes to the line without a fault, else how far it comes; nothing of it is left then."""
        given = [value[index] for value, index in zip(values, choice)]
        call = "".join(part + argument for part, argument in zip(parts, [*given, ""]))
        entered, passed, records = self.absorber.entered, self.absorber.passed, self.tracer.records
        before, start, noted = (entered[mark], passed[mark]), len(records), len(self.absorber.notes)
        self.left -= 1
        unbroken = dict(self.absorber.broken)
        error = self.evaluate(call)
        made, notes = records[start:], self.absorber.notes[noted:]
        faulty = any(record.error is not None for record in made)
        came = self.came(line, mark, before[0], start)
        if came and not faulty and (error is None or passed[mark] > before[1]):
            self.taken += [(line, call)] if any(given) or is_example(call) else []
            return None
        del records[start:], self.absorber.notes[noted:]
        broken, self.absorber.broken = self.absorber.broken, unbroken
        far = FURTHEST if error is None else self.lines(error)
        if self.best is None or (came, far) > (self.best.far[0], self.best.far[1]):
            self.best = Try(call if any(given) or is_example(call) else None, error, made, notes, broken, (came, far))
        return far

    def came(self, line, mark, before, start):
        """Whether the statement was come to since then; what is not marked is known by the models that it makes."""
        if mark is not None:
            return self.absorber.entered[mark] > before
        return any(record.lines[:1] == [line] for record in self.tracer.records[start:])

    def lines(self, error):
        """The user's lines in an exception's traceback, the outermost first: the greater, the further it came."""
        lines, trace = [], error.__traceback__
        while trace is not None:
            if trace.tb_frame.f_code.co_filename == self.path:
                lines.append(trace.tb_lineno)
            trace = trace.tb_next
        return tuple(lines)

    def evaluate(self, call):
        """Evaluate one call in the program's names; its exception, or None."""
        names = {"keras": sys.modules["keras"], "anything": Placeholder, "hyperparameters": HyperParameters}
        if is_example(call):
            return self.run_example(call)
        try:
            eval(compile(call, "<guess>", "eval"), self.scope, names)
        except (Exception, SystemExit) as error:
            return error
        return None

    def run_example(self, text):
        """Run an example of the documentation, past statements that fail; the last exception of these, or None."""
        scope, last = dict(self.scope), None
        for node in ast.parse(text).body:
            try:
                exec(compile(ast.Module([node], []), "<example>", "exec"), scope)
            except (Exception, SystemExit) as error:
                last = error
        return last


def without(values, index):
    """Values without the one at an index."""
    return (*values[:index], *values[index + 1 :])


def is_example(call):
    """Whether a call is an example of several lines, and not an expression with arguments that were made up."""
    return call.startswith(EXAMPLE)
