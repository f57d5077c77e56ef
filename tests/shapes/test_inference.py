"""What is said when little is known: honest structures, and no exception ever."""

from __future__ import annotations

import timeit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kls.graph.shapes import (
    UNKNOWN,
    Facts,
    Inference,
    TensorSpec,
    bind,
    declared_input,
    infer,
    infer_op,
    parameters,
)
from kls.graph.shapes.ops_registry import OPS
from kls.graph.shapes.registry import LAYERS

IMAGE = TensorSpec((None, 32, 32, 3), "float32")
SEQUENCE = TensorSpec((None, 10, 8), "float32")
NOTHING = TensorSpec(None)


def shape(layer: str, config: dict[str, object], *args: object, **kwargs: object) -> object:
    outputs = infer(layer, config, args, kwargs).outputs
    return outputs.shape if isinstance(outputs, TensorSpec) else outputs


def test_dense() -> None:
    answer = infer("Dense", {"units": 4}, (SEQUENCE,), {})
    assert answer == Inference(TensorSpec((None, 10, 4), "float32"), 36)


def test_an_unknown_size_is_not_a_dynamic_one() -> None:
    """None is what Keras itself says; UNKNOWN is what kls does not know, and it never becomes a number or None."""
    answer = infer("Conv2D", {"filters": UNKNOWN, "kernel_size": 3, "padding": "same"}, (IMAGE,), {})
    assert answer == Inference(TensorSpec((None, 32, 32, UNKNOWN), "float32"), None)
    assert isinstance(answer.outputs, TensorSpec)
    assert answer.outputs.known_shape is None
    assert shape("GlobalAveragePooling2D", {}, answer.outputs) == (None, UNKNOWN)


def test_what_is_known_survives_what_is_not() -> None:
    """The height is unknown, but the channels are not: the weights of every convolution can be told."""
    image = infer("Input", {"shape": (UNKNOWN, UNKNOWN, 3)}, (), {}).outputs
    answer = infer("Conv2D", {"filters": 8, "kernel_size": 3}, (image,), {})
    assert answer == Inference(TensorSpec((None, UNKNOWN, UNKNOWN, 8), "float32"), 224)
    flat = infer("GlobalMaxPooling2D", {}, (answer.outputs,), {}).outputs
    assert infer("Dense", {"units": 10}, (flat,), {}) == Inference(TensorSpec((None, 10), "float32"), 90)


def test_the_rank_is_known_of_a_layer_that_takes_only_one() -> None:
    assert shape("Conv1D", {"filters": 4, "kernel_size": 3}, NOTHING) == (UNKNOWN, UNKNOWN, 4)
    assert shape("LSTM", {"units": 4}, NOTHING) == (UNKNOWN, 4)


def test_states_are_counted_even_when_their_size_is_unknown() -> None:
    lstm, gru = (shape(name, {"units": UNKNOWN, "return_state": True}, NOTHING) for name in ("LSTM", "GRU"))
    assert isinstance(lstm, tuple)
    assert len(lstm) == 3
    assert isinstance(gru, tuple)
    assert len(gru) == 2
    both = shape("Bidirectional", {"layer": ("LSTM", {"units": UNKNOWN, "return_state": True})}, NOTHING)
    assert isinstance(both, tuple)
    assert len(both) == 5


def test_tf_keras_returns_lists_where_keras_3_returns_tuples() -> None:
    answer = infer("LSTM", {"units": 4, "return_state": True}, (SEQUENCE,), {}, Facts(era="tf_keras"))
    assert isinstance(answer.outputs, list)


def test_a_flag_that_is_not_known_leaves_the_structure_open() -> None:
    assert shape("LSTM", {"units": 4, "return_state": UNKNOWN}, SEQUENCE) is None
    assert infer("Dense", {"units": 4, "use_bias": UNKNOWN}, (SEQUENCE,), {}).params is None


def test_options_that_are_not_known_leave_defaults_open() -> None:
    """`Dense(4, **options)`: there may be `use_bias=False` among them."""
    known, open_ = ({"units": 4}, {"units": 4, "**": UNKNOWN})
    assert infer("Dense", known, (SEQUENCE,), {}).params == 36
    answer = infer("Dense", open_, (SEQUENCE,), {})
    assert answer.params is None
    assert answer.outputs == TensorSpec((None, 10, 4), None)


def test_what_keras_refuses_is_unknown() -> None:
    assert shape("Conv2D", {"filters": 4, "kernel_size": 40}, IMAGE) is None
    assert shape("Concatenate", {}, [SEQUENCE, TensorSpec((None, 11, 8))]) is None
    assert shape("Reshape", {"target_shape": (7,)}, TensorSpec((None, 8))) is None
    assert infer_op("split", (SEQUENCE, 3), {"axis": 1}) == NOTHING


def test_unknown_layers_and_ops() -> None:
    assert infer("MyLayer", {}, (SEQUENCE,), {}) == Inference(NOTHING, None)
    assert infer_op("my_op", (SEQUENCE,), {}) == NOTHING


def test_attention_scores_are_a_second_output() -> None:
    config: dict[str, object] = {"num_heads": 2, "key_dim": 4}
    outputs = shape("MultiHeadAttention", config, SEQUENCE, SEQUENCE, return_attention_scores=True)
    assert outputs == (TensorSpec((None, 10, 8), "float32"), TensorSpec((None, 2, 10, 10), "float32"))


def test_a_model_may_be_wrapped() -> None:
    """The graph hands over what it knows of a model as a function of call arguments."""

    def model(args: tuple[object, ...], kwargs: object) -> Inference:
        assert args == (TensorSpec((None, 8), "float32"),)
        return Inference(TensorSpec((None, 3), "float32"), 27)

    answer = infer("TimeDistributed", {"layer": model}, (SEQUENCE,), {})
    assert answer == Inference(TensorSpec((None, 10, 3), "float32"), 27)


def test_data_format_comes_from_the_environment() -> None:
    facts = Facts(image_data_format="channels_first")
    config: dict[str, object] = {"filters": 4, "kernel_size": 3}
    assert infer("Conv2D", config, (TensorSpec((None, 3, 32, 30)),), {}, facts).outputs == TensorSpec(
        (None, 4, 30, 28), "float32"
    )
    last = {**config, "data_format": "channels_last"}
    assert infer("Conv2D", last, (IMAGE,), {}, facts).outputs == TensorSpec((None, 30, 30, 4), "float32")


@pytest.mark.parametrize(
    ("config", "expected"),
    [
        ({"shape": (3,)}, TensorSpec((None, 3), "float32")),
        ({"shape": (3,), "batch_size": 4, "dtype": "int32"}, TensorSpec((4, 3), "int32")),
        ({"batch_shape": (2, 3)}, TensorSpec((2, 3), "float32")),
        ({"batch_input_shape": (2, 3)}, TensorSpec((2, 3), "float32")),
        ({"input_shape": [None, 3]}, TensorSpec((None, None, 3), "float32")),
        ({"shape": ()}, TensorSpec((None,), "float32")),
        ({"shape": UNKNOWN}, TensorSpec(None, "float32")),
        ({"tensor": SEQUENCE}, SEQUENCE),
    ],
)
def test_inputs(config: dict[str, object], expected: TensorSpec) -> None:
    assert infer("Input", config, (), {}) == Inference(expected, 0)
    assert infer("InputLayer", {k.replace("tensor", "input_tensor"): v for k, v in config.items()}, (), {}).params == 0


def test_inputs_that_a_layer_declares_for_itself() -> None:
    old, new = Facts(era="tf_keras"), Facts()
    assert declared_input("Dense", {"input_shape": (3,)}, new) == TensorSpec((None, 3), "float32")
    assert declared_input("Dense", {"input_dim": 3}, new) == TensorSpec((None, 3), "float32")
    assert declared_input("Dense", {"batch_input_shape": (2, 3)}, old) == TensorSpec((2, 3), "float32")
    assert declared_input("Embedding", {"input_dim": 100, "input_length": 7}, old) == TensorSpec((None, 7), "float32")
    assert declared_input("Embedding", {"input_dim": 100}, new) is None
    assert declared_input("Dense", {"units": 3}, new) is None


VALUES: st.SearchStrategy[object] = st.one_of(
    st.just(UNKNOWN),
    st.none(),
    st.booleans(),
    st.integers(-3, 5),
    st.floats(allow_nan=True),
    st.sampled_from(["same", "valid", "int", "one_hot", "channels_first", "float16", "ab,bc->ac", ""]),
    st.lists(st.integers(-2, 4), max_size=3),
    st.tuples(st.integers(0, 3), st.integers(0, 3)),
    st.just(("Dense", {"units": 3})),
    st.just([("LSTMCell", {"units": UNKNOWN}), 3]),
    st.just(lambda *_: None),
    st.just(slice(None, UNKNOWN)),
)
SPECS = st.builds(
    TensorSpec,
    st.none() | st.lists(st.none() | st.just(UNKNOWN) | st.integers(0, 9), max_size=5).map(tuple),
    st.sampled_from([None, "float32", "int32", "bool", "string", "odd"]),
)
ARGUMENTS = st.lists(SPECS | VALUES | st.lists(SPECS, max_size=3), max_size=3).map(tuple)
FACTS = st.builds(
    Facts,
    st.sampled_from(["channels_last", "channels_first"]),
    st.sampled_from(["float32", "float16"]),
    st.sampled_from(["tf_keras", "3.0", "3.10", "3.14"]),
)


def tensors(value: object) -> list[TensorSpec]:
    if isinstance(value, TensorSpec):
        return [value]
    parts = value.values() if isinstance(value, dict) else value
    assert isinstance(value, (list, tuple, dict)), f"not a structure: {value!r}"
    return [tensor for part in parts for tensor in tensors(part)]  # type: ignore[attr-defined]


@settings(max_examples=600, deadline=None)
@given(st.sampled_from(sorted(LAYERS)), st.data(), ARGUMENTS, FACTS)
def test_infer_never_raises(layer: str, data: st.DataObject, args: tuple[object, ...], facts: Facts) -> None:
    names = parameters(layer) or parameters(layer, "tf_keras") or ()
    config = data.draw(st.dictionaries(st.sampled_from(["dtype", "**", *names]), VALUES, max_size=6))
    answer = infer(layer, config, args, {}, facts)
    assert answer.params is None or answer.params >= 0 or any(isinstance(v, int) for v in config.values())
    for tensor in tensors(answer.outputs):
        assert tensor.shape is None or all(d is None or d is UNKNOWN or type(d) is int for d in tensor.shape)
        assert tensor.dtype is None or isinstance(tensor.dtype, str)


@settings(max_examples=600, deadline=None)
@given(st.sampled_from(sorted(OPS)), ARGUMENTS, FACTS)
def test_infer_op_never_raises(name: str, args: tuple[object, ...], facts: Facts) -> None:
    for tensor in tensors(infer_op(name, args, {}, facts)):
        assert tensor.shape is None or all(d is None or d is UNKNOWN or type(d) is int for d in tensor.shape)


@pytest.mark.parametrize(
    ("layer", "args", "call"),
    [("Dense", (4,), (SEQUENCE,)), ("Conv2D", (8, 3), (IMAGE,)), ("Add", (), ([IMAGE, IMAGE],))],
)
def test_it_is_quick(layer: str, args: tuple[object, ...], call: tuple[object, ...]) -> None:
    """About 5 microseconds; the limit leaves room for a busy machine."""
    config, facts = bind(layer, args, {}), Facts()
    best = min(timeit.repeat(lambda: infer(layer, config, call, {}, facts), number=1000, repeat=5)) / 1000
    assert best < 40e-6
