"""Functions that nobody calls are built with guessed arguments, which are told; what hangs on a guess is no verdict."""

from __future__ import annotations

import textwrap
from collections.abc import Callable

import pytest

from kls.confirm.asked import ModelVerdict, Site
from kls.confirm.confirm import confirm
from kls.confirm.session import Session

pytestmark = [pytest.mark.sandbox, pytest.mark.keras]
Sessions = Callable[[str], Session]


def built(session: Session, text: str, expected: str = "fine") -> ModelVerdict:
    """The verdict on the line that ends in `# here`."""
    text = textwrap.dedent(text)
    line = next(n for n, each in enumerate(text.split("\n"), 1) if each.endswith("# here"))
    (model,) = confirm("/nowhere/model.py", text, [Site(line, expected=expected)], session).models
    return model


PROGRAMS = {
    "by its use, its name and what it is compared with": (
        """\
        import keras
        from keras import layers
        def build(input_shape, widths, n_classes, pooling):
            x = inputs = keras.Input(shape=input_shape)
            for width in widths:
                x = layers.Conv2D(width, 3)(x)
            if pooling not in ("avg", "max"):
                raise ValueError(pooling)
            x = layers.GlobalAveragePooling2D()(x)
            return keras.Model(inputs, layers.Dense(n_classes)(x))  # here
        """,
        "build(input_shape=(64, 64, 3), widths=[8, 16, 32, 64], n_classes=8, pooling='avg')",
    ),
    "by trying until one fits": (
        """\
        import keras
        def build(size):
            first, *rest = size
            inputs = keras.Input((4,))
            return keras.Model(inputs, keras.layers.Dense(first)(inputs))  # here
        """,
        "build(size=[8, 16, 32, 64])",
    ),
    "a flag that leads to the branch": (
        """\
        import keras
        def build(units=3, deep=False):
            inputs = keras.Input((4,))
            if deep:
                return keras.Model(inputs, keras.layers.Dense(units)(inputs))  # here
            return inputs
        """,
        "build(deep=True, )",
    ),
    "a tensor and the arguments that a base needs": (
        """\
        import keras
        class Base:
            def __init__(self, units):
                self.units = units
        class Net(Base):
            def __init__(self, rate: float, **kwargs):
                super().__init__(**kwargs)
                self.rate = rate
            def head(self, x):
                return keras.Model(x, keras.layers.Dropout(self.rate)(keras.layers.Dense(self.units)(x)))  # here
        """,
        "Net(rate=0.1, units=8).head(x=keras.Input((16,)))",
    ),
    "a tuner's choices": (
        """\
        import keras
        def build(hp):
            inputs = keras.Input((4,))
            kind = hp.Choice("activation", ["relu", "tanh"])
            return keras.Model(inputs, keras.layers.Dense(hp.Int("units", 8, 64), activation=kind)(inputs))  # here
        """,
        "build(hp=hyperparameters())",
    ),
    "past one with which the very line fails": (
        """\
        import keras
        def build(ratio):
            x = keras.Input((4,))
            return keras.Model(x, keras.layers.Dense({8: 3}[ratio])(x))  # here
        """,
        "build(ratio=8)",
    ),
    "two that go together": (
        """\
        import keras
        def build(top=True, classes=None):
            inputs = keras.Input((4,))
            if top and classes is None:
                raise ValueError("classes")
            if not top:
                return keras.Model(inputs, keras.layers.Dense(2)(inputs))
            return keras.Model(inputs, keras.layers.Dense(classes)(inputs))  # here
        """,
        "build(classes=8, )",
    ),
    "by what a helper does with it, and by the tables of the file": (
        """\
        import keras
        KINDS = {"soft": "softmax", "hard": "hard_sigmoid"}
        def stack(x, sizes):
            for i in range(2):
                x = keras.layers.Dense(sizes[i])(x)
            return x
        def build(n, kind):
            inputs = keras.Input((4,))
            return keras.Model(inputs, keras.layers.Activation(KINDS[kind])(stack(inputs, n)))  # here
        """,
        "build(n=[8, 16, 32, 64], kind='soft')",
    ),
}


@pytest.mark.parametrize("era", ["3.15.1", "tf_keras"])
@pytest.mark.parametrize("name", sorted(PROGRAMS))
def test_what_nobody_calls_is_built_with_guessed_arguments(sessions: Sessions, name: str, era: str) -> None:
    text, call = PROGRAMS[name]
    model = built(sessions(era), text)
    assert model.verdict == "clean"
    assert any(note.endswith(f"nothing comes to it by itself, so {call} was called") for note in model.assumptions)
    assert model.run is None


def test_what_the_program_does_itself_comes_first(sessions: Sessions) -> None:
    model = built(
        sessions("3.15.1"),
        """\
        import keras
        def build(units):
            inputs = keras.Input((4,))
            return keras.Model(inputs, keras.layers.Dense(units)(inputs))  # here
        model = build(5)
        """,
    )
    assert (model.verdict, model.params, model.assumptions) == ("clean", 25, ())


LOST = """\
    import keras
    def cut({parameter}):
        inputs = keras.Input((4,))
        return keras.Model(inputs, keras.layers.Dense(3)({other}))  # here
    """


def test_a_fault_that_needs_no_guess_is_confirmed_and_one_that_hangs_on_it_is_not(sessions: Sessions) -> None:
    session = sessions("3.15.1")
    model = built(session, LOST.format(parameter="units", other="keras.Input((4,))"), "raises")
    assert model.verdict == "confirmed"
    model = built(session, LOST.format(parameter="x", other="x"), "raises")
    assert model.verdict == "inconclusive"
    assert model.run is not None
    assert (model.run.line, model.run.call) == (2, "cut(x=...)")
