"""More of what random programs are made of: states, masks, several outputs, clones, classes, closures, dicts, operators.

Each part is a function that adds lines to a program; the tensors that it leaves behind have the shape (None, 8).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from generator import Program

HEAD = """from functools import partial

import keras
from keras import layers


class Twist(layers.Layer):
    def build(self, input_shape):
        self.w = self.add_weight(name="w", shape=(input_shape[-1], 8))

    def call(self, inputs):
        return inputs @ self.w


class Pair(layers.Layer):
    def __init__(self, width=8, **kwargs):
        super().__init__(**kwargs)
        self.left = layers.Dense(width)
        self.right = keras.Sequential([layers.Dense(4), layers.Dense(width)])

    def call(self, one, other=None):
        first = self.left(one)
        return first, self.right(one if other is None else other)


class Perceptron(keras.Model):
    def __init__(self, width=8, **kwargs):
        start = keras.Input((8,))
        super().__init__(inputs=start, outputs=layers.Dense(8)(layers.Dense(width)(start)), **kwargs)


def dense_of(width):
    def apply(tensor):
        return layers.Dense(width)(tensor)

    return apply


relu8 = partial(layers.Dense, 8, activation="relu")
perceptron = Perceptron()

"""


def sequence(program: Program) -> str:
    """The name of a tensor of 4 steps."""
    name = program.fresh("steps")
    program.lines.append(f"{name} = layers.Reshape((4, 2))({program.tensor()})")
    return name


def add_states(program: Program) -> None:
    """A recurrent layer with its states, sometimes begun with others."""
    steps, out = sequence(program), program.fresh("r")
    states = [f"{out}_h"] if program.random.random() < 0.5 else [f"{out}_h", f"{out}_c"]
    kind = "GRU" if len(states) == 1 else "LSTM"
    begin = ""
    if program.random.random() < 0.4:
        begin = f", initial_state=[{', '.join(program.tensor() for _ in states)}]"
    names = ", ".join([out, *states])
    program.lines.append(f"{names} = layers.{kind}(8, return_state=True{program.name_argument('rnn')})({steps}{begin})")
    program.tensors += [out, *states]


def add_wrapped(program: Program) -> None:
    """Bidirectional or TimeDistributed."""
    steps, out = sequence(program), program.fresh("w")
    layer = program.random.choice(
        [
            "layers.Bidirectional(layers.LSTM(4))",
            'layers.Bidirectional(layers.GRU(8), merge_mode="sum")',
            "layers.TimeDistributed(layers.Dense(2))",
            "layers.Bidirectional(layers.SimpleRNN(1, return_sequences=True))",
        ]
    )
    call = f"{layer}({steps})"
    if "GRU(8" not in layer and "LSTM" not in layer:
        call = f"layers.Flatten()({call})"
    program.lines.append(f"{out} = {call}")
    program.tensors.append(out)


def add_attention(program: Program) -> None:
    """Attention of several heads, which makes layers of its own, and gives its scores as well."""
    query, value, out = sequence(program), sequence(program), program.fresh("a")
    if program.random.random() < 0.5:
        call = f"{out}, {out}_scores = layers.MultiHeadAttention(2, 3)({query}, {value}, return_attention_scores=True)"
    else:
        call = f"{out} = layers.MultiHeadAttention(2, 3)({query}, value={value})"
    program.lines += [call, f"{out} = layers.Flatten()({out})"]
    program.tensors.append(out)


def add_masked(program: Program) -> None:
    """An Input of numbers, an Embedding with a mask, and layers that pass the mask on, take it or lose it."""
    ids, out = program.fresh("i"), program.fresh("e")
    masked = program.random.random() < 0.7
    program.lines.append(f'{ids} = keras.Input((4,), dtype="int32"{program.name_argument("ids")})')
    program.lines.append(f"{out} = layers.Embedding(20, 2, mask_zero={masked})({ids})")
    if program.random.random() < 0.5:
        program.lines.append(f"{out} = layers.Dropout(0.1)({out})")
    if program.random.random() < 0.3:
        program.lines.append(f"{out} = layers.Masking()({out})")
    if program.random.random() < 0.3:
        program.lines.append(f"{out} = layers.Add()([{out}, layers.Dense(2)({out})])")
    if program.random.random() < 0.3:
        program.lines.append(f"{out} = layers.Concatenate()([{out}, {sequence(program)}])")
    last = program.random.choice(["layers.LSTM(8)", "layers.Bidirectional(layers.GRU(4))", "layers.Flatten()"])
    program.lines.append(f"{out} = layers.Dense(8)({last}({out}))")
    program.inputs.append(ids)
    program.whole = False
    program.tensors.append(out)


def add_custom(program: Program) -> None:
    """A layer or model of the program's own class."""
    out, chance = program.fresh("k"), program.random.random()
    if chance < 0.3:
        program.lines.append(f"{out} = Twist({program.name_argument('twist').removeprefix(', ')})({program.tensor()})")
        program.tensors.append(out)
    elif chance < 0.5:
        layer = program.fresh("twist")
        program.lines += [f"{layer} = Twist()", f"{out} = {layer}({layer}({program.tensor()}))"]
        program.tensors.append(out)
    elif chance < 0.8:
        other = program.random.choice(["", f", other={program.tensor()}", f", {program.tensor()}"])
        program.lines.append(f"{out}, {out}_b = Pair()({program.tensor()}{other})")
        program.tensors += [out, f"{out}_b"]
    else:
        program.lines.append(f"{out} = Perceptron({program.random.choice(['', '4', 'width=2'])})")
        program.models.append(out)


def add_function(program: Program) -> None:
    """A Lambda, a closure or a partial."""
    out = program.fresh("f")
    call = program.random.choice(
        [
            "layers.Lambda(lambda t: t * 2)({})",
            "layers.Lambda(lambda t: t[:, ::-1])({})",
            "dense_of(8)({})",
            "relu8()({})",
        ]
    )
    program.lines.append(f"{out} = {call.format(program.tensor())}")
    program.tensors.append(out)


def add_arithmetic(program: Program) -> None:
    """Operators with constants, and slices that are joined again."""
    out = program.fresh("o")
    a, b = program.tensor(), program.tensor()
    choices = [f"1 - {a}", f"{a} / 2.0", f"-{a}", f"abs({a})", f"2 * {a} + {b}", f"sum([{a}, {b}])"]
    choices.append(f"layers.Concatenate()([{a}[:, :4], {b}[:, 4:]])")
    if program.has_ops:
        choices += [
            f"keras.ops.relu({a})",
            f"keras.ops.concatenate([{a}[:, :4], {b}[:, 4:]], axis=-1)",
            f"keras.ops.mean(keras.ops.stack([{a}, {b}], axis=1), axis=1)",
            f"keras.ops.squeeze({a}[:, None], axis=1)",
            f"keras.ops.maximum({a}, {b}) - keras.ops.mean({a}, axis=-1, keepdims=True)",
        ]
    program.lines.append(f"{out} = {program.random.choice(choices)}")
    program.tensors.append(out)


def add_clone(program: Program) -> None:
    """A copy of a model, or of a Sequential that is built."""
    if not program.models:
        return
    out, model = program.fresh("copy"), program.random.choice(program.models)
    if model.startswith("k"):
        return  # of a class with a constructor of its own
    program.lines.append(f"{out} = keras.models.clone_model({model})")
    if model in program.arity:
        program.arity[out] = program.arity[model]
    program.models.append(out)


def add_tap(program: Program) -> None:
    """A tensor of another model's, by one of its layers."""
    found = [m for m in (*program.models, *program.derived) if m.startswith(("model", "b"))]
    if not found:
        return
    out, model = program.fresh("t"), program.random.choice(found)
    way = program.random.choice(["layers[-1]", "layers[0]", "get_layer(index=0)", "layers[1:][-1]"])
    program.lines.append(f"{out} = {model}.{way}.output")
    program.lines += [f"if isinstance({out}, (list, tuple)):", f"    {out} = {out}[0]"]
    program.lines.append(f"{out} = layers.Dense(8)(layers.Flatten()({out}))")
    program.tensors.append(out)


def add_mapping(program: Program) -> None:
    """A model whose inputs and outputs are dicts, called with one."""
    model, out = program.fresh("named"), program.fresh("d")
    a, b = program.fresh("left"), program.fresh("right")
    program.lines += [
        f'{model}_in = {{"b": keras.Input((8,), name="{b}"), "a": keras.Input((8,), name="{a}")}}',
        f'{model} = keras.Model({model}_in, {{"sum": layers.Add()(list({model}_in.values())), "a": relu8()({model}_in["a"])}})',
        f'{out} = {model}({{"a": {program.tensor()}, "b": {program.tensor()}}})',
        f'{out} = {out}["{program.random.choice(["sum", "a"])}"]',
    ]
    program.tensors.append(out)


def add_stack(program: Program) -> None:
    """A Sequential of a model and a layer, or the layers of a Sequential one by one."""
    single = [m for m in program.models if m not in program.arity]
    if not single:
        return
    out, model = program.fresh("stack"), program.random.choice(single)
    if model.startswith("seq"):
        program.lines += [f"{out} = {program.tensor()}", f"for layer in {model}.layers:", f"    {out} = layer({out})"]
        program.tensors.append(out)
    else:
        program.lines.append(f"{out} = keras.Sequential([{model}, layers.Dense(8)])")
        program.models.append(out)


def add_choice(program: Program) -> None:
    """A condition on what was built."""
    if not program.models:
        return
    out, model = program.fresh("z"), program.random.choice(program.models)
    program.lines += [
        f"if len({model}.layers) > {program.random.randint(1, 3)}:",
        f"    {out} = layers.Dense(8)({program.tensor()})",
        "else:",
        f"    {out} = layers.Dropout(0.2)({program.tensor()})",
    ]
    program.tensors.append(out)


def add_several(program: Program) -> None:
    """A model of two outputs, called and unpacked."""
    start, model, out = program.fresh("start"), program.fresh("two"), program.fresh("p")
    program.lines += [
        f"{start} = keras.Input((8,))",
        f"{model} = keras.Model({start}, [relu8()({start}), layers.Dense(8)({start})])",
        f"{out}, {out}_b = {model}({program.tensor()})",
    ]
    program.tensors += [out, f"{out}_b"]


PARTS = (
    add_states,
    add_wrapped,
    add_attention,
    add_masked,
    add_custom,
    add_custom,
    add_function,
    add_arithmetic,
    add_arithmetic,
    add_clone,
    add_tap,
    add_mapping,
    add_stack,
    add_choice,
    add_several,
)
