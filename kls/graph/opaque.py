"""Models of keras.applications whose source is not at hand: what is sure of them is that they start at an Input.

Where Keras is not installed, or only one of another era, `VGG16(...)` is a model of which nothing is known but its inputs,
its name, and that all its layers are computed from the inputs. That is enough to tell a graph that is not connected.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kls.graph.cells import (
    KerasTensor,
    ModelCell,
    Node,
    Operation,
    model_cell,
    operation,
    set_model,
    set_operation,
    within,
)
from kls.graph.functional import ancestors
from kls.graph.instances import instance_of
from kls.graph.layers import make_input
from kls.graph.shapes import UNKNOWN as UNKNOWN_DIM
from kls.graph.shapes import TensorSpec
from kls.graph.sources import remember_owner
from kls.program.library import Arguments
from kls.program.values import UNDEFINED, UNKNOWN, Address, Container, External, Instance, Site, Value

if TYPE_CHECKING:
    from kls.graph.context import Context
    from kls.program.interpreter import Interpreter

FAMILY = "applications"
NAMES = {
    "InceptionV3": "inception_v3",
    "InceptionResNetV2": "inception_resnet_v2",
    **{name: name.lower() for name in ("VGG16", "VGG19", "Xception", "DenseNet121", "DenseNet169", "DenseNet201")},
    **{
        f"ResNet{depth}{version}": f"resnet{depth}{version.lower()}"
        for depth in (50, 101, 152)
        for version in ("", "V2")
    },
    **{f"EfficientNetB{i}": f"efficientnetb{i}" for i in range(8)},
    **{f"EfficientNetV2{size}": f"efficientnetv2-{size.lower()}" for size in ("B0", "B1", "B2", "B3", "S", "M", "L")},
    **{f"ConvNeXt{size}": f"convnext_{size.lower()}" for size in ("Tiny", "Small", "Base", "Large")},
}
"""The names that the models have where none is passed, as far as they do not hang on other arguments."""

MOBILE_ROWS = {"MobileNet": (128, 160, 192, 224), "MobileNetV2": (96, 128, 160, 192, 224)}
"""Heights for which there are weights; with weights and another height the name says 224 (mobilenet.py, mobilenet_v2.py)."""


def make_application(
    interpreter: Interpreter, context: Context, root: str, name: str, arguments: Arguments, site: Site
) -> Value:
    """`keras.applications.VGG16(...)`: a Functional that is not complete; UNDEFINED for what builds no model.

    All the builders take `input_tensor`, `input_shape`, `pooling` and `name` (keras/src/applications).
    """
    family, _, cls = name.rpartition(".")
    if family.partition(".")[0] != FAMILY or not cls[:1].isupper():
        return UNDEFINED
    tensor, shape = arguments.get(2, "input_tensor"), arguments.get(3, "input_shape")
    if cls.startswith(("MobileNet", "NASNet")):  # whose first arguments are others
        tensor, shape = arguments.keywords.get("input_tensor"), arguments.keywords.get("input_shape")
        if len(arguments.positional) > 1 and cls.startswith("NASNet"):
            return UNKNOWN
    if not arguments.exact or not (tensor is None or type(tensor) is KerasTensor):
        return UNKNOWN
    if type(tensor) is KerasTensor:
        found = [(a, operation(interpreter, a)) for a in ancestors(interpreter, (tensor,))]
        inputs = tuple(KerasTensor(a, 0, 0) for a, cell in found if cell is not None and cell.kind == "input")
    else:
        known = type(shape) is tuple and all(d is None or isinstance(d, int) for d in shape)
        given: Value = shape if known else UNKNOWN
        inputs = (make_input(interpreter, context, root, Arguments((), {"shape": given}), site),)
    if not inputs:
        return UNKNOWN
    named = arguments.keywords.get("name")
    own = named if isinstance(named, str) else _name(cls, arguments) if named is None else None
    instance = Instance(interpreter.overlay.allocate(), External(f"{root}.Model"))
    certain = not interpreter.widened
    body = _part(interpreter, instance.address, root, "op", own, inputs, _output_spec(arguments), site)
    structure = inputs[0] if len(inputs) == 1 else interpreter.overlay.new("list", inputs)
    set_operation(interpreter, instance.address, Operation("Model", "functional", root, own, site, {}, certain=certain))
    set_model(
        interpreter,
        instance.address,
        ModelCell(
            "functional",
            structure,
            body,
            inputs,
            (body,),
            (*(tensor.operation for tensor in inputs), body.operation),
            ((body.operation, 0),),
            complete=False,
        ),
    )
    remember_owner(interpreter, instance, inputs, (body,))
    return instance


def _name(cls: str, arguments: Arguments) -> str | None:
    """The name of a model to which none is passed; None where it is not known."""
    rows = MOBILE_ROWS.get(cls)
    if rows is None:
        return NAMES.get(cls)
    shape, alpha = arguments.keywords.get("input_shape"), arguments.keywords.get("alpha", 1.0)
    weights = arguments.keywords.get("weights", "imagenet")
    square = type(shape) is tuple and len(shape) == 3 and shape[0] == shape[1]
    if arguments.positional or "input_tensor" in arguments.keywords or not isinstance(alpha, float | int):
        return None
    if weights == "imagenet" and (shape is None or square):
        height: Value = shape[0] if type(shape) is tuple and shape[0] in rows else 224
    elif weights is None and square and type(shape) is tuple:
        height = shape[0]
    else:
        return None
    return f"{cls.lower()}_{alpha:0.2f}_{height}" if isinstance(height, int) else None


def _output_spec(arguments: Arguments) -> TensorSpec:
    """The rank of the output, and how many classes there are."""
    top, pooling = arguments.keywords.get("include_top", True), arguments.keywords.get("pooling")
    if arguments.positional or not isinstance(top, bool) or not (pooling is None or isinstance(pooling, str)):
        return TensorSpec(None)
    if top:
        classes = arguments.keywords.get("classes", 1000)
        return TensorSpec((None, classes if isinstance(classes, int) else UNKNOWN_DIM))
    return TensorSpec((None, UNKNOWN_DIM) if pooling else (None, UNKNOWN_DIM, UNKNOWN_DIM, UNKNOWN_DIM))


def _part(
    interpreter: Interpreter,
    model: Address,
    root: str,
    kind: str,
    name: str | None,
    inputs: tuple[KerasTensor, ...],
    spec: TensorSpec,
    site: Site | None,
    exact: bool = False,
) -> KerasTensor:
    """An operation within the model that is computed from `inputs`, if not `exact` by way of what is not known."""
    address = interpreter.overlay.allocate()
    tensor = KerasTensor(address, 0, 0)
    node = Node(inputs if exact else (*inputs, UNKNOWN), (spec,), (None,), tensor, site)
    certain = not interpreter.widened
    set_operation(interpreter, address, Operation("Layer", kind, root, name, site, {}, (node,), certain=certain))
    interpreter.overlay.set(("within", address), model)
    return tensor


def is_opaque(interpreter: Interpreter, address: Address) -> bool:
    """Whether a model is one of these."""
    model = model_cell(interpreter, address)
    return model is not None and any(within(interpreter, tensor) == address for tensor in model.outputs)


def around(interpreter: Interpreter, model: ModelCell) -> Address | None:
    """The one of these models that all of a model lies in which is not known, so that its other layers are there."""
    owners: set[Address] = set()
    for address in model.operations:
        owner, cell = within(interpreter, KerasTensor(address, 0, 0)), operation(interpreter, address)
        if owner is not None and is_opaque(interpreter, owner):
            owners.add(owner)
        elif cell is None or (
            cell.kind != "input" and (cell.name is None or any(UNKNOWN in n.inputs for n in cell.nodes))
        ):
            return None
    return owners.pop() if len(owners) == 1 else None


def layer_of(interpreter: Interpreter, address: Address, key: Value) -> Value:
    """A layer of such a model by its name or index, the same each time; UNKNOWN if `key` is neither."""
    model, own = model_cell(interpreter, address), operation(interpreter, address)
    if model is None or own is None or type(key) not in (str, int):
        return UNKNOWN
    if key == 0:
        return instance_of(interpreter, model.inputs[0].operation) if len(model.inputs) == 1 else UNKNOWN
    found = interpreter.overlay.get(("layer", address, key))
    if isinstance(found, Instance):
        return found
    name = key if isinstance(key, str) else None
    before = _part(interpreter, address, own.root, "op", None, model.inputs, TensorSpec(None), own.site)
    tensor = _part(interpreter, address, own.root, "layer", name, (before,), TensorSpec(None), own.site, exact=True)
    layer = instance_of(interpreter, tensor.operation)
    interpreter.overlay.set(("layer", address, key), layer)
    return layer


def layer_at(interpreter: Interpreter, layers: Value, index: Value) -> Value:
    """`model.layers[index]` of such a model; UNDEFINED where `layers` are not its."""
    model = interpreter.overlay.get(("layers of", layers)) if isinstance(layers, Container) else None
    if not isinstance(model, Instance) or not is_opaque(interpreter, model.address):
        return UNDEFINED
    return layer_of(interpreter, model.address, index)
