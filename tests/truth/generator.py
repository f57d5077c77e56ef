"""Random Keras programs: shared layers, nested models, models of mid-graph tensors, branches, loops, Sequentials.

Each is plain code that a person could have written; some build models that Keras refuses, which is part of the truth.
"""

from __future__ import annotations

import random

from model_parts import MODELS
from parts import HEAD, TENSORS

PARTS = (*TENSORS, *MODELS)

LAST = """last_in = keras.Input((8,))
last = keras.Model(last_in, layers.Dense(8)(last_in))
last_copy = keras.models.clone_model(last)
"""
"""Its names tell how many layers, models and tensors the program has made."""


class Program:
    """A program under construction: its lines, and which variables hold what."""

    def __init__(self, seed: int, has_ops: bool) -> None:
        self.random = random.Random(seed)
        self.has_ops = has_ops
        """Whether this Keras has keras.ops."""
        self.lines: list[str] = []
        self.tensors: list[str] = []
        self.inputs: list[str] = []
        self.layers: list[str] = []
        self.models: list[str] = []
        self.derived: list[str] = []
        """Models that may have several outputs: taken apart, but not called."""
        self.arity: dict[str, int] = {}
        """How many tensors a model takes."""
        self.names = 0
        self.whole = True
        """Whether every Input takes what any tensor gives: then a model of all of them may be called."""

    def fresh(self, prefix: str) -> str:
        self.names += 1
        return f"{prefix}{self.names}"

    def name_argument(self, prefix: str) -> str:
        return f', name="{self.fresh(prefix)}"' if self.random.random() < 0.5 else ""

    def tensor(self) -> str:
        recent = self.tensors[-4:] if self.random.random() < 0.6 else self.tensors
        return self.random.choice(recent)

    def add_input(self) -> None:
        variable = self.fresh("i")
        self.lines.append(f"{variable} = keras.Input((8,){self.name_argument('in')})")
        self.inputs.append(variable)
        self.tensors.append(variable)

    def add_layer_call(self) -> None:
        variable = self.fresh("x")
        layer = self.random.choice(
            [
                "layers.Dense(8{})",
                'layers.Activation("relu"{})',
                "layers.Dropout(0.5{})",
                "layers.BatchNormalization({})",
                "layers.LayerNormalization({})",
                "layers.Reshape((8,){})",
                "layers.Flatten({})",
                "layers.ReLU({})",
            ]
        )
        argument = self.name_argument("l")
        call = layer.format(argument) if "({})" not in layer else layer.format(argument.removeprefix(", "))
        self.lines.append(f"{variable} = {call}({self.tensor()})")
        self.tensors.append(variable)

    def add_merge(self) -> None:
        variable = self.fresh("m")
        count = self.random.choice([2, 2, 3])
        parts = ", ".join(self.tensor() for _ in range(count))
        kind = self.random.choice(["layers.Add", "layers.Multiply", "layers.Average", "layers.Maximum"])
        if self.random.random() < 0.2:
            self.lines.append(f"{variable} = layers.add([{parts}])")
        else:
            self.lines.append(f"{variable} = {kind}({self.name_argument('merge').removeprefix(', ')})([{parts}])")
        self.tensors.append(variable)

    def add_operator(self) -> None:
        variable = self.fresh("o")
        text = self.random.choice(["{} + {}", "{} * {}", "{} - {}"]).format(self.tensor(), self.tensor())
        self.lines.append(f"{variable} = {text}")
        self.tensors.append(variable)

    def add_shared(self) -> None:
        if not self.layers or self.random.random() < 0.4:
            layer = self.fresh("shared")
            self.lines.append(f"{layer} = layers.Dense(8{self.name_argument('s')})")
            self.layers.append(layer)
        variable = self.fresh("y")
        self.lines.append(f"{variable} = {self.random.choice(self.layers)}({self.tensor()})")
        self.tensors.append(variable)

    def add_loop(self) -> None:
        variable = self.fresh("z")
        self.lines.append(f"{variable} = {self.tensor()}")
        self.lines.append(f"for step in range({self.random.randint(1, 3)}):")
        self.lines.append(
            f"    {variable} = layers.Dense(8{self.random.choice(['', ', activation=' + repr('relu')])})({variable})"
        )
        if self.random.random() < 0.5:
            self.lines.append(f"    {variable} = layers.Add()([{variable}, {self.tensor()}])")
        self.tensors.append(variable)

    def add_block(self) -> None:
        """A function that makes a model of its own, called now."""
        function, variable = self.fresh("make"), self.fresh("block")
        self.lines += [
            f"def {function}(width=8):",
            "    start = keras.Input((8,))",
            "    h = layers.Dense(width)(start)",
            f"    return keras.Model(start, layers.Dense(8)(h){self.name_argument('blockm')})",
            f"{variable} = {function}()",
        ]
        self.models.append(variable)

    def add_sequential(self) -> None:
        variable = self.fresh("seq")
        stack = ", ".join(f"layers.Dense(8{self.name_argument('q')})" for _ in range(self.random.randint(1, 3)))
        start = self.random.choice(["keras.Input((8,)), ", ""])
        if self.random.random() < 0.5:
            self.lines.append(f"{variable} = keras.Sequential([{start}{stack}]{self.name_argument('seqm')})")
        else:
            self.lines.append(f"{variable} = keras.Sequential({self.name_argument('seqm').removeprefix(', ')})")
            if start:
                self.lines.append(f"{variable}.add(keras.Input((8,)))")
            for _ in range(self.random.randint(1, 3)):
                self.lines.append(f"{variable}.add(layers.Dense(8))")
        self.models.append(variable)

    def add_model_call(self) -> None:
        if not self.models:
            return
        variable, model = self.fresh("c"), self.random.choice(self.models)
        tensors = [self.tensor() for _ in range(self.arity.get(model, 1))]
        passed = tensors[0] if model not in self.arity else f"[{', '.join(tensors)}]"
        self.lines.append(f"{variable} = {model}({passed})")
        self.tensors.append(variable)

    def add_model(self) -> None:
        """A model whose inputs suffice, mostly: the Inputs so far, or a mid-graph tensor, or what another model has."""
        variable, chance = self.fresh("model"), self.random.random()
        functionals = [m for m in (*self.models, *self.derived) if m.startswith("model")]
        outputs = self.tensor() if self.random.random() < 0.7 else f"[{self.tensor()}, {self.tensor()}]"
        if chance < 0.6 or not functionals:
            inputs = f"[{', '.join(self.inputs)}]"
            self.arity[variable] = len(self.inputs)
        elif chance < 0.75:
            listed = list(dict.fromkeys([self.tensor(), *self.inputs]))
            inputs = f"[{', '.join(listed)}]"
            self.arity[variable] = len(listed)
        elif chance < 0.9:
            base = self.random.choice(functionals)
            inputs = self.random.choice([f"{base}.input", f"{base}.inputs"])
            if inputs.endswith("s") or base in self.arity:
                self.arity[variable] = self.arity.get(base, 1)
            outputs = self.random.choice(
                [f"{base}.output", f"{base}.layers[-1].output", f"{base}.layers[1].output", outputs]
            )
        else:
            inputs = self.tensor()
        cls = self.random.choice(["keras.Model", "keras.models.Model", "Model"])
        passed = self.random.choice([f"{inputs}, {outputs}", f"inputs={inputs}, outputs={outputs}"])
        self.lines.append(f"{variable} = {cls}({passed}{self.name_argument('mod')})")
        callable_again = "." not in outputs and "[" not in outputs and self.whole
        (self.models if callable_again else self.derived).append(variable)


def program(seed: int, version: str) -> str:
    """The program of a seed, for a version of Keras."""
    made = Program(seed, version[0] == "3")
    made.add_input()
    if made.random.random() < 0.5:
        made.add_input()
    steps = [made.add_layer_call] * 6 + [made.add_merge] * 3 + [made.add_shared] * 3 + [made.add_model] * 3
    steps += [made.add_model_call] * 3 + [made.add_loop, made.add_block, made.add_sequential, made.add_operator]
    for _ in range(made.random.randint(8, 24)):
        if made.random.random() < 0.4:
            made.random.choice(PARTS)(made)
        else:
            made.random.choice(steps)()
    made.add_model()
    return HEAD + "\n".join(made.lines) + "\n" + LAST
