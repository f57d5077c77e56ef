"""What Keras does: tensors, nodes, layers, models, and how `Model(...)` builds a graph in each era.

The terms are Keras's own, so that whoever knows keras/src/ops/function.py and keras/src/models/functional.py finds the way.
"""
