"""What happens while a program builds its graph, as the rules get to see it: immutable facts, nothing to look up in syntax."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from kls.graph.cells import KerasTensor
from kls.graph.connectivity import Connectivity
from kls.program.values import Address, Instance, Site, Value

__all__ = ["Argument", "Instance", "ModelBuilt", "Site", "Undefined", "Value"]


@dataclass(frozen=True)
class Argument:
    """An argument of a construction: its flat leaves, and where each stands where the source spells them out."""

    leaves: tuple[Value, ...]
    site: Site | None
    leaf_sites: tuple[Site | None, ...]
    is_list: bool
    """Whether the source has a list or tuple display there, so that an element can be added."""
    attributes: tuple[str | None, ...] = ()
    """For each leaf that the source spells as an attribute, such as `model.input`, that attribute."""
    kind: str | None = None
    """"list", "tuple" or "dict" where the value is one, however the source spells it."""
    display: str | None = None
    """The same where the source has a display of it there."""
    last: Site | None = None
    """The last element of the display."""
    joins: bool = False
    """Whether ` + [...]` may stand behind it as it is spelled."""


@dataclass(frozen=True)
class ModelBuilt:
    """A Functional was constructed, or this Keras refused to."""

    site: Site
    stack: tuple[Site, ...]
    """The calls of the program's functions that led here, outermost first."""
    instance: Instance
    name: str | None
    inputs: Argument
    outputs: Argument
    guarded: bool
    """Whether it stands in a `try` that would catch what Keras raises."""
    certain: bool
    """False in a loop of unknown length or under an unknown condition."""
    connectivity: Connectivity | None = None
    """None where an input or output is not a known KerasTensor."""
    outcomes: Mapping[str, str] = field(default_factory=dict)
    """Era -> "raises", "leaks" or "fine"."""
    error: tuple[str, str] | None = None
    leaked: tuple[Address, ...] = ()
    """Operations in the model that lie before the boundary which the author named by a clone."""
    clones: Mapping[KerasTensor, KerasTensor] = field(default_factory=dict)
    """Inputs that are clones, and the tensors that they were made for."""
    duplicate: tuple[str, int] | None = None
    """A name that several layers of the model have, and how many."""
    nested: tuple[tuple[int, Instance], ...] = ()
    """Outputs that are lists of one within the list of them, by their place, and the model of which each is `.output`."""


@dataclass(frozen=True)
class Undefined:
    """An attribute was read that this object does not have: `.input` of a Sequential that was never called."""

    site: Site
    stack: tuple[Site, ...]
    instance: Instance
    attribute: str
    reason: str
    """"never called", "not built", "no graph", "removed", "no layer"."""
    facts: Mapping[str, Value] = field(default_factory=dict)
    guarded: bool = False
    certain: bool = True


@dataclass(frozen=True)
class Happening:
    """What all that follows have in common."""

    site: Site
    stack: tuple[Site, ...]
    guarded: bool
    """Whether a `try` is there for what raises."""
    certain: bool
    """False in a loop of unknown length or under an unknown condition."""


@dataclass(frozen=True)
class Removed(Happening):
    """A name or argument was used that this Keras does not have."""

    name: str
    kind: str
    """"argument", "function", "backend", or "name": one inside a module, as the program spells it."""
    name_site: Site | None = None
    """Where the name itself stands, if it is an argument's."""


@dataclass(frozen=True)
class UnknownArgument(Happening):
    """A layer was made with a keyword that its constructor does not have."""

    layer: Instance
    name: str
    place: Site
    """Of the keyword."""
    assumed: bool
    """Whether this is a function that nobody calls."""


@dataclass(frozen=True)
class Imported(Happening):
    """Something of Keras's was imported."""

    module: str
    """Such as `keras.layers.core` or `tensorflow.keras.layers`, as the program spells it."""
    names: tuple[str, ...]
    """Empty for `import module`."""
    lacking: str | None = None
    """What of it this Keras 3 does not have, as the program spells it: `keras.layers.LocallyConnected1D`."""


@dataclass(frozen=True)
class NotCalled(Happening):
    """A layer or model, or None, was passed to a call where a tensor is due."""

    receiver: Instance
    value: Value
    value_site: Site | None


@dataclass(frozen=True)
class NotALayer(Happening):
    """Something else than a layer was put into a Sequential."""

    sequential: Instance
    value: Value
    value_site: Site | None


@dataclass(frozen=True)
class ValueNeeded(Happening):
    """Python or NumPy asks a KerasTensor for values, which it does not have."""

    tensor: KerasTensor
    kind: str
    """"truth", "items", "length", "number", "call", "numpy" (a function) or "operator" (NumPy's, by the array's left)."""
    name: str = ""
    """NumPy's function, such as `mean`; of the other kinds the variable that is asked, where it is one."""
    function_site: Site | None = None


@dataclass(frozen=True)
class NoAttribute(Happening):
    """An attribute was read that the object never has: `.output` of a tensor, `.pop` of a Functional."""

    owner: KerasTensor | Instance | None
    """None for a shape."""
    attribute: str


@dataclass(frozen=True)
class Assigned(Happening):
    """`owner.attribute = ...` on a layer or model, where Keras does not let it or takes no notice."""

    owner: Instance
    attribute: str
    outcome: str
    """"raises" or "wrong", on this Keras."""


@dataclass(frozen=True)
class WrongInputs(Happening):
    """A layer or model was called on more, fewer or other inputs than it takes."""

    receiver: Instance
    kind: str
    """"count", "keys", "list" (one tensor is due) or "single" (a list is due)."""
    expected: int
    given: int
    names: tuple[str, ...] = ()
    """The inputs that are missing, for "keys"."""
    outcome: str = "raises"
    """"raises" or "wrong", on this Keras."""
    argument_site: Site | None = None


@dataclass(frozen=True)
class LateBound(Happening):
    """A function in a Lambda layer reads a variable that has another value by the time the model is made."""

    layer: Instance
    variable: str
    before: Value
    after: Value
    room: Site | None
    """Where one more parameter of the function may be written, behind its last one; None where it is not spelled there."""


@dataclass(frozen=True)
class ModelCalled(Happening):
    """A Functional was called on known tensors."""

    instance: Instance
    tensors: tuple[KerasTensor, ...]
    output: Value
    argument: Argument


@dataclass(frozen=True)
class LayersChanged(Happening):
    """`model.layers.pop()` or its like: what is changed is a copy."""

    model: Instance
    method: str
    gone: Instance | None
    """The layer that was to go, where it is one that is known."""


@dataclass(frozen=True)
class LayerAdded(Happening):
    """A layer was added to a Sequential."""

    sequential: Instance
    layer: Instance
    namesake: Instance | None
    """Another layer of the stack that has the same name already, so that Keras raises."""
    owner: Instance | None
    """The model that the layer belongs to already, the first one."""


@dataclass(frozen=True)
class SharedAfterTraining(Happening):
    """A model whose layers were added to a Sequential is used again after that one was trained."""

    sequential: Instance
    owner: Instance
    training: Site


@dataclass(frozen=True)
class CalledAgain(Happening):
    """A layer was called again, by the same call of a loop, on what came of its own output."""

    layer: Instance


@dataclass(frozen=True)
class TensorFlowCalled(Happening):
    """A TensorFlow function got a KerasTensor of Keras 3, or one that `tf.function` compiled got one of any Keras."""

    name: str
    """Such as `math.reduce_mean`, without `tensorflow.`; "function" for what was compiled."""
    tensor: KerasTensor
    function_site: Site | None
    keywords: tuple[str, ...]


@dataclass(frozen=True)
class Mixed(Happening):
    """Something of one Keras met something of another: keras and tf_keras."""

    receiver: Instance
    root: str
    other: Instance
    other_root: str
    how: str
    """"called": on the other alone; "joined": on tensors of both; "given": constructed of it, or had it added."""
