"""More of what random programs are made of: states, masks, several outputs, classes, closures, operators, convolutions.

Each part is a function that adds lines to a program; the tensors that it leaves behind have the shape (None, 8).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from generator import Program

HEAD = """from functools import partial

import keras
from keras import layers
from keras.models import Model


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


class Cell(layers.Layer):
    def __init__(self, units=8, **kwargs):
        super().__init__(**kwargs)
        self.state_size = units
        self.inner = layers.Dense(units)
        self.recurrent = layers.Dense(units, use_bias=False)

    def build(self, input_shape):
        self.inner.build(input_shape)
        self.recurrent.build((None, self.state_size))

    def call(self, inputs, states):
        output = self.inner(inputs) + self.recurrent(states[0])
        return output, [output]

    def get_config(self):
        config = super().get_config()
        config.update({"units": self.state_size})
        return config


class Perceptron(keras.Model):
    def __init__(self, width=8, **kwargs):
        start = keras.Input((8,))
        super().__init__(inputs=start, outputs=layers.Dense(8)(layers.Dense(width)(start)), **kwargs)


class Tower(keras.Model):
    def __init__(self, width=8, depth=2):
        super().__init__()
        self.blocks = [layers.Dense(width, activation="relu") for _ in range(depth)]
        self.top = layers.Dense(8)

    def call(self, inputs, training=None):
        for block in self.blocks:
            inputs = block(inputs)
        return self.top(inputs)


class Builder:
    def __init__(self, *sizes, **options):
        self.sizes, self.options, self.made = sizes, options, {}

    def __call__(self, tensor):
        for index, size in enumerate(self.sizes):
            tensor = layers.Dense(size, **self.options)(tensor)
            self.made[f"step_{index}"] = tensor
        return tensor


def dense_of(width):
    def apply(tensor):
        return layers.Dense(width)(tensor)

    return apply


def renamed(layer):
    if isinstance(layer, layers.Dense):
        return layers.Dense(layer.units, name=layer.name + "_new")
    return layer.__class__.from_config(layer.get_config())


def with_dropout(layer, *args, **kwargs):
    out = layer(*args, **kwargs)
    if isinstance(layer, layers.Dense):
        out = layers.Dropout(0.1)(out)
    return out


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
    choices += [f"{a} ** 2", f"({a} - 0.5) * {b} + {a}", f"{a} / ({b} + 1e-6)", f"{a}[:, ::-1] + {b}[..., :8]"]
    choices.append(f"layers.Concatenate()([{a}[:, :4], {b}[:, 4:]])")
    if program.has_ops:
        choices += [
            f"keras.ops.relu({a})",
            f"keras.ops.concatenate([{a}[:, :4], {b}[:, 4:]], axis=-1)",
            f"keras.ops.mean(keras.ops.stack([{a}, {b}], axis=1), axis=1)",
            f"keras.ops.squeeze({a}[:, None], axis=1)",
            f"keras.ops.maximum({a}, {b}) - keras.ops.mean({a}, axis=-1, keepdims=True)",
            f"keras.ops.where({a} > 0.0, {a}, {b})",
            f"keras.ops.reshape(keras.ops.transpose(keras.ops.reshape({a}, (-1, 2, 4)), (0, 2, 1)), (-1, 8))",
            f"keras.ops.split(keras.ops.concatenate([{a}, {b}], axis=1), 2, axis=1)[1]",
            f"keras.ops.softmax({a}, axis=-1) * keras.ops.cast({b}, 'float32')",
            f"keras.ops.einsum('bi,bi->bi', {a}, {b})",
            f"keras.ops.sum(keras.ops.matmul({a}[:, :, None], {b}[:, None, :]), axis=-1)",
        ]
    program.lines.append(f"{out} = {program.random.choice(choices)}")
    program.tensors.append(out)


def add_convolution(program: Program) -> None:
    """An image from a tensor: down, up, and a connection past both."""
    image, out = program.fresh("image"), program.fresh("v")
    down = program.random.choice(
        [
            'layers.Conv2D(3, 2, strides=2, padding="same"{})',
            "layers.MaxPooling2D(2{})",
            'layers.SeparableConv2D(2, 3, strides=2, padding="same"{})',
            "layers.AveragePooling2D((2, 1){})",
        ]
    ).format(program.name_argument("down"))
    up = program.random.choice(
        ['layers.Conv2DTranspose(2, 2, strides=2, padding="same")', "layers.UpSampling2D(2)", "layers.ZeroPadding2D(1)"]
    )
    if "AveragePooling" in down:
        up = "layers.UpSampling2D((2, 1))"
    elif "Zero" in up:
        up = "layers.UpSampling2D(size=(2, 2))"
    program.lines += [
        f"{image} = layers.Reshape((4, 2, 1))({program.tensor()})",
        f"{out} = {up}({down}({image}))",
        f"{out} = layers.Concatenate()([{image}, {out}])",
        f"{out} = layers.Dense(8)({program.random.choice(['layers.GlobalAveragePooling2D', 'layers.Flatten'])}()({out}))",
    ]
    program.tensors.append(out)


def add_cell(program: Program) -> None:
    """An RNN over a cell of the program's own, over one of Keras's, or over several."""
    steps, out = sequence(program), program.fresh("n")
    cell = program.random.choice(
        ["Cell()", "Cell(8)", "layers.GRUCell(8)", "[layers.LSTMCell(4), layers.LSTMCell(8)]", "[Cell(3), Cell(8)]"]
    )
    last = program.random.choice(["", ", return_sequences=True"])
    call = f"layers.RNN({cell}{last}{program.name_argument('rnn')})({steps})"
    program.lines.append(f"{out} = {'layers.Dense(8)(layers.Flatten()(' + call + '))' if last else call}")
    program.tensors.append(out)


def add_both_ways(program: Program) -> None:
    """Bidirectional with its states, begun with others, or with its two sides apart; a model applied to each step."""
    steps, out = sequence(program), program.fresh("w")
    chance = program.random.random()
    if chance < 0.3:
        names = [out, *(f"{out}_{i}" for i in range(4))]
        begin = program.random.choice(["", f", initial_state=[{', '.join(program.tensor() for _ in range(4))}]"])
        program.lines.append(
            f"{', '.join(names)} = layers.Bidirectional(layers.LSTM(8, return_state=True))({steps}{begin})"
        )
        program.lines.append(f"{out} = layers.Dense(8)({out})")
        program.tensors += names
    elif chance < 0.6:
        program.lines.append(f"{out}, {out}_b = layers.Bidirectional(layers.GRU(8), merge_mode=None)({steps})")
        program.tensors += [out, f"{out}_b"]
    else:
        start, inner = program.fresh("start"), program.fresh("inner")
        program.lines += [
            f"{start} = keras.Input((2,))",
            f"{inner} = keras.Model({start}, layers.Dense(2)({start}){program.name_argument('innerm')})",
            f"{out} = layers.Flatten()(layers.TimeDistributed({inner})({steps}))",
        ]
        program.tensors.append(out)


def add_comprehension(program: Program) -> None:
    """Branches made in a comprehension, in a loop over pairs, or by an object that is called; sizes read off tensors."""
    out, chance = program.fresh("g"), program.random.random()
    a, b = program.tensor(), program.tensor()
    if chance < 0.3:
        program.lines += [
            f"{out} = [layers.Dense(size, activation='relu')({a}) for size in (8, 4, 8) if size > 4]",
            f"{out} = layers.{program.random.choice(['Add', 'Average'])}()([*{out}, {b}])",
        ]
    elif chance < 0.5:
        program.lines += [
            f"{out} = {{key: layers.Dense(8, name=f'{out}_{{key}}')(value) for key, value in zip('ab', ({a}, {b}))}}",
            f"{out} = layers.Multiply()(list({out}.values()))",
        ]
    elif chance < 0.75:
        builder = program.fresh("builder")
        program.lines += [
            f"{builder} = Builder({program.random.choice(['4, 8', '8', '*[8] * 3'])}, activation='relu')",
            f"{out} = {builder}({a})",
            f"{out} = layers.Add()([{out}, *({builder}.made[key] for key in sorted({builder}.made)[-1:])])",
        ]
    else:
        program.lines += [
            f"{out} = {a}",
            f"for index, one in enumerate([{b}, {program.tensor()}]):",
            f"    {out} = layers.Concatenate()([{out}, one]) if index % 2 else layers.Add()([{out}, one])",
            f"    {out} = layers.Dense({out}.shape[-1] // (index + 1))({out})",
        ]
    program.tensors.append(out)


def add_subclassed(program: Program) -> None:
    """A model without a graph, called as a layer; sometimes twice."""
    out, model = program.fresh("u"), program.fresh("tower")
    program.lines += [
        f"{model} = Tower({program.random.choice(['', '4', 'depth=1', 'width=6, depth=3'])})",
        f"{out} = {model}({program.tensor()})",
    ]
    if program.random.random() < 0.4:
        program.lines.append(f"{out} = layers.Add()([{out}, {model}({program.tensor()})])")
    program.tensors.append(out)


TENSORS = (
    add_states,
    add_wrapped,
    add_attention,
    add_masked,
    add_custom,
    add_custom,
    add_function,
    add_arithmetic,
    add_arithmetic,
    add_convolution,
    add_cell,
    add_both_ways,
    add_comprehension,
    add_subclassed,
)
