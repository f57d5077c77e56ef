"""Recovery: a piece that does not parse loses the statements that the parser complains about, and nothing else.

Lines keep their numbers and their columns. What is lost leaves a stand-in, so that nobody reasons as if a half-typed line
were not there: `x = Dense(` becomes `x = __unparsed__`, a name that nothing defines, and `if x = :` becomes
`if __unparsed__:` with its block as it was.
"""

from __future__ import annotations

import ast
import re
from bisect import bisect_right

from kls.source.lexical import indent, is_code, statements
from kls.source.parse import LARGEST_PIECE, Failure, Parsed, Recent, SourceError, held, hold, parse_strict, parse_text
from kls.source.stand_ins import alone, padded, simple_stand_in, stand_ins, without_comment

MOST_TRIES = 24
MOST_CHARACTERS = 1_000_000
"""A piece of n characters is parsed at most MOST_CHARACTERS / n times, and MOST_TRIES times."""

_SURROGATE = re.compile("[\ud800-\udfff]")

_mended: Recent[Parsed] = Recent(100_000)


def parse_piece(text: str) -> Parsed:
    """The statements of `text`, whose lines end in \\n, and what of it could not be parsed. Never raises.

    Depends on the text alone. Equal texts give the same nodes for as long as anybody holds them.
    """
    strict = parse_strict(text)
    if isinstance(strict, Parsed):
        return strict
    if len(text) > LARGEST_PIECE:
        return Parsed((), (SourceError(strict.message, 0),))
    found = _mended.get(text) or held(text)
    if found is None:
        found = hold(text, _Mending(text).run(strict))
    return _mended.put(text, found)


class _Mending:
    """The text of one piece while it is being repaired."""

    def __init__(self, text: str) -> None:
        # What takes its place is as many bytes long, so that columns stay right.
        clean = _SURROGATE.sub("\ufffd", text.replace("\0", " "))
        self.cleaned = clean != text
        self.lines = clean.split("\n")
        self.size = max(len(text), 1)
        self.errors: dict[int, str] = {}
        for row, line in enumerate(text.split("\n") if self.cleaned else ()):
            if "\0" in line:
                self.errors[row] = "source code cannot contain null bytes"
            elif line != self.lines[row]:
                self.errors[row] = "lone surrogates cannot be encoded"
        self.ways: dict[int, list[str]] = {}
        self.unclosed: list[int] = []
        self.extent: dict[int, tuple[int, int]] = {}
        self._find_statements()

    def _find_statements(self) -> None:
        """The logical line that each physical line is part of, and the first lines of those that nothing closes."""
        found = statements("\n".join(self.lines))
        self.extent = {row: (first, last) for first, last, _ in found for row in range(first, last + 1)}
        self.unclosed = [first for first, _, closed in found if not closed]

    def run(self, failure: Failure) -> Parsed:
        """Repair and parse until it does, or until the tries are used up."""
        tries = max(min(MOST_TRIES, MOST_CHARACTERS // self.size), 2)
        result: tuple[ast.stmt, ...] | Failure = failure
        if self._close_triple(failure) or self.cleaned:
            result = self._parse()
        for attempt in range(tries):
            if not isinstance(result, Failure):
                break
            if attempt == tries // 3:
                self._replace_all_broken()
            elif not self._repair(result) and not self._blank_rest_of_block(result):
                break
            result = self._parse()
        if isinstance(result, Failure):
            return Parsed((), (SourceError(failure.message, failure.line or 0),))
        return Parsed(result, tuple(SourceError(self.errors[row], row) for row in sorted(self.errors)))

    def _parse(self) -> tuple[ast.stmt, ...] | Failure:
        return parse_text("\n".join(self.lines))

    def _repair(self, failure: Failure) -> bool:
        """Take away what `failure` complains about; whether anything changed."""
        row = self._longest() if failure.line is None else failure.line
        block = re.match(r"expected an indented block after .* on line (\d+)", failure.message)
        if block:
            return self._fill_block(int(block.group(1)) - 1, failure)
        if failure.message == "unexpected indent":
            return self._blank_block(row, failure)
        if failure.message.startswith("expected 'except' or 'finally'"):
            row = self._try_above(row)
        opened = re.match(r"closing parenthesis .* on line (\d+)", failure.message)
        culprits = [int(opened.group(1)) - 1] if opened else []
        if self.unclosed and self.unclosed[0] <= row:
            # With several brackets open the parser blames a line that came after the first of them.
            culprits.append(self.unclosed.pop(bisect_right(self.unclosed, row) - 1))
        candidates = (*culprits, row, *self._before(row), *self._after(row))
        return any(self._replace(candidate, failure) for candidate in candidates)

    def _before(self, row: int) -> list[int]:
        return [at for at in range(row - 1, max(row - 40, -1), -1) if at in self.extent][:8]

    def _after(self, row: int) -> list[int]:
        return [at for at in range(row + 1, min(row + 40, len(self.lines))) if at in self.extent][:8]

    def _longest(self) -> int:
        """The longest statement that is still there: what is too deep for the parser is long."""

        def length(row: int) -> int:
            first, last = self.extent[row]
            return sum(len(self.lines[at]) for at in range(first, last + 1)) if row == first else -1

        return max(self.extent, key=length, default=0)

    def _try_above(self, row: int) -> int:
        """The nearest `try` above that is indented no less than line `row`."""
        depth = len(indent(self.lines[row]))
        for at in range(row, -1, -1):
            if (
                self.lines[at].lstrip().startswith("try")
                and len(indent(self.lines[at])) >= depth
                and at not in self.ways
            ):
                return at
        return row

    def _replace(self, row: int, failure: Failure) -> bool:
        """Put the next stand-in for the statement on line `row` in its place; False when there is none left."""
        if row not in self.extent:
            return False
        first, last = self.extent[row]
        if "unterminated triple-quoted" in failure.message:
            last = first = row
        current = "\n".join(self.lines[first : last + 1])
        if not current.strip():
            return False
        if first not in self.ways:
            self.ways[first] = stand_ins(self.lines, first, last)
        while self.ways[first]:
            way = self.ways[first].pop(0)
            if way != current:
                self.lines[first : last + 1] = padded(way, last - first + 1)
                self.errors.setdefault(first, failure.message)
                return True
        return False

    def _fill_block(self, row: int, failure: Failure) -> bool:
        """A block without body gets `pass` behind its header."""
        first, last = self.extent.get(row, (row, row))
        line = without_comment(self.lines[last]).rstrip()
        if not line.endswith(":"):
            return self._replace(row, failure)
        self.lines[last] = line + " pass"
        self.errors.setdefault(first, failure.message)
        return True

    def _blank_block(self, row: int, failure: Failure) -> bool:
        """Lines indented under nothing: all of them go."""
        depth, changed = len(indent(self.lines[row])), False
        for at in range(row, len(self.lines)):
            if not is_code(self.lines[at]):
                continue
            if len(indent(self.lines[at])) < depth:
                break
            first, last = self.extent.get(at, (at, at))
            self.errors.setdefault(first, failure.message)
            for gone in range(first, last + 1):
                self.lines[gone] = ""
            changed = True
        return changed

    def _close_triple(self, failure: Failure) -> bool:
        """Take out the one line whose triple quote has no partner, if there is such a line; whether that was done.

        It flips every later string. Up to the last quote strings and code are paired, wrongly from the culprit on, where
        prose gives it away. Of those near, the likeliest is the one that leaves the least text in strings.
        """
        odd = [row for row, line in enumerate(self.lines) if (line.count('"""') + line.count("'''")) % 2]
        if len(odd) % 2 == 0 or self.size * 5 > MOST_CHARACTERS:
            return False
        prefix = parse_text("\n".join(self.lines[: odd[-1]]))
        hint = prefix.line if isinstance(prefix, Failure) and prefix.line is not None else odd[-1]
        # One after the hint too: cut there, a block may have been left without a body.
        after = bisect_right(odd, hint)
        near = range(max(after - 4, 0), min(after + 1, len(odd)))
        best: tuple[int, int] | None = None
        for at in sorted(near, key=lambda at: _quoted(odd[:at] + odd[at + 1 :])):
            row = odd[at]
            kept = self._take_out(row)
            result = self._parse()
            reached = result.line or 0 if isinstance(result, Failure) else len(self.lines)
            best = max(best, (reached, row)) if best else (reached, row)
            self.lines[row] = kept
            if not isinstance(result, Failure):
                break
        if best is None:
            return False
        self._take_out(best[1])
        self.errors.setdefault(best[1], failure.message)
        self._find_statements()
        return True

    def _blank_rest_of_block(self, failure: Failure) -> bool:
        """When nothing milder helps: `pass` in place of the line that fails, and nothing after it in its block."""
        row = min(failure.line or 0, len(self.lines) - 1)
        while row > 0 and not is_code(self.lines[row]):
            row -= 1
        white = indent(self.lines[row])
        blanked = [f"{white}pass"]
        for line in self.lines[row + 1 :]:
            if is_code(line) and len(indent(line)) < len(white):
                break
            blanked.append("")
        if self.lines[row : row + len(blanked)] == blanked:
            return False
        self.lines[row : row + len(blanked)] = blanked
        self.errors.setdefault(row, failure.message)
        return True

    def _take_out(self, row: int) -> str:
        """Put a stand-in on line `row`, or nothing when it is in the midst of a statement; returns what was there."""
        kept = self.lines[row]
        begins = self.extent.get(row, (row, row))[0] == row
        if kept.strip() in ('"""', "'''"):
            above = next((line for line in reversed(self.lines[:row]) if is_code(line)), "")
            begins = above.rstrip().endswith(":")
        self.lines[row] = simple_stand_in(kept) if begins else ""
        return kept

    def _replace_all_broken(self) -> None:
        """The last resort: every statement that does not parse by itself gets its stand-in."""
        for first, last in sorted(set(self.extent.values())):
            text = "\n".join(self.lines[first : last + 1])
            if not text.strip():
                continue
            result = parse_text(alone(text))
            if isinstance(result, Failure):
                ways = stand_ins(self.lines, first, last)
                stand_in = ways[-3] if len(ways) > 2 else ways[0]
                self.lines[first : last + 1] = padded(stand_in, last - first + 1)
                self.errors.setdefault(first, result.message)


def _quoted(rows: list[int]) -> int:
    """How many lines lie in strings when triple quotes on these lines open and close in turn."""
    return sum(rows[at + 1] - rows[at] for at in range(0, len(rows) - 1, 2))
