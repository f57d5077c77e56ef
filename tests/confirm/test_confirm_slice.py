"""Slices: what a model needs stays on its line, training, plots and data go, and how functions are called is found out."""

from __future__ import annotations

import textwrap

import pytest

from kls.confirm.slice import COME, slice_program


def lines_kept(text: str, line: int | None) -> list[str]:
    """The lines of a slice that are not blank, after checking that each is where it was."""
    text = textwrap.dedent(text)
    sliced = slice_program(text, None if line is None else [line]).text.split("\n")
    for here, there in zip(sliced, text.split("\n"), strict=False):
        assert here in ("", there)
    return [each.strip() for each in sliced if each.strip() and not each.startswith(COME)]


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
        ("# kls: run build(5)\n@register(\n    'it')\n", "shape", "build(5)"),
        ("@register\n# kls: run build(5)\n", "shape", "build(5)"),
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
    assert sliced.lacks.endswith("# kls: run build(shape=(16,), depth=2)")


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


def test_one_that_a_function_makes_is_built_by_training_it_too() -> None:
    kept = lines_kept(
        """\
        import keras, numpy as np
        def make(): return keras.Sequential([keras.layers.Dense(1)])
        x = np.zeros((4, 8))
        model = make()
        model.fit(x, x)
        probe = keras.Model(model.inputs, model.outputs)
        """,
        6,
    )
    assert "model.fit(x, x)" in kept


def test_what_a_decorator_registers_stays() -> None:
    kept = lines_kept(
        """\
        import keras
        OPS = {}
        def op(name):
            return lambda function: OPS.setdefault(name, function)
        @op("relu")
        def relu(x):
            return keras.layers.ReLU()(x)
        def unused(x):
            return x
        x = keras.Input((4,))
        model = keras.Model(x, OPS["relu"](x))
        """,
        11,
    )
    assert '@op("relu")' in kept
    assert "def unused(x):" not in kept


def test_a_method_that_gives_a_model_is_called_on_the_object_that_has_it() -> None:
    kept = lines_kept(
        """\
        import keras
        class Net:
            def __init__(self, units):
                self.units = units
            def model(self):
                return keras.Sequential([keras.layers.Dense(self.units)])
        net = Net(3)
        made = net.model()
        loss = net.units
        """,
        6,
    )
    assert kept[-2:] == ["net = Net(3)", "made = net.model()"]


@pytest.mark.parametrize("text", ["", "\n\n", "def f(:\n", "x = 1\0", "(" * 3000])
def test_what_is_no_program_is_given_back_or_empty(text: str) -> None:
    assert slice_program(text, [1]).text in (text, "")


def test_a_global_that_a_function_counts_stays() -> None:
    kept = lines_kept(
        """\
        import keras
        COUNT = 0
        def dense():
            global COUNT
            COUNT += 1
            return keras.layers.Dense(COUNT)
        model = keras.Sequential([dense()])
        """,
        7,
    )
    assert "COUNT = 0" in kept


@pytest.mark.parametrize(
    ("program", "call"),
    [
        ("def make(n):\n    return keras.Sequential(n)  # here\ndef main(n=3):\n    make(n)\n", "main()"),
        (
            "class A:\n    def go(self, n):\n        keras.Sequential(n)  # here\n    def all(self):\n        self.go(3)\n",
            "A().all()",
        ),
        (
            "class A:\n    def __init__(self):\n        self.go(3)\n    def go(self, n):\n        keras.Sequential(n)  # here\n",
            "A()",
        ),
        ("class A:\n    def go(self):\n        keras.Sequential()  # here\nclass B(A):\n    pass\n", "A().go()"),
        (
            "class A:\n    def __init__(self, n): ...\n    def go(self):\n        keras.Sequential()  # here\n"
            "class B(A):\n    def __init__(self): ...\n",
            "B().go()",
        ),
        ("class A:\n    @staticmethod\n    def go(n=1):\n        keras.Sequential()  # here\n", "A.go()"),
        ("class A:\n    @property\n    def go(self):\n        return keras.Sequential()  # here\n", "A().go"),
    ],
)  # fmt: skip
def test_the_nearest_way_without_arguments_is_taken(program: str, call: str) -> None:
    text = "import keras\n" + program
    line = next(n for n, each in enumerate(text.split("\n"), 1) if each.endswith("# here"))
    assert call in slice_program(text, [line]).text.split("\n")[-1]


def test_a_dataclass_says_which_fields_it_needs() -> None:
    text = "@dataclass\nclass A:\n    n: int\n    m: int = 3\n    def go(self):\n        return keras.Sequential()\n"
    assert "`A`, and it needs n:" in (slice_program(text, [6]).lacks or "")


def test_what_each_site_lacks_is_told_of_it_alone() -> None:
    text = "def a(n): return keras.Sequential()\ndef b(): return keras.Sequential()\n"
    sliced = slice_program(text, [1, 2])
    assert sliced.lacks_at(range(1, 2)) is not None
    assert sliced.lacks_at(range(2, 3)) is None


def test_what_is_called_at_the_end_has_what_is_defined_after_its_users() -> None:
    text = "import keras\ndef build():\n    return keras.Model(*parts())\nbuild.__doc__ = 'it'\ndef parts():\n    return x, y\n"
    assert "def parts():" in slice_program(text, [3]).text
