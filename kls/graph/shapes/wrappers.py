"""Layers around a layer: TimeDistributed, Bidirectional, SpectralNormalization, Pipeline."""

from __future__ import annotations

from collections.abc import Mapping

from kls.graph.shapes.convolution import channels_and_space
from kls.graph.shapes.dims import add, count, multiply
from kls.graph.shapes.naming import canonical
from kls.graph.shapes.registry import LAYERS, UNKNOWN_TENSOR, Call, layer
from kls.graph.shapes.spec import UNKNOWN, Dim, Inference, Mismatch, Structure, TensorSpec

_UNKNOWN = Inference(UNKNOWN_TENSOR, None)


def inner(given: object, call: Call, args: tuple[object, ...], kwargs: Mapping[str, object] | None = None) -> Inference:
    """What the wrapped layer `given` (see spec.Inner) gives for `args`. Raises Mismatch."""
    if callable(given):
        result = given(args, kwargs or {})
        return result if isinstance(result, Inference) else _UNKNOWN
    pair = named(given)
    if pair is None or pair[0] not in LAYERS:
        return _UNKNOWN
    return LAYERS[pair[0]](Call(pair[1], args, kwargs or {}, call.facts))


def named(given: object) -> tuple[str, Mapping[str, object]] | None:
    """The canonical class name and the config of a wrapped layer, if it is given as such a pair."""
    if isinstance(given, tuple) and len(given) == 2 and isinstance(given[0], str) and isinstance(given[1], Mapping):
        return canonical(given[0]), given[1]
    return None


@layer("TimeDistributed")
def time_distributed(call: Call) -> Inference:
    """The inner layer at every step, axis 1."""
    x = call.tensor
    given = call.config.get("layer", UNKNOWN)
    if x.shape is None:
        return Inference(_steps(inner(given, call, (x,)).outputs, (UNKNOWN, UNKNOWN), call), None)
    if len(x.shape) < 3:
        raise Mismatch("TimeDistributed needs at least rank 3")
    result = inner(given, call, (TensorSpec((x.shape[0], *x.shape[2:]), x.dtype),))
    return Inference(_steps(result.outputs, x.shape[:2], call), result.params)


def _steps(output: Structure, leading: tuple[Dim, ...], call: Call) -> Structure:
    if isinstance(output, TensorSpec):
        return TensorSpec(None if output.shape is None else leading + output.shape[1:], call.passed(output))
    return UNKNOWN_TENSOR


@layer("Bidirectional")
def bidirectional(call: Call) -> Inference:
    """The inner layer forwards and backwards; `merge_mode` says what becomes of the two outputs."""
    given = call.config.get("layer", UNKNOWN)
    forward = inner(given, call, call.args[:1] or (call.argument(0, "sequences"),))
    other = call.config.get("backward_layer")
    backward = forward if other is None else inner(other, call, call.args[:1] or (call.argument(0, "sequences"),))
    params = None
    if forward.params is not None and backward.params is not None:
        params = forward.params + backward.params
    pair = named(given)
    if pair is not None and pair[1].get("return_state", False) is UNKNOWN:
        return Inference(UNKNOWN_TENSOR, params)
    output = forward.outputs
    states: tuple[Structure, ...] = ()
    if isinstance(output, (list, tuple)) and not isinstance(output, TensorSpec):
        back = backward.outputs
        states = tuple(output[1:])
        states += tuple(back[1:]) if isinstance(back, (list, tuple)) and not isinstance(back, TensorSpec) else states
        output = output[0]
    if not isinstance(output, TensorSpec) or pair is None:
        return Inference(UNKNOWN_TENSOR, params)
    return _merged(call, output, states, params)


def _merged(call: Call, output: TensorSpec, states: tuple[Structure, ...], params: int | None) -> Inference:
    mode = call.config.get("merge_mode", "concat")
    if call.facts.era != "tf_keras":  # Keras 3 gives all of them the wrapper's dtype
        output = TensorSpec(output.shape, call.dtype)
        states = tuple(TensorSpec(x.shape, call.dtype) if isinstance(x, TensorSpec) else x for x in states)
    many: list[Structure] | tuple[Structure, ...]
    if mode is UNKNOWN:
        return Inference(UNKNOWN_TENSOR, params)
    if mode is None:
        many = (output, output, *states)
    else:
        if mode == "concat" and output.shape:
            output = TensorSpec((*output.shape[:-1], multiply(output.shape[-1], 2)), output.dtype)
        if not states:
            return Inference(output, params)
        many = (output, *states)
    return Inference(list(many) if call.facts.era == "tf_keras" else many, params)


@layer("SpectralNormalization")
def spectral_normalization(call: Call) -> Inference:
    """The inner layer, and a vector as long as its kernel's last dimension."""
    given = call.config.get("layer", UNKNOWN)
    result = inner(given, call, call.args, call.kwargs)
    vector = _kernel_columns(given, call)
    params = None if result.params is None else count(add(result.params, vector))
    return Inference(result.outputs, params)


def _kernel_columns(given: object, call: Call) -> Dim:
    pair = named(given)
    if pair is None:
        return UNKNOWN
    name, config = pair
    wrapped = Call(config, call.args, call.kwargs, call.facts)
    if name.startswith("DepthwiseConv"):
        return wrapped.size("depth_multiplier", 1)
    if name.startswith("Conv") and name.endswith("Transpose"):
        return channels_and_space(wrapped, int(name[4]))[1]
    key = {"Dense": "units", "Embedding": "output_dim"}.get(name, "filters" if name.startswith("Conv") else None)
    return UNKNOWN if key is None else wrapped.size(key)


@layer("Wrapper")
def wrapper(call: Call) -> Inference:
    """The base class: what it gives is for its subclass to say, its weights are the inner layer's."""
    return Inference(UNKNOWN_TENSOR, inner(call.config.get("layer", UNKNOWN), call, call.args, call.kwargs).params)


@layer("Pipeline")
def pipeline(call: Call) -> Inference:
    """Preprocessing layers one after the other."""
    layers = call.config.get("layers", UNKNOWN)
    if not isinstance(layers, (list, tuple)):
        return _UNKNOWN
    value: object = call.argument(0, "inputs")
    total: Dim = 0
    for given in layers:
        result = inner(given, call, (value,))
        value = result.outputs
        total = add(total, UNKNOWN if result.params is None else result.params)
    return Inference(value if layers else UNKNOWN_TENSOR, count(total))  # type: ignore[arg-type]
