"""Ops held against real Keras: the outputs, and the class and name of the Operation that each function makes."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from kls.graph.shapes import Facts, TensorSpec, infer_op, is_op, is_plain, op_class, snake
from kls.graph.shapes.ops_registry import OPS

from . import real
from .op_samples import SAMPLES
from .samples import T

pytestmark = [pytest.mark.keras, pytest.mark.filterwarnings("ignore")]

# What these give is for the function to say that they are given, or they make no Operation of the tensors here.
UNSAMPLED = {"arange", "cond", "full", "jvp", "map", "scan", "switch", "vectorized_map"}


def function(keras: Any, name: str) -> Any:
    """keras.ops.linalg.det of "linalg.det"."""
    found = keras.ops
    for part in name.split("."):
        found = getattr(found, part)
    return found


def test_every_op_agrees_with_real_keras(capsys: pytest.CaptureFixture[str]) -> None:
    keras = pytest.importorskip("keras")
    wrong: list[str] = []
    counts: Counter[str] = Counter()

    def tensor(x: T) -> Any:
        return keras.Input(batch_shape=x.shape, dtype=x.dtype)

    for sample in SAMPLES:
        answer = function(keras, sample.name)(*real.each(sample.args, tensor), **real.each(sample.kwargs, tensor))
        truth = real.spec_of(answer)
        operation = keras.tree.flatten(answer)[0]._keras_history.operation
        args, kwargs = (real.each(x, lambda x: TensorSpec(x.shape, x.dtype)) for x in (sample.args, sample.kwargs))
        guess = infer_op(sample.name, args, kwargs, Facts())
        pairs = [
            (real.shapes(guess), real.shapes(truth)),
            (real.dtypes(guess), real.dtypes(truth)),
            (op_class(sample.name), type(operation).__name__),
        ]
        complete = True
        for said, is_ in pairs:
            if said != is_:
                complete = False
                if said is not None:
                    wrong.append(f"{sample}: kls says {said}, Keras {is_}")
        counts["exact" if complete else "partial"] += 1
    with capsys.disabled():
        print(f"\nops: {dict(counts)}, {len({s.name for s in SAMPLES})} functions")
    assert not wrong, "\n".join(wrong)
    assert counts["partial"] == 1, "only associative_scan may be left open"


def test_every_function_of_keras_ops_is_an_op_or_plain_and_has_a_sample() -> None:
    keras = pytest.importorskip("keras")
    sampled = {sample.name.rpartition(".")[2] for sample in SAMPLES}
    names = {
        name
        for module in (keras.ops, keras.ops.image, keras.ops.linalg, keras.ops.nn, keras.ops.numpy)
        for name in dir(module)
        if callable(getattr(module, name)) and not name.startswith("_")
    }
    for name in names:
        assert is_op(name) != is_plain(name), name
        assert is_plain(name) or name in sampled | UNSAMPLED, name
    assert set(OPS) - names == set(), "rules for functions that Keras does not have"


@pytest.mark.parametrize("name", ["relu", "expand_dims", "svd", "layer_normalization", "image.rgb_to_hsv"])
def test_an_op_is_named_after_its_class(name: str) -> None:
    keras = pytest.importorskip("keras")
    keras.backend.clear_session()
    x = keras.Input((4, 4, 3))
    args = {"expand_dims": (1,)}.get(name, ())
    output = keras.tree.flatten(function(keras, name)(x, *args))[0]
    assert output._keras_history.operation.name == snake(op_class(name))


def test_python_operators_are_ops() -> None:
    keras = pytest.importorskip("keras")
    x, y = keras.Input((5, 6)), keras.Input((1, 6))
    a, b = TensorSpec((None, 5, 6), "float32"), TensorSpec((None, 1, 6), "float32")
    cases = [
        ("add", x + y, a, b),
        ("subtract", 1 - x, 1, a),
        ("true_divide", x / 2, a, 2),
        ("matmul", x @ keras.ops.transpose(y, (0, 2, 1)), a, TensorSpec((None, 6, 1), "float32")),
        ("less", x < y, a, b),
        ("get_item", x[:, 0], a, (slice(None), 0)),
    ]
    for name, truth, *args in cases:
        assert infer_op(name, args, {}) == real.spec_of(truth), name
        assert type(truth._keras_history.operation).__name__ == op_class(name)
