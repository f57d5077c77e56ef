"""Classes that are made of inputs and outputs, in each way that Keras knows, and their copies."""

import keras
from keras import layers


class Net(keras.Model):
    """Made of tensors."""

    def summarise(self):
        return len(self.layers)


class Named(keras.Model):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)


class Exact(keras.Model):
    def __init__(self, inputs, outputs, name=None):
        super().__init__(inputs=inputs, outputs=outputs, name=name)


x = keras.Input((8,), name="x")
h = layers.Dense(8, name="h")(x)
net = Net(x, layers.Dense(4)(h), name="net")
copy = keras.models.clone_model(net)
named = Named(x, layers.Dense(2)(net(h)))
again = keras.models.clone_model(named)
exact = Exact(x, [h, net(x)])
third = keras.models.clone_model(exact)
outer = keras.Model(x, [copy(x), exact(h)[0]])
