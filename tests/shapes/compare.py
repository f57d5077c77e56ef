"""Holds kls's inference against the Keras of the interpreter it runs on."""

from __future__ import annotations

import importlib
import json
import sys
import warnings
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from kls.graph.shapes import Facts, Inference
from kls.graph.shapes.signatures import SIGNATURES
from kls.graph.shapes.signatures_eras import CHANGES

from . import real
from .make_signatures import signatures
from .samples import SAMPLES, Sample


@dataclass
class Comparison:
    """How often kls was exact, partial or WRONG, or Keras refused; what was wrong; which layers were exact throughout."""

    counts: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)
    exact: set[str] = field(default_factory=set)
    partial: set[str] = field(default_factory=set)


def keras_of(era: str) -> Any:
    """The module that plays Keras in an era; the interpreter decides the version."""
    return importlib.import_module("tf_keras" if era == "tf_keras" else "keras")


def verdict(sample: Sample, truth: Inference, guess: Inference) -> str:
    """exact, partial (nothing said is wrong, something is left open) or WRONG."""
    if guess.params is not None and guess.params != truth.params:
        return "WRONG"
    complete = guess.params is not None
    pairs = [
        (real.shapes(guess.outputs), real.shapes(truth.outputs)),
        (real.dtypes(guess.outputs), real.dtypes(truth.outputs)),
    ]
    for said, is_ in pairs:
        if said == is_:
            continue
        if said is not None:
            return "WRONG"
        complete = False
    return "exact" if complete else "partial"


def compare(era: str, data_format: str, samples: list[Sample]) -> Comparison:
    """kls against the Keras of this interpreter, which must be of `era`."""
    keras = keras_of(era)
    facts = Facts(data_format, "float32", era)
    before = keras.backend.image_data_format()
    keras.backend.set_image_data_format(data_format)
    result = Comparison()
    try:
        for sample in samples:
            if hasattr(keras.layers, sample.layer):
                _compare_one(keras, sample, facts, result)
    finally:
        keras.backend.set_image_data_format(before)
    result.exact -= result.partial
    return result


def _compare_one(keras: Any, sample: Sample, facts: Facts, result: Comparison) -> None:
    guess = real.ask_kls(sample, facts)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            truth = real.ask_keras(keras, sample)
    except Exception:  # whatever Keras or its backend says no with
        result.counts["refused by Keras"] += 1
        return
    found = verdict(sample, truth, guess)
    result.counts[found] += 1
    (result.exact if found == "exact" else result.partial).add(sample.layer)
    if found == "WRONG":
        result.wrong.append(f"{sample}\n    kls   {guess}\n    Keras {truth}")


def main(era: str) -> None:
    """Prints the comparison as JSON, for an interpreter with another era's Keras."""
    result = compare(era, "channels_last", SAMPLES)
    table = {name: names for name, names in (SIGNATURES | CHANGES.get(era, {})).items() if names is not None}
    answer = {
        "counts": result.counts,
        "wrong": result.wrong,
        "exact": len(result.exact),
        "partial": sorted(result.partial),
        "tables": table == signatures("tf_keras" if era == "tf_keras" else "keras"),
    }
    print(json.dumps(answer))


if __name__ == "__main__":
    main(sys.argv[1])
