"""Good code that looks like a fault: on no version may there be a warning or an error, and mostly there is nothing at all."""

from __future__ import annotations

import pytest

from .checking import VERSIONS, check, found, loud

PREAMBLE = """
import keras
from keras import layers


def backbone(name="backbone"):
    image = keras.Input((16, 16, 3), name=name + "_in")
    x = layers.Conv2D(4, 3, name=name + "_conv")(image)
    x = layers.Conv2D(6, 3, name=name + "_top")(x)
    return keras.Model(image, x, name=name)


def stack(name="stack"):
    return keras.Sequential([keras.Input((8,)), layers.Dense(4, name="a"), layers.Dense(2, name="b")], name=name)

"""

GOOD = {
    "a function of Keras or of TensorFlow, by what nobody knows": """
import tensorflow as tf

concatenate = layers.concatenate if unknown() else tf.concat
x = keras.Input((3,))
y = concatenate([x, x], axis=-1)
""",
    "a layer that gives a tuple of nobody knows how many": """
class Several(layers.Layer):
    def call(self, x, more=False):
        found = (x, x * 2, x if more else None)
        return tuple(v for v in found if v is not None and unknown(v))

    def compute_output_shape(self, shape):
        return shape


many = Several()(keras.Input((3,)))
third = many[2] if len(many) > 2 else None
first = many[0] if many else None
""",
    "what waits for another method to make it": """
class Task:
    def __init__(self):
        self.backbone = None

    def prepare(self):
        self.backbone = backbone()

    def build(self):
        x = layers.Flatten()(self.backbone.output)
        return keras.Model(self.backbone.input, layers.Dense(1)(x))

    def stacked(self):
        return keras.Sequential([self.backbone, layers.Flatten()])
""",
    "what is not run when the file is": """
if __name__ != "__main__":
    keras.Model(backbone().input, 3)
if __name__ == "__test__":
    keras.Model(backbone().input, 4)
""",
    "a slice from a layer's input on": """
full = backbone()
tail = keras.Model(full.get_layer("backbone_top").input, full.outputs)
""",
    "a layer's input as an output": """
full = backbone()
penultimate = keras.Model(full.inputs, full.layers[-1].input)
""",
    "the inputs of a model in a dict, and one more": """
a, b = keras.Input((4,), name="a"), keras.Input((4,), name="b")
base = keras.Model({"a": a, "b": b}, layers.Add(name="sum")([a, b]))
mask = keras.Input((4,), name="mask")
inputs = {**base.input, "mask": mask}
model = keras.Model(inputs, layers.Multiply(name="masked")([base.output, mask]))
""",
    "the inputs of two models, of one without the first": """
a = keras.Input((4,), name="tokens")
encoder = keras.Model([a], layers.Dense(4, name="e")(a), name="encoder")
b, state = keras.Input((4,), name="state"), keras.Input((4,), name="more")
decoder = keras.Model([b, state], layers.Add(name="d")([b, state]), name="decoder")
out = decoder([encoder.output, state])
model = keras.Model(encoder.inputs + decoder.inputs[1:], out)
""",
    "a model called on its own input": """
base = backbone()
inputs = base.input
x = base(inputs)
model = keras.Model(inputs, layers.Flatten(name="flat")(x))
""",
    "a head on a model's output": """
base = backbone()
model = keras.Model(base.input, layers.Dense(1, name="head")(base.output))
""",
    "the input of a model in a variable": """
base = backbone()
inputs = base.input
model = keras.Model(inputs, layers.Dense(1, name="head")(base.output))
""",
    "all outputs of all layers": """
vgg = backbone()
features = keras.Model(vgg.input, [layer.output for layer in vgg.layers[1:]])
""",
    "the first layer's input of a Sequential": """
model = stack()
features = keras.Model(model.layers[0].input, model.layers[0].output)
""",
    "inputs and outputs of a Sequential": """
model = stack()
features = keras.Model(model.inputs, [layer.output for layer in model.layers])
same = keras.Model(model.inputs, model.outputs)
""",
    "a Sequential that is added to": """
model = keras.Sequential(name="net")
model.add(keras.Input((8,)))
model.add(layers.Dense(4, name="first"))
model.add(layers.Dense(4, name="second"))
features = keras.Model(model.inputs, [model.get_layer("first").output, model.outputs[0]])
""",
    "tensors threaded through a loop from a model's output": """
base = backbone()
x = base.output
for width in (8, 4):
    x = layers.Dense(width, name=f"dense_{width}")(x)
model = keras.Model(base.input, x)
""",
    "layers by name in a loop": """
base = backbone()
names = ["backbone_conv", "backbone_top"]
features = keras.Model(base.input, [base.get_layer(name).output for name in names])
""",
    "taps of a model that is a parameter": """
def taps(model, names):
    return keras.Model(model.inputs, [model.get_layer(name).output for name in names])


def other(model):
    return keras.Model(model.input, model.layers[-2].output)


features = taps(backbone(), ["backbone_conv"])
""",
    "a tap that needs one of two inputs": """
a, b = keras.Input((4,), name="a"), keras.Input((4,), name="b")
x, y = layers.Dense(4, name="x")(a), layers.Dense(4, name="y")(b)
model = keras.Model([a, b], layers.Add(name="sum")([x, y]))
tap = keras.Model(model.inputs, model.get_layer("x").output)
""",
    "a siamese network": """
encoder = backbone("encoder")
a, b = keras.Input((16, 16, 3), name="a"), keras.Input((16, 16, 3), name="b")
model = keras.Model([a, b], layers.Subtract(name="diff")([encoder(a), encoder(b)]))
inside = keras.Model(encoder.inputs, encoder.get_layer("encoder_conv").output)
""",
    "a mid-graph slice with both ends": """
image = keras.Input((8,), name="image")
code = layers.Dense(4, name="code")(image)
decoded = layers.Dense(8, name="decoded")(code)
encoder, decoder = keras.Model(image, code), keras.Model(code, decoded)
whole = keras.Model(image, decoder(encoder(image)))
""",
    "a U-Net": """
x = image = keras.Input((16, 16, 3), name="image")
skips = []
for width in (4, 8):
    x = layers.Conv2D(width, 3, padding="same")(x)
    skips.append(x)
    x = layers.MaxPooling2D(2)(x)
for width, skip in zip((8, 4), reversed(skips)):
    x = layers.Conv2DTranspose(width, 2, strides=2)(x)
    x = layers.Concatenate()([x, skip])
model = keras.Model(image, x)
""",
    "an alias keeps the Input": """
x = inputs = keras.Input((8,), name="inputs")
x = layers.Dense(4, name="first")(x)
head = keras.Model(x, layers.Dense(2, name="second")(x))
""",
    "a variable that goes on, and a model that starts at the Input": """
inputs = keras.Input((8,), name="inputs")
x = inputs
x = layers.Dense(4, name="first")(x)
x = layers.Dense(2, name="second")(x)
model = keras.Model(inputs, x)
""",
    "an encoder's output listed beside the decoder's Input": """
image = keras.Input((8,), name="image")
state = layers.Dense(4, name="state")(image)
tokens = keras.Input((4,), name="tokens")
out = layers.Add(name="join")([tokens, state])
training = keras.Model([image, tokens], out)
inference = keras.Model([tokens, state], out)
""",
    "two models that share an input": """
left, right = backbone("left"), backbone("right")
both = layers.Concatenate(name="both")([left.output, right(left.input)])
model = keras.Model(left.input, both)
""",
    "a student on the teacher's input": """
teacher, student = backbone("teacher"), backbone("student")
model = keras.Model(teacher.input, student(teacher.input))
""",
    "a construction that is expected to fail": """
a, b = keras.Input((4,), name="a"), keras.Input((4,), name="b")
x = layers.Dense(2, name="x")(b)
try:
    model = keras.Model(a, x)
    value = model.get_layer("nope").output
except ValueError:
    model = keras.Model(b, x)
""",
    "faults under a condition that is not known": """
import sys

a, b = keras.Input((4,), name="a"), keras.Input((4,), name="b")
dense = layers.Dense(2, name="x")
x = dense(a) if len(sys.argv) > 1 else dense(b)
if len(sys.argv) > 1:
    model = keras.Model(a, x)
else:
    model = keras.Model(b, x)
""",
    "asking first": """
dense = layers.Dense(2, name="x")
shape = dense.output_shape if hasattr(dense, "output_shape") else None
shape = getattr(dense, "output_shape", None)
""",
    "a loop of unknown length": """
import sys

inputs = x = keras.Input((8,), name="inputs")
dense = layers.Dense(8, name="dense")
for _ in sys.argv:
    x = dense(x)
model = keras.Model(inputs, x)
""",
    "layers of a clone": """
base = stack("base")
clone = keras.models.clone_model(base)
net = keras.Sequential(clone.layers[:-1])
net.add(layers.Dense(3, name="head"))
""",
    "layers read and kept": """
base = stack("base")
rest = base.layers
rest.pop()
names = [layer.name for layer in base.layers]
names.append("more")
""",
    "TensorFlow in a Lambda and in a layer": """
import tensorflow as tf


class Mean(layers.Layer):
    def call(self, x):
        return tf.reduce_mean(x, axis=-1)


x = keras.Input((4, 8), name="x")
model = keras.Model(x, [Mean(name="mean")(x), layers.Lambda(lambda t: tf.abs(t), name="abs")(x)])
flat = tf.nest.flatten([x])
ones = tf.ones((2, 4))
""",
    "a subclassed model that is called on an Input": """
class Net(keras.Model):
    def __init__(self):
        super().__init__()
        self.hidden = layers.Dense(4, name="hidden")

    def call(self, x):
        return self.hidden(x)


net, x = Net(), keras.Input((8,), name="x")
model = keras.Model(x, net(x))
flat = keras.Model(x, net.call(x))
""",
    "a subclass with a graph of its own": """
class Net(keras.Model):
    def __init__(self, width):
        x = keras.Input((8,), name="x")
        super().__init__(inputs=x, outputs=layers.Dense(width, name="out")(x))


net = Net(4)
model = keras.Model(net.input, net.output)
""",
    "a layer passed to a layer's constructor": """
x = keras.Input((4, 8), name="x")
y = layers.TimeDistributed(layers.Dense(2, name="each"))(x)
model = keras.Model(x, layers.Bidirectional(layers.LSTM(4))(y))
""",
    "a decoder that calls a cell in a loop": """
cell = layers.LSTM(6, return_state=True, name="cell")
dense = layers.Dense(3, name="dense")
x0 = keras.Input((1, 3), name="x0")
h0, c0 = keras.Input((6,), name="h0"), keras.Input((6,), name="c0")
x, h, c, outputs = x0, h0, c0, []
for _ in range(3):
    h, _, c = cell(x, initial_state=[h, c])
    outputs.append(dense(h))
    x = layers.Reshape((1, 3))(outputs[-1])
model = keras.Model([x0, h0, c0], outputs)
""",
    "names of layers that two nested models share": """
image = keras.Input((16, 16, 3), name="image")
a, b = backbone("a"), backbone("b")
model = keras.Model(image, layers.Add(name="sum")([a(image), b(image)]))
""",
    "an encoder called on the variable that a larger model starts at": """
x = keras.Input((16,), name="x")
code = layers.Dense(8, name="code")(layers.Dense(8, name="hidden")(x))
autoencoder = keras.Model(x, layers.Dense(16, name="decoded")(code))
encoder = keras.Model(x, autoencoder.get_layer("code").output)
z = keras.Input((8,), name="z")
decoder = keras.Model(z, autoencoder.get_layer("decoded")(z))
again = keras.Model(x, decoder(encoder(x)))
""",
    "a head on an earlier layer": """
x = keras.Input((8,), name="x")
h = early = layers.Dense(8, name="early")(x)
h = layers.Dense(8, name="late")(layers.Dense(8, name="middle")(h))
model = keras.Model(x, layers.Dense(2, name="head")(h))
z = keras.Input((8,), name="z")
head = keras.Model(z, model.get_layer("head")(z))
lens = keras.Model(x, head(keras.Model(x, early)(x)))
""",
    "models of keras.applications, without their source": """
base = keras.applications.VGG16(weights=None, include_top=False, input_shape=(32, 32, 3))
base.trainable = False
for layer in base.layers[-4:]:
    layer.trainable = True
flat = keras.Model(base.input, layers.Dense(2)(layers.Flatten()(base.output)))
taps = keras.Model(base.inputs, [base.get_layer(n).output for n in ("block1_pool", "block2_pool")])
shorter = keras.Model(base.input, base.layers[-2].output)
bottom = keras.Model(base.input, base.get_layer("block3_pool").output)
top = keras.Model(base.get_layer("block3_pool").output, base.output)
joined = keras.Model(base.input, top(bottom(base.input)))
longer = keras.Model(top.input, layers.Flatten()(top.output))
image = keras.Input((64, 64, 3), name="image")
scaled = layers.Rescaling(1 / 255)(image)
on_top = keras.applications.ResNet50(weights=None, include_top=False, input_tensor=scaled)
model = keras.Model(image, layers.Dense(2)(layers.Flatten()(on_top.output)))
nested = keras.Model(image, base(image))
start = base.get_layer("block2_conv1").input
middle = keras.Model(start, [base.get_layer("block2_conv2").output, base.output])
end = keras.Model(base.layers[5].input, base.layers[-1].output)
pooled = keras.Model(base.input, layers.GlobalAveragePooling2D()(base.get_layer("block4_pool").input))
cam = keras.Model(flat.input, [flat.get_layer("block5_conv3").output, flat.output])
""",
    "layers of keras.applications called again": """
base = keras.applications.vgg16.VGG16(weights=None, include_top=False)
image = keras.Input((32, 32, 3))
x = base.get_layer("block1_conv1")(image)
x = base.layers[2](x)
model = keras.Model(image, layers.Flatten()(x))
""",
    "lists that are bound to another name, or in another list": """
inputs = [keras.Input((3,), name=f"sensor_{k}") for k in range(2)]
x = inputs
x = [layers.Dense(3, name=f"pre_{k}")(t) for k, t in enumerate(x)]
head = keras.Model(x, layers.Concatenate(name="both")(x))
model = keras.Model(inputs, head(x))
""",
    "a builder whose attribute is the current tensor": """
class Builder:
    def __init__(self):
        self.start = keras.Input((4,), name="x")
        self.x = self.start

    def add(self, layer):
        self.x = layer(self.x)
        return self

    def build(self):
        return keras.Model(self.start, self.x)


model = Builder().add(layers.Dense(3, name="a")).add(layers.Dense(2, name="b")).build()
""",
    "layers without a name on either side of a condition": """
def build(flag, widths):
    x = image = keras.Input((8,), name="image")
    x = layers.Dense(3)(x)
    if flag:
        x = layers.Rescaling(0.1)(x)
    else:
        x = layers.Rescaling(0.2)(x)
    for width in (4, 2):
        if flag:
            x = layers.Dense(width)(x)
    return keras.Model(image, layers.Dense(8)(x))
""",
    "an Input that unknown code is given": """
from somewhere import connect

a, b = keras.Input((4,), name="a"), keras.Input((4,), name="b")
connect([b])
model = keras.Model([a, b], layers.Dense(2, name="x")(a))
""",
    "what a TensorFlow function makes of tensors that are not known": """
import tensorflow as tf


def joined(inputs, parts):
    first, *others = parts
    features = tf.concat([first, *others], axis=-1)
    return keras.Model(inputs, [features, keras.ops.add(x1=first, x2=1)])
""",
    "arguments that other layers have lost": """
words = keras.Input((8,))
x = layers.Embedding(input_dim=10, output_dim=4)(words)
if hasattr(layers, "ReversibleEmbedding"):  # since 3.12
    x = layers.ReversibleEmbedding(input_dim=10, output_dim=4)(words)
""",
}


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("program", [pytest.param(code, id=name) for name, code in GOOD.items()])
def test_no_warning_and_no_error(program: str, version: str) -> None:
    assert loud(check(PREAMBLE + program, version)) == []


@pytest.mark.parametrize("version", VERSIONS)
def test_not_even_a_hint_for_the_most_common_idioms(version: str) -> None:
    common = (
        "a model called on its own input",
        "a head on a model's output",
        "layers by name in a loop",
        "a Sequential that is added to",
        "a siamese network",
        "a U-Net",
    )
    for name in common:
        assert found(check(PREAMBLE + GOOD[name], version)) == [], name


@pytest.mark.parametrize("version", VERSIONS)
def test_half_typed_programs_do_not_make_the_rules_fail(version: str) -> None:
    program = PREAMBLE + GOOD["a siamese network"]
    for end in range(len(PREAMBLE), len(program), 7):
        check(program[:end], version)
