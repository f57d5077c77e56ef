# Keras 3
"""keras.ops in a functional model: they are operations of the graph, not layers."""

import keras
from keras import layers, ops

x = keras.Input((16, 12), name="x")
mask = ops.cast(ops.greater(x, 0.5), "float32")
scaled = ops.multiply(x, mask)
mean = ops.mean(scaled, axis=1, keepdims=True)
spread = ops.sqrt(ops.var(scaled, axis=1, keepdims=True) + 1e-6)
normal = (scaled - mean) / spread
heads = ops.transpose(ops.reshape(normal, (-1, 16, 3, 4)), (0, 2, 1, 3))
scores = ops.softmax(ops.matmul(heads, ops.swapaxes(heads, 2, 3)) / 2.0)
left, right = ops.split(normal, 2, axis=-1)
joined = ops.concatenate([left, ops.relu(right)], axis=-1)
summed = ops.einsum("bij,bkj->bik", joined, joined)
pooled = ops.max(joined, axis=1)
values, indices = ops.top_k(pooled, 3)
stacked = ops.stack([pooled, pooled * 2], axis=1)
gathered = ops.take(joined, [0, 2], axis=1)
model = keras.Model(x, [scores, summed, values, stacked, layers.Flatten()(gathered)], name="model")
part = keras.Model(x, ops.squeeze(mean, 1), name="part")
