"""Einsum equations: which letter is which size, for keras.layers.EinsumDense and keras.ops.einsum."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from kls.graph.shapes.dims import broadcast_all, broadcast_dim, is_int, multiply, same
from kls.graph.shapes.spec import UNKNOWN, Dim, Mismatch, Shape, Unknown


class EinsumDenseShapes(NamedTuple):
    """What Keras's _analyze_einsum_string works out. `bias` None: there is none."""

    kernel: Shape
    bias: Shape | Unknown | None
    output: Shape


def _parts(equation: str) -> tuple[str, str, str]:
    inputs, arrow, output = equation.replace(" ", "").partition("->")
    operands = inputs.split(",")
    if not arrow or len(operands) != 2:
        raise Mismatch(f"not an equation of EinsumDense: {equation}")
    return operands[0], operands[1], output


def einsum_dense_shapes(equation: str, bias_axes: object, shape: Shape, partial: Shape) -> EinsumDenseShapes:
    """The kernel, bias and output of `EinsumDense(equation, partial, bias_axes=bias_axes)` on a tensor of `shape`.

    Follows keras/src/layers/core/einsum_dense.py. Raises Mismatch where Keras would raise ValueError.
    """
    left, weight, right = _parts(equation)
    left_elided = left.startswith("...")
    left, right = left.replace("...", ""), right.replace("...", "")
    elided = len(shape) - len(left)
    if elided < 0:
        raise Mismatch(f"{shape} has fewer dimensions than {equation}")
    output = (shape[0], *partial)
    if elided and left_elided:
        output = (shape[0], *shape[1:elided], *partial)
    elif elided:
        output = (*output, *shape[len(shape) - elided :])
    offset = elided if left_elided else 0
    if len(output) < offset + len(right):
        raise Mismatch(f"output_shape {partial} is too short for {equation}")
    in_left = {letter: shape[offset + i] for i, letter in enumerate(left)}
    in_right = {letter: output[offset + i] for i, letter in enumerate(right)}
    for letter, size in in_left.items():
        if in_right.get(letter) is not None:
            same(size, in_right[letter])
    try:
        kernel = tuple(in_right[letter] if letter in in_right else in_left[letter] for letter in weight)
    except KeyError as error:
        raise Mismatch(f"{error} is in neither side of {equation}") from None
    trailing = 0 if left_elided else elided
    return EinsumDenseShapes(kernel, _bias(bias_axes, right, in_right, trailing), output)


def _bias(bias_axes: object, right: str, sizes: dict[str, Dim], trailing: int) -> Shape | Unknown | None:
    if bias_axes is None:
        return None
    if not isinstance(bias_axes, str):
        return UNKNOWN
    if not bias_axes or any(letter not in right for letter in bias_axes):
        raise Mismatch(f"bias_axes {bias_axes!r} are not in the output")
    first = min(right.index(letter) for letter in bias_axes)
    return tuple(sizes[letter] if letter in bias_axes else 1 for letter in right[first:]) + (1,) * trailing


def einsum_shape(equation: str, shapes: list[Shape | None]) -> Shape | None:
    """The output shape of `keras.ops.einsum(equation, *tensors)`. None if it is unknown. Raises Mismatch."""
    inputs, arrow, output = equation.replace(" ", "").partition("->")
    specs = inputs.split(",")
    if len(specs) != len(shapes):
        raise Mismatch(f"{equation} takes {len(specs)} tensors")
    sizes: dict[str, Dim] = {}
    ellipses: list[Shape | None] = []
    for spec, shape in zip(specs, shapes, strict=True):
        ellipses.extend(_read(spec, shape, sizes))
    if not arrow:
        letters = [c for c in sorted(set(inputs) - {",", "."}) if inputs.count(c) == 1]
        output = ("..." if ellipses else "") + "".join(letters)
    extra = broadcast_all(ellipses)
    if "..." in output and extra is None:
        return None
    result: list[Dim] = []
    for i, part in enumerate(output.split("...")):
        if i and extra is not None:
            result.extend(extra)
        result.extend(sizes.get(letter, UNKNOWN) for letter in part)
    return tuple(result)


def _read(spec: str, shape: Shape | None, sizes: dict[str, Dim]) -> list[Shape | None]:
    """Enters the sizes of one operand's letters; gives what its ellipsis stands for, if it has one."""
    if shape is None:
        return [None] if "..." in spec else []
    before, dots, after = spec.partition("...")
    extra = len(shape) - len(before) - len(after)
    if extra < 0 or (extra and not dots):
        raise Mismatch(f"{shape} does not fit {spec}")
    ends = shape[: len(before)] + shape[len(shape) - len(after) :]
    for letter, size in zip(before + after, ends, strict=True):
        sizes[letter] = broadcast_dim(sizes[letter], size) if letter in sizes else size
    return [shape[len(before) : len(before) + extra]] if dots else []


def rearrange_shape(pattern: str, shape: Shape, lengths: Mapping[str, object]) -> Shape:
    """The output shape of `keras.ops.rearrange(tensor, pattern, **lengths)`. Raises Mismatch."""
    left, arrow, right = pattern.partition("->")
    groups = _groups(left)
    if not arrow or len(groups) != len(shape):
        raise Mismatch(f"{shape} does not fit {pattern}")
    sizes: dict[str, Dim] = {}
    for group, size in zip(groups, shape, strict=True):
        given = {name: lengths[name] for name in group if name in lengths}
        for name in group:
            value = given.get(name, size if len(group) == 1 else UNKNOWN)
            sizes[name] = value if is_int(value) or value is None else UNKNOWN
    return tuple(multiply(*(sizes.get(name, UNKNOWN) for name in group)) for group in _groups(right))


def _groups(side: str) -> list[list[str]]:
    """Axes by group: "b (h w) c" -> [["b"], ["h", "w"], ["c"]]."""
    result: list[list[str]] = []
    inside = False
    for token in side.replace("(", " ( ").replace(")", " ) ").split():
        if token in "()":
            inside = token == "("
            if inside:
                result.append([])
        elif inside:
            result[-1].append(token)
        else:
            result.append([token])
    return result
