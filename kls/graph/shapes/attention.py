"""Attention layers: with `return_attention_scores` they have two outputs."""

from __future__ import annotations

from kls.graph.shapes.dims import count, is_int, multiply, when
from kls.graph.shapes.registry import UNKNOWN_TENSOR, Call, layer, one
from kls.graph.shapes.spec import UNKNOWN, Dim, Inference, Mismatch, Shape, TensorSpec


def _with_scores(
    call: Call, output: Shape | None, scores: Shape | None, params: int | None, position: int
) -> Inference:
    """One output, or (output, scores) if the call asks for the scores."""
    wanted = call.argument(position, "return_attention_scores", False)
    if position == 3 and call.facts.era == "3.0":
        wanted = False  # this era's Attention forgets the scores of symbolic calls
    if wanted is UNKNOWN:
        return one(None, None, params)
    result = TensorSpec(output, call.dtype)
    return Inference((result, TensorSpec(scores, call.dtype)), params) if wanted else Inference(result, params)


def _query_value_key(call: Call) -> tuple[Shape | None, Shape | None, Shape | None]:
    """The shapes of a call on a list [query, value] or [query, value, key]."""
    tensors = call.tensors
    if tensors is None:
        return None, None, None
    if len(tensors) not in (2, 3):
        raise Mismatch("attention takes [query, value] or [query, value, key]")
    return tensors[0].shape, tensors[1].shape, tensors[-1].shape


def _last(shape: Shape | None) -> Dim:
    return shape[-1] if shape else UNKNOWN


def _dot_attention(call: Call, params: int | None) -> Inference:
    query, value, key = _query_value_key(call)
    # call(inputs, mask, training, return_attention_scores) in every era
    if query is None or value is None or key is None:
        return _with_scores(call, None, None, params, 3)
    if len(query) < 2 or len(value) < 2 or len(key) < 2:
        raise Mismatch("attention needs at least rank 2")
    output, scores = (*query[:-1], value[-1]), (*query[:-1], key[-2])
    return _with_scores(call, output, scores, params, 3)


@layer("Attention")
def attention(call: Call) -> Inference:
    """One scale with `use_scale`, one more weight with `score_mode="concat"`."""
    mode = call.text("score_mode", "dot")
    concat = UNKNOWN if mode is UNKNOWN else int(mode == "concat")
    return _dot_attention(call, count(when(call.flag("use_scale", False), 1), concat))


@layer("AdditiveAttention")
def additive_attention(call: Call) -> Inference:
    """A scale as long as the query is deep."""
    query = _query_value_key(call)[0]
    return _dot_attention(call, count(when(call.flag("use_scale", True), _last(query))))


def _arguments(call: Call) -> tuple[TensorSpec, TensorSpec, TensorSpec]:
    query, value = call.argument(0, "query"), call.argument(1, "value")
    key = call.argument(2, "key", None)
    key = value if key is None else key
    return tuple(x if isinstance(x, TensorSpec) else UNKNOWN_TENSOR for x in (query, value, key))  # type: ignore[return-value]


@layer("MultiHeadAttention")
def multi_head_attention(call: Call) -> Inference:
    """Projections of query, key and value, and one of the output; a gate with `use_gate`."""
    query, value, key = _arguments(call)
    heads, key_dim = call.size("num_heads"), call.size("key_dim")
    value_dim = call.size("value_dim", None)
    value_dim = key_dim if value_dim is None else value_dim
    given = call.config.get("output_shape")
    out: Shape = (_last(query.shape),)
    if is_int(given):
        out = (given,)
    elif isinstance(given, (list, tuple)) and given:
        out = tuple(d if is_int(d) else UNKNOWN for d in given)
    elif given is UNKNOWN:
        out = (UNKNOWN,)
    bias = call.flag("use_bias", True)
    keys, values, outs = multiply(heads, key_dim), multiply(heads, value_dim), multiply(*out)
    params = count(
        multiply(_last(query.shape), keys),
        multiply(_last(key.shape), keys),
        multiply(_last(value.shape), values),
        multiply(values, outs),
        when(call.flag("use_gate", False), _projection(_last(query.shape), values, bias)),
        *(when(bias, size) for size in (keys, keys, values, outs)),
    )
    if query.shape is None or len(query.shape) < 2:
        return _with_scores(call, None, None, params, 7)
    output = None if given is UNKNOWN else query.shape[:-1] + out
    return _with_scores(call, output, _head_scores(call, query.shape, key.shape, heads), params, 7)


def _projection(features: Dim, units: Dim, bias: object) -> Dim:
    weights = multiply(features, units)
    if bias is UNKNOWN or not is_int(weights) or not is_int(units):
        return UNKNOWN
    return weights + units if bias else weights


def _head_scores(call: Call, query: Shape, key: Shape | None, heads: Dim) -> Shape | None:
    """Keras 3 says that scores are (batch, heads, query length, query length), whatever the key's length is."""
    if call.facts.era != "tf_keras":
        return (query[0], heads, query[1], query[1])
    if key is None or call.config.get("attention_axes") is not None or len(query) != 3:
        return None
    return (query[0], heads, query[1], key[1])


@layer("GroupedQueryAttention")
def grouped_query_attention(call: Call) -> Inference:
    """As MultiHeadAttention, with fewer heads for key and value."""
    query, value, key = _arguments(call)
    head, heads, groups = call.size("head_dim"), call.size("num_query_heads"), call.size("num_key_value_heads")
    bias = call.flag("use_bias", True)
    features = _last(query.shape)
    queries, keys = multiply(heads, head), multiply(groups, head)
    params = count(
        _projection(features, queries, bias),
        _projection(_last(key.shape), keys, bias),
        _projection(_last(value.shape), keys, bias),
        _projection(queries, features, bias),
        when(call.flag("use_gate", False), _projection(features, queries, bias)),
    )
    if query.shape is None or key.shape is None or len(query.shape) != 3 or len(key.shape) != 3:
        return _with_scores(call, query.shape, None, params, 7)
    scores = (query.shape[0], heads, query.shape[1], key.shape[1])
    return _with_scores(call, query.shape, scores, params, 7)
