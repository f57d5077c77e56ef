"""Whether the outputs of a model can be computed from its inputs, and where they really come from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kls.environment.era import Era
from kls.graph.cells import KerasTensor, node_of, possible_inputs, within
from kls.graph.functional import is_input_tensor
from kls.program.values import Either

if TYPE_CHECKING:
    from kls.program.interpreter import Interpreter


@dataclass(frozen=True)
class Unlisted:
    """An Input that the outputs need and the model does not list."""

    tensor: KerasTensor
    path: tuple[KerasTensor, ...]
    """From the output back to it, the output first."""
    output: int
    """Which output needs it, counted flat."""


@dataclass(frozen=True)
class Connectivity:
    """What the walk from the outputs, stopping at the inputs, meets."""

    unlisted: tuple[Unlisted, ...]
    unused: tuple[int, ...]
    """Inputs, counted flat, that no output is computed from."""
    broken: tuple[int, ...]
    """Outputs, counted flat, that need an unlisted Input."""
    midgraph: bool
    """Whether some input is not from an InputLayer."""
    consumed: tuple[bool, ...]
    """Whether each input's operation has an outbound node: what Keras 3.10 to 3.13 ask for."""
    complete: bool
    """Whether every tensor on the way is known."""
    repeated: bool
    """Whether an Input is listed twice, which only tf_keras refuses."""

    @property
    def disconnected(self) -> bool:
        """Whether some call needs an unlisted Input; tf_keras does not mind one that is itself an output."""
        return any(len(one.path) > 1 for one in self.unlisted)


def connectivity(
    interpreter: Interpreter,
    inputs: tuple[KerasTensor, ...],
    outputs: tuple[KerasTensor, ...],
    consumed: tuple[bool, ...],
) -> Connectivity:
    """Walk back from each output and stop at the inputs, as tf_keras and Keras 3.14 and later do.

    Only a tensor that is needed on every path counts as unlisted: where a node's input is one of several,
    nothing is said of any.
    """
    listed = frozenset(inputs)
    met: set[KerasTensor] = set()
    seen: set[KerasTensor] = set()
    unlisted: dict[KerasTensor, Unlisted] = {}
    broken: set[int] = set()
    complete = True
    cut = {model for tensor in inputs if (model := within(interpreter, tensor)) is not None}
    for index, output in enumerate(outputs):
        parents: dict[KerasTensor, KerasTensor | None] = {output: None}
        stack = [output]
        while stack:
            tensor = stack.pop()
            if tensor in listed:
                met.add(tensor)
                continue
            node = node_of(interpreter, tensor)
            if node is None:
                complete = False
                continue
            if cut and within(interpreter, tensor) in cut:  # which of the two comes first is not known
                complete = False
                met.update(t for t in inputs if within(interpreter, t) == within(interpreter, tensor))
                continue
            if node.is_input:
                broken.add(index)
                if tensor not in unlisted:
                    unlisted[tensor] = Unlisted(tensor, _path(parents, tensor), index)
                continue
            seen.add(tensor)
            complete = complete and node.exact
            for one in reversed(node.inputs):
                if type(one) is KerasTensor and one not in parents:
                    parents[one] = tensor
                    stack.append(one)
            if any(type(one) is Either for one in node.inputs):
                met.update(t for t in possible_inputs(node) if t in listed)
    unused = tuple(i for i, tensor in enumerate(inputs) if tensor not in met)
    midgraph = not all(is_input_tensor(interpreter, tensor) for tensor in inputs)
    given = [tensor for tensor in inputs if is_input_tensor(interpreter, tensor)]
    repeated = len(set(given)) < len(given)
    return Connectivity(tuple(unlisted.values()), unused, tuple(sorted(broken)), midgraph, consumed, complete, repeated)


def _path(parents: Mapping[KerasTensor, KerasTensor | None], tensor: KerasTensor) -> tuple[KerasTensor, ...]:
    path: list[KerasTensor] = []
    step: KerasTensor | None = tensor
    while step is not None:
        path.append(step)
        step = parents[step]
    return tuple(reversed(path))


def outcome(era: Era, found: Connectivity, duplicates: bool) -> str:
    """What an era does with the construction: "raises", "leaks" or "fine".

    Keras 3 checks that names are unique before anything else, tf_keras after connectedness; both raise.
    """
    if duplicates:
        return "raises"
    if era is Era.TF_KERAS:
        if found.disconnected or found.repeated or (found.midgraph and found.unused):
            return "raises"
        return "leaks" if found.unlisted else "fine"
    if era is Era.V3_14:
        return "raises" if found.unlisted else "fine"
    if era is Era.V3_10 and not all(found.consumed):
        return "raises"
    return "leaks" if found.unlisted else "fine"


def error_of(
    era: Era,
    raises: bool,
    found: Connectivity,
    duplicate: tuple[str, int] | None,
    tensor: str,
    path: str,
    refusal: str | None,
) -> tuple[str, str] | None:
    """The exception, (type, message) as Keras words it, or None where the era builds the model.

    `tensor` is what an unlisted Input is called, `path` where the output stands that cannot be computed, and `refusal`
    what tf_keras says when it does not clone the graph.
    """
    if refusal is not None:
        return ("ValueError", f"{refusal} {tensor}".rstrip())
    if duplicate is not None and (era is not Era.TF_KERAS or not found.disconnected):
        kind = "layer" if era is Era.TF_KERAS else "operation"
        return (
            "ValueError",
            f'The name "{duplicate[0]}" is used {duplicate[1]} times in the model. All {kind} names should be unique.',
        )
    if not raises:
        return None
    if era is Era.TF_KERAS:
        if found.repeated:
            return ("ValueError", "The list of inputs passed to the model contains the same input multiple times.")
        if found.midgraph and found.unused:
            return ("ValueError", "Found unvisited input tensors that are disconnected from the outputs")
        return ("ValueError", f"Graph disconnected: cannot obtain value for tensor {tensor}")
    if era is Era.V3_14:
        return ("ValueError", f"Output with path `{path}` is not connected to `inputs`")
    return ("ValueError", "`inputs` not connected to `outputs`")
