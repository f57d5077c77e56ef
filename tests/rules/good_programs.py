"""Good code that looks like a fault: what is not known, is asked for first, or happens elsewhere."""

GOOD_PROGRAMS = {
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
    "taps of a model that is a parameter": """
def taps(model, names):
    return keras.Model(model.inputs, [model.get_layer(name).output for name in names])


def other(model):
    return keras.Model(model.input, model.layers[-2].output)


features = taps(backbone(), ["backbone_conv"])
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
