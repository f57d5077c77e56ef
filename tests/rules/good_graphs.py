"""Good code that looks like a fault: models of parts of models, and of several of them."""

GOOD_GRAPHS = {
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
    "layers of a clone": """
base = stack("base")
clone = keras.models.clone_model(base)
net = keras.Sequential(clone.layers[:-1])
net.add(layers.Dense(3, name="head"))
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
}
