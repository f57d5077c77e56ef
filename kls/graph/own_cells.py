"""Cells of the program's own inside an RNN: what `state_size` says, and what the cell weighs once it is built.

Follows keras/src/layers/rnn/rnn.py and stacked_rnn_cells.py (`build`, `compute_output_shape`): Keras 3 builds a cell without
calling it, so that layers inside it that `build` leaves alone have no weights yet; tf_keras calls it, which is not followed.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from kls.environment.era import Era
from kls.graph.cells import KerasTensor, Operation, operation, set_operation, spec_of
from kls.graph.context import Context
from kls.graph.custom import build_with, weight
from kls.graph.shapes import OWN_CELL
from kls.graph.shapes import UNKNOWN as UNKNOWN_DIM
from kls.program.attributes import find_in_mro, get_attribute
from kls.program.containers import content_of
from kls.program.values import UNDEFINED, UNKNOWN, Class, Container, Instance, Site, Value

if TYPE_CHECKING:
    from kls.program.interpreter import Interpreter


def build_cells(
    interpreter: Interpreter, context: Context, layer: Operation, tensors: tuple[Value, ...], site: Site
) -> None:
    """An RNN is called: those of its cells that were not built are, each on what the one below gives."""
    first = tensors[0] if tensors else None
    shape = spec_of(interpreter, first).shape if type(first) is KerasTensor else None
    known = None if shape is None else (shape[0], *shape[2:])
    step: Value = UNKNOWN if known is None else tuple(UNKNOWN if size is UNKNOWN_DIM else size for size in known)
    for cell in _cells(interpreter, layer.config.get("cell")):
        own = operation(interpreter, cell.address)
        if own is None or not isinstance(cell.cls, Class):
            step = (None, UNKNOWN if own is None else own.config.get("units", UNKNOWN))
            continue
        if OWN_CELL not in own.config:
            build_with(interpreter, cell, step, site)
            sizes = tuple(_size(interpreter, cell, name, site) for name in ("state_size", "output_size"))
            params = weight(interpreter, cell, unbuilt_too=context.era(layer.root) is Era.TF_KERAS)
            own = own._replace(params=params, config={**own.config, OWN_CELL: sizes})
            set_operation(interpreter, cell.address, own)
        size = next(one for one in reversed(_sizes(own)) if one is not None)
        step = (None, size[0] if type(size) is tuple and size else size)


def _cells(interpreter: Interpreter, given: Value) -> Iterator[Instance]:
    content = content_of(interpreter, given) if isinstance(given, Container) else given
    for one in content if type(content) is tuple else (given,):
        if isinstance(one, Instance):
            yield one


def _sizes(own: Operation) -> tuple[Value, ...]:
    sizes = own.config[OWN_CELL]
    return sizes if type(sizes) is tuple else (UNKNOWN, None)


def _size(interpreter: Interpreter, cell: Instance, name: str, site: Site) -> Value:
    """`cell.state_size` or `cell.output_size`: an int, or a tuple of them; None where the program sets no such attribute."""
    assert isinstance(cell.cls, Class)
    own = interpreter.overlay.get((cell.address, name)) is not UNDEFINED
    if not own and find_in_mro(interpreter, cell.cls.mro, name) is UNDEFINED:
        return None
    found = get_attribute(interpreter, cell, name, site)
    content = content_of(interpreter, found) if isinstance(found, Container) else found
    return content if isinstance(content, int | tuple) else UNKNOWN
