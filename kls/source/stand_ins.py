"""What may stand for a statement that does not parse, so that no more is lost than has to be."""

from __future__ import annotations

import re

from kls.source.lexical import indent, is_code, is_header

UNPARSED = "__unparsed__"
"""The name that stands for what could not be parsed; it is not defined anywhere."""

_TARGETS = re.compile(
    r"([ \t]*)(?:((?:[A-Za-z_][\w.]*(?:[ \t]*,[ \t]*[A-Za-z_][\w.]*)*[ \t]*=(?!=)[ \t]*)+)"
    r"|([A-Za-z_][\w.]*)[ \t]*(?::[^=]*|[-+*/@%&|^]|//|\*\*|>>|<<)=(?!=)"
    r"|(return)\b)"
)
_GENERIC = re.compile(
    r"([ \t]*(?:async[ \t]+)?(?:def|class)[ \t]+\w+[ \t]*)(\[(?:[^()\[\]]|\([^()]*\)|\[[^\[\]]*\])*\])(?=[ \t]*[(:])"
)
_DEF = re.compile(r"([ \t]*(?:async[ \t]+)?def[ \t]+\w+)")
_CLASS = re.compile(r"([ \t]*class[ \t]+\w+)")
_FOR = re.compile(r"([ \t]*(?:async[ \t]+)?for[ \t]+[\w., ()\[\]]+?[ \t]+in\b)")
_KEYWORD = re.compile(r"[ \t]*(?:async\b[ \t]*)?(\w*)")


def stand_ins(lines: list[str], first: int, last: int) -> list[str]:
    """What may stand for the statement on these lines, from the mildest on; the last is nothing at all."""
    white = indent(lines[first])
    following = next((line for line in lines[last + 1 : last + 6] if is_code(line)), "")
    if len(indent(following)) > len(white) or is_header(lines[first]):
        return [*_header_stand_ins("\n".join(lines[first : last + 1])), f"{white}if {UNPARSED}:", f"{white}pass", ""]
    return [simple_stand_in(lines[first]), f"{white}pass", ""]


def simple_stand_in(line: str) -> str:
    match = _TARGETS.match(line)
    if match is None:
        return indent(line) + "pass"
    white, targets, target, _ = match.groups()
    if targets:
        return f"{white}{targets}{UNPARSED}"
    return f"{white}{target} = {UNPARSED}" if target else f"{white}return {UNPARSED}"


def _header_stand_ins(text: str) -> list[str]:
    """Ways to read the header of a block: newer syntax blanked, the colon added, its kind kept."""
    white = indent(text)
    keyword = _KEYWORD.match(text)
    word = keyword.group(1) if keyword else ""
    ways = []
    generic = _GENERIC.match(text)
    if generic:
        ways.append(text[: generic.start(2)] + re.sub(r"[^\n]", " ", generic.group(2)) + text[generic.end(2) :])
    if word == "except":
        ways.append(re.sub(r"(except[ \t]*)\*", r"\1 ", text, count=1))
    bare = without_comment(text.rstrip())
    if "\n" not in text and not bare.rstrip().endswith(":"):
        ways.append(bare.rstrip() + ":")
    for pattern, tail in ((_DEF, "(*args, **kwargs):"), (_CLASS, ":"), (_FOR, f" {UNPARSED}:")):
        match = pattern.match(text)
        if match:
            ways.append(match.group(1) + tail)
    if word in ("else", "try", "finally"):
        ways.append(f"{white}{word}:")
    elif word in ("elif", "except", "while", "with", "match"):
        ways.append(f"{white}{word} {UNPARSED}:")
    elif word == "case":
        ways.append(f"{white}case _ if {UNPARSED}:")
    return ways


def padded(text: str, count: int) -> list[str]:
    lines = text.split("\n")
    return lines + [""] * (count - len(lines))


def without_comment(line: str) -> str:
    """The line without its comment; a # in a string may be taken for one, which costs a broken line no more."""
    quoted = line.rfind('"') if line.rfind('"') > line.rfind("'") else line.rfind("'")
    mark = line.find("#", quoted + 1)
    return line if mark < 0 else line[:mark]


def alone(text: str) -> str:
    """A statement as a text of its own: not indented, with what has to come before and after it."""
    text = text.lstrip(" \t\f")
    keyword = _KEYWORD.match(text)
    word = keyword.group(1) if keyword else ""
    if text.startswith("@"):
        return f"{text}\ndef f(): pass"
    if not is_header(text) or not text.rstrip().endswith(":"):
        return text
    before = {"elif": "if x: pass\n", "else": "if x: pass\n", "except": "try: pass\n", "finally": "try: pass\n"}
    if word == "try":
        return f"{text} pass\nfinally: pass"
    if word == "match":
        return f"{text}\n case _: pass"
    if word == "case":
        return f"match x:\n {text} pass"
    return f"{before.get(word, '')}{text} pass"
