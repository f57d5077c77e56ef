"""What kls says that a constructor refuses, the real constructor refuses."""

from __future__ import annotations

import inspect
from typing import Any

import pytest

from kls.graph.shapes import refuses
from kls.graph.shapes.signatures import SIGNATURES
from kls.graph.shapes.signatures_eras import CHANGES

from .compare import keras_of
from .real import build
from .samples import SAMPLES, Sample

pytestmark = [pytest.mark.keras, pytest.mark.filterwarnings("ignore")]

TABLES = (SIGNATURES, *CHANGES.values())
EACH = 12
"""Every layer is asked for a twelfth of all names, each for another: all of them take half a minute."""
OTHERS = (
    "unheard_of batch_input_shape batch_size weights dynamic input_dim input_shape autocast implementation input_length"
)
NAMES = sorted(
    {name for table in TABLES for names in table.values() for name in (names or "").replace("*", "").split()}
)
TAKEN = {"self", "args", "kwargs"}


def _is_built(keras: Any, sample: Sample) -> bool:
    """Whether this Keras takes the sample's own keywords."""
    try:
        build(keras, sample.layer, sample.config)
    except (AttributeError, TypeError, ValueError):
        return False
    return True


@pytest.mark.parametrize("era", ["3.14", "tf_keras"])
def test_what_is_refused_is_refused_by_the_real_layer(era: str, capsys: pytest.CaptureFixture[str]) -> None:
    keras = keras_of(era)
    samples = {sample.layer: sample for sample in SAMPLES if _is_built(keras, sample)}
    bases = {base for layer in samples for base in getattr(keras.layers, layer).__mro__ if base is not object}
    names = sorted({*NAMES, *(name for base in bases for name in inspect.signature(base.__init__).parameters)} - TAKEN)
    accepted, count = [], 0
    for place, (layer, sample) in enumerate(samples.items()):
        for name in (*names[place % EACH :: EACH], *OTHERS.split()):
            if name in sample.config or not refuses(layer, name, era):
                continue
            count += 1
            try:
                build(keras, layer, {**sample.config, name: None})
            except (TypeError, ValueError) as error:
                if name not in str(error):
                    accepted.append((layer, name, str(error)))
            else:
                accepted.append((layer, name, ""))
    with capsys.disabled():
        print(f"\n{era}: {count} keywords of {len(samples)} layers are refused")
    assert not accepted, sorted({(layer, name) for layer, name, _ in accepted})
    assert count > 1000
