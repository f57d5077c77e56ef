"""Slices: what a model needs stays on its line, training, plots and data go, and how functions are called is found out."""

from __future__ import annotations

import textwrap

import pytest

from kls.confirm.slice import slice_program


def lines_kept(text: str, line: int | None) -> list[str]:
    """The lines of a slice that are not blank, after checking that each is where it was."""
    text = textwrap.dedent(text)
    sliced = slice_program(text, None if line is None else [line]).text.split("\n")
    for here, there in zip(sliced, text.split("\n"), strict=False):
        assert here in ("", there)
    return [each.strip() for each in sliced if each.strip()]


def test_training_plots_and_data_are_left_out() -> None:
    kept = lines_kept(
        """\
        import keras
        import pandas as pd
        import matplotlib.pyplot as plt
        frame = pd.read_csv("data.csv")
        inputs = keras.Input((3,))
        outputs = keras.layers.Dense(1)(inputs)
        model = keras.Model(inputs, outputs)
        model.compile("sgd", "mse")
        history = model.fit(frame, frame)
        plt.plot(history.history["loss"])
        probe = keras.Model(model.input, outputs)
        probe.summary()
        """,
        11,
    )
    assert kept == [
        "import keras",
        "inputs = keras.Input((3,))",
        "outputs = keras.layers.Dense(1)(inputs)",
        "model = keras.Model(inputs, outputs)",
        "probe = keras.Model(model.input, outputs)",
    ]


def test_data_that_the_graph_depends_on_stays() -> None:
    kept = lines_kept(
        """\
        import keras, pandas as pd
        frame = pd.read_csv("data.csv")
        width = frame.shape[1]
        model = keras.Sequential([keras.Input((width,)), keras.layers.Dense(1)])
        """,
        4,
    )
    assert len(kept) == 4


def test_layers_made_on_the_way_stay_for_their_names_and_nodes() -> None:
    """`t = seq(h)` is not named by the model, but changes what `seq.input` is; so do the counters of automatic names."""
    kept = lines_kept(
        """\
        import keras
        feat = keras.Input((4,))
        h = keras.layers.Dense(8)(feat)
        seq = keras.Sequential([keras.Input((8,)), keras.layers.Dense(6, name="s1")])
        t = seq(h)
        m = keras.Model(seq.input, seq.get_layer("s1").output)
        """,
        6,
    )
    assert "t = seq(h)" in kept


def test_changes_of_a_needed_list_stay() -> None:
    kept = lines_kept(
        """\
        import keras
        parts, log = [], []
        for n in range(3):
            parts.append(keras.layers.Dense(n + 1))
        log.append("x")
        print(log)
        model = keras.Sequential(parts)
        """,
        7,
    )
    assert "parts.append(keras.layers.Dense(n + 1))" in kept
    assert "print(log)" not in kept


def test_a_main_guard_is_gone_through() -> None:
    kept = lines_kept(
        """\
        import keras
        def build(width):
            return keras.Sequential([keras.Input((width,)), keras.layers.Dense(1)])
        if __name__ == "__main__":
            import sys
            model = build(3)
            print(sys.argv)
        """,
        3,
    )
    assert kept[-2:] == ['if __name__ == "__main__":', "model = build(3)"]


BUILDER = """\
import keras
{comment}def build({parameters}):
    inputs = keras.Input((3,))
    return keras.Model(inputs, keras.layers.Dense(1)(inputs))
"""


@pytest.mark.parametrize(
    ("comment", "parameters", "call"),
    [
        ("", "", "build()"),
        ("", "units=3, *, name=None", "build()"),
        ("# kls: run build((224, 224, 3))\n", "shape", "build((224, 224, 3))"),
    ],
)
def test_a_function_that_nobody_calls_is_called(comment: str, parameters: str, call: str) -> None:
    text = BUILDER.format(comment=comment, parameters=parameters)
    sliced = slice_program(text, [text.split("\n").index("    inputs = keras.Input((3,))") + 2])
    assert sliced.text.split("\n")[-1] == call
    assert sliced.lacks is None


def test_a_function_that_needs_arguments_says_so() -> None:
    sliced = slice_program(BUILDER.format(comment="", parameters="shape, *, depth"), [4])
    assert sliced.lacks is not None
    assert "`build`, and it needs shape, depth" in sliced.lacks
    assert "# kls: run build(...)" in sliced.lacks


def test_methods_are_called_on_a_new_object() -> None:
    text = "import keras\nclass Net:\n    def build(self):\n        return keras.Sequential([keras.layers.Dense(1)])\n"
    assert slice_program(text, [4]).text.split("\n")[-1] == "Net().build()"


def test_functions_are_reached_through_others() -> None:
    kept = lines_kept(
        """\
        import keras
        def make(): return keras.Sequential([keras.layers.Dense(1)])
        def both(): return make(), make()
        other = 1
        a, b = both()
        """,
        2,
    )
    assert kept[-1] == "a, b = both()"
    assert "other = 1" not in kept


def test_a_sequential_without_a_shape_is_built_by_training_it() -> None:
    kept = lines_kept(
        """\
        import keras, numpy as np
        model = keras.Sequential([keras.layers.Dense(1)])
        x = np.zeros((4, 8))
        model.fit(x, x)
        probe = keras.Model(model.inputs, model.outputs)
        """,
        5,
    )
    assert "model.fit(x, x)" in kept


@pytest.mark.parametrize("text", ["", "\n\n", "def f(:\n", "x = 1\0", "(" * 3000])
def test_what_is_no_program_is_given_back_or_empty(text: str) -> None:
    assert slice_program(text, [1]).text in (text, "")
