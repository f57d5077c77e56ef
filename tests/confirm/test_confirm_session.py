"""A session: how long it says that it waited, which bubblewrap it takes, and what it makes of Keras's words."""

from __future__ import annotations

import contextlib
import sys
import time
from pathlib import Path

import pytest

from kls.confirm import jail
from kls.confirm.bubblewrap import programs
from kls.confirm.confirm import confirm
from kls.confirm.session import Facts, Session
from kls.confirm.verdict import GRAPH_ERROR

MODEL = "import keras\ninputs = keras.Input((3,))\nmodel = keras.Model(inputs, keras.layers.Dense(2)(inputs))\n"


@pytest.mark.sandbox
@pytest.mark.keras
def test_the_start_is_what_this_request_waited_for(tmp_path: Path) -> None:
    with contextlib.closing(Session(Facts(Path(sys.executable), tmp_path))) as session:
        cold = confirm("/nowhere/model.py", MODEL, None, session).seconds
        warm = confirm("/nowhere/model.py", MODEL, None, session).seconds
    assert cold["start"] > 0.2 > warm["start"] == 0
    assert 0 < cold["build"] < cold["start"]
    with contextlib.closing(Session(Facts(Path(sys.executable), tmp_path))) as session:
        session.start()  # prewarmed: nobody waits
        time.sleep(cold["start"] + 3)
        seconds = confirm("/nowhere/model.py", MODEL, None, session).seconds
    assert seconds["start"] < 0.1
    assert seconds["build"] > 0


@pytest.mark.sandbox
def test_the_users_own_bubblewrap_is_the_one_that_is_tried(tmp_path: Path) -> None:
    found = programs()
    if not found:
        pytest.skip("no bubblewrap here")
    own = tmp_path / "my bwrap"
    own.write_text(f'#!/bin/sh\nexec "{found[0]}" "$@"\n')
    own.chmod(0o755)
    assert jail.choose(bwrap=str(own))[1].name == f"bubblewrap ({own})"
    broken = tmp_path / "broken"
    broken.write_text("#!/bin/sh\necho setting up uid map: no >&2; exit 1\n")
    broken.chmod(0o755)
    with contextlib.suppress(jail.NoJail):  # Landlock, where the kernel has it
        assert jail.choose(bwrap=str(broken))[1].name == "landlock"
    assert not any(level.works for level in [one.level() for one in jail.jails(str(tmp_path / "none"))[:1]])


# Keras 3.15.1, 3.12.0, 3.7.0 and tf_keras 2.21: keras/src/{ops,models,layers}, tf_keras/src/engine.
WORDS = [
    "Output with path `` is not connected to `inputs`",
    "No such layer: flat. Existing layers are: ['a'].",
    "Was asked to retrieve layer at index 9 but model only has 3 layers.",
    'Graph disconnected: cannot obtain value for tensor x at layer "d".',
    "A KerasTensor cannot be used as input to a TensorFlow function.",
    "A KerasTensor is symbolic: it's a placeholder for a shape an a dtype.",
    "Only input tensors may be passed as positional arguments.",
    "Input tensors to a Functional model must come from `tf.keras.Input`.",
    "Output tensors of a Functional model must be the output of a TensorFlow `Layer`",
    "The list of inputs passed to the model contains the same input multiple times.",
    "Layer d has no inbound nodes.",
    "The layer d has never been called and thus has no defined output.",
    "Sequential model 's' has no defined input shape yet.",
    'The name "a" is used 2 times in the model. All operation names should be unique.',
]


@pytest.mark.parametrize("words", WORDS)
def test_what_keras_says_of_a_broken_graph_is_known(words: str) -> None:
    assert GRAPH_ERROR.search(words)


@pytest.mark.parametrize(
    "words",
    ["could not broadcast input array", "Dimensions must be equal, but are 3 and 4", "list index out of range"],
)
def test_what_made_up_data_may_cause_is_no_graph_fault(words: str) -> None:
    assert not GRAPH_ERROR.search(words)
