"""Models in models in models, their tensors and their calls mixed, legally."""

import keras
from keras import layers


def block(name, width=8):
    start = keras.Input((8,), name=f"{name}_in")
    return keras.Model(start, layers.Dense(width, name=f"{name}_dense")(start), name=name)


a, b, c = block("a"), block("b"), block("c", 4)
chain = keras.Model(a.input, c(b(a.output)), name="chain")
start = keras.Input((8,), name="start")
tree = keras.Model(start, layers.Concatenate()([c(a(start)), c(b(start)), chain(start)]), name="tree")
top = keras.Sequential([tree, layers.Dense(1)], name="top")
head = keras.Model(tree.input, top.layers[-1](tree.output), name="head")
stitched = keras.Model([a.input, b.input], layers.Add(name="stitch")([a.output, b.output]), name="stitched")
outer = keras.Model(stitched.inputs, stitched.layers[-1].output, name="outer")
