"""Fixes that add inputs to a model, whether the source lists them or has them in a variable."""

from __future__ import annotations

from kls.graph.cells import KerasTensor
from kls.graph.events import Argument
from kls.graph.values import Site
from kls.graph.view import Graph
from kls.rules.finding import Edit


def adding(argument: Argument, graph: Graph, tensors: tuple[KerasTensor, ...]) -> tuple[Edit[Site], ...]:
    """The edits that add `tensors`; none where there is no plain way to write them there."""
    texts = [graph.expression(tensor) for tensor in tensors]
    site, last = argument.site, argument.last
    if site is None or not texts or None in texts:
        return ()
    added = ", ".join(text for text in texts if text is not None)
    start = site._replace(end_line=site.line, end_column=site.column)
    end = site._replace(line=site.end_line, column=site.end_column)
    if argument.kind == "dict":
        names = [graph.name(tensor.operation) for tensor in tensors]
        items = ", ".join(f'"{name}": {text}' for name, text in zip(names, texts))
        if "?" in names or not all(graph.is_input(tensor.operation) for tensor in tensors):
            return ()
        if argument.display is None:
            return (Edit(start, "{**"), Edit(end, f", {items}}}")) if argument.joins else ()
        return () if last is None else (Edit(_behind(last), f", {items}"),)
    if argument.display is not None:
        return () if last is None else (Edit(_behind(last), f", {added}"),)
    if argument.kind == "list":
        return (Edit(end, f" + [{added}]"),) if argument.joins else ()
    if argument.kind == "tuple":
        return (Edit(end, f" + ({added},)"),) if argument.joins else ()
    if argument.kind is None and len(argument.leaves) == 1:
        return Edit(start, "["), Edit(end, f", {added}]")
    return ()


def _behind(site: Site) -> Site:
    return site._replace(line=site.end_line, column=site.end_column)
