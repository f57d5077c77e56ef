"""Ops of linear algebra: products, decompositions, Fourier transforms."""

from __future__ import annotations

from kls.graph.shapes.dims import add, axes_of, broadcast, floor_divide, is_int, matmul, multiply, of_rank, same
from kls.graph.shapes.dtypes import WEAK_FLOAT, promote, resolve
from kls.graph.shapes.einsum import einsum_shape, rearrange_shape
from kls.graph.shapes.ops_registry import OpCall, as_tensor, op
from kls.graph.shapes.registry import UNKNOWN_TENSOR
from kls.graph.shapes.spec import UNKNOWN, Dim, Mismatch, Shape, Structure, TensorSpec


def _product(call: OpCall) -> tuple[TensorSpec, TensorSpec, str | None]:
    a, b = call.tensor(0, "x1"), call.tensor(1, "x2")
    floatx = call.facts.floatx
    return a, b, resolve(promote(a.dtype, b.dtype, floatx), floatx)


@op("matmul")
def matmul_op(call: OpCall) -> TensorSpec:
    """Batch dimensions broadcast; two int8 give an int32."""
    a, b, dtype = _product(call)
    return TensorSpec(matmul(a.shape, b.shape), "int32" if a.dtype == b.dtype == "int8" else dtype)


@op("dot")
def dot(call: OpCall) -> TensorSpec:
    """The last axis of the first with the second last of the second."""
    a, b, dtype = _product(call)
    if a.shape is None or b.shape is None:
        return TensorSpec(None, dtype)
    if not a.shape or not b.shape:
        return TensorSpec(broadcast(a.shape, b.shape), dtype)
    if len(b.shape) == 1:
        same(a.shape[-1], b.shape[0])
        return TensorSpec(a.shape[:-1], dtype)
    same(a.shape[-1], b.shape[-2])
    return TensorSpec(a.shape[:-1] + b.shape[:-2] + b.shape[-1:], dtype)


@op("inner")
def inner(call: OpCall) -> TensorSpec:
    """The last axes go."""
    a, b, dtype = _product(call)
    if a.shape is None or b.shape is None:
        return TensorSpec(None, dtype)
    if a.shape and b.shape:
        same(a.shape[-1], b.shape[-1])
        return TensorSpec(a.shape[:-1] + b.shape[:-1], dtype)
    return TensorSpec(a.shape or b.shape, dtype)


@op("vdot")
def vdot(call: OpCall) -> TensorSpec:
    """One number."""
    return TensorSpec((), _product(call)[2])


@op("outer")
def outer(call: OpCall) -> TensorSpec:
    """Both flattened."""
    a, b, dtype = _product(call)
    return TensorSpec(tuple(UNKNOWN if x.shape is None else multiply(*x.shape) for x in (a, b)), dtype)


@op("kron")
def kron(call: OpCall) -> TensorSpec:
    """Sizes multiply."""
    a, b, dtype = _product(call)
    if a.shape is None or b.shape is None:
        return TensorSpec(None, dtype)
    return TensorSpec(tuple(map(multiply, a.shape, b.shape)), dtype)


@op("tensordot")
def tensordot(call: OpCall) -> TensorSpec:
    """`axes`: how many, or which of the first and which of the second."""
    a, b, dtype = _product(call)
    axes = call.get(2, "axes", 2)
    if a.shape is None or b.shape is None or axes is UNKNOWN:
        return TensorSpec(None, dtype)
    if is_int(axes):
        shape = a.shape + b.shape if axes <= 0 else a.shape[:-axes] + b.shape[axes:]
        return TensorSpec(shape, dtype)
    if not isinstance(axes, (list, tuple)) or len(axes) != 2:
        raise Mismatch(f"axes {axes}")
    left, right = axes_of(axes[0], len(a.shape)), axes_of(axes[1], len(b.shape))
    for i, j in zip(left, right, strict=True):
        same(a.shape[i], b.shape[j])
    kept = [d for i, d in enumerate(a.shape) if i not in left] + [d for i, d in enumerate(b.shape) if i not in right]
    return TensorSpec(tuple(kept), dtype)


@op("cross")
def cross(call: OpCall) -> TensorSpec:
    """Vectors of 2 or 3 along the last axis."""
    a, b, dtype = _product(call)
    if a.shape is None or b.shape is None or call.kwargs or len(call.args) > 2:
        return TensorSpec(None, dtype)
    shape = broadcast(a.shape[:-1], b.shape[:-1])
    sizes = (a.shape[-1], b.shape[-1])
    if shape is None or UNKNOWN in sizes:
        return TensorSpec(None, dtype)
    return TensorSpec((*shape, 3) if 3 in sizes else shape, dtype)


@op("correlate")
def correlate(call: OpCall) -> TensorSpec:
    """Of two vectors."""
    a, b, dtype = _product(call)
    (n,), (m,) = of_rank(a.shape, 1), of_rank(b.shape, 1)
    mode = call.get(2, "mode", "valid")
    size: Dim = UNKNOWN
    if is_int(n) and is_int(m):
        size = {"same": max(n, m), "full": n + m - 1, "valid": max(n, m) - min(n, m) + 1}.get(str(mode), UNKNOWN)
    if dtype is not None and dtype not in ("bfloat16", "float16", "float64"):
        dtype = "float64" if dtype == "int64" else "float32"
    return TensorSpec((size,), dtype)


@op("einsum")
def einsum(call: OpCall) -> TensorSpec:
    """As the subscripts say."""
    subscripts, operands = call.get(0, "subscripts"), [as_tensor(x) for x in call.args[1:]]
    dtype = operands[0].dtype if operands else None
    for x in operands[1:]:
        dtype = promote(dtype, x.dtype, call.facts.floatx)
    if not isinstance(subscripts, str):
        return TensorSpec(None, dtype)
    return TensorSpec(einsum_shape(subscripts, [x.shape for x in operands]), "int32" if dtype == "int8" else dtype)


@op("rearrange")
def rearrange(call: OpCall) -> TensorSpec:
    """As the pattern says; lengths of inner axes are keywords."""
    x, pattern = call.tensor(0, "tensor"), call.get(1, "pattern")
    if x.shape is None or not isinstance(pattern, str):
        return TensorSpec(None, x.dtype)
    lengths = {name: value for name, value in call.kwargs.items() if name not in ("tensor", "pattern")}
    return TensorSpec(rearrange_shape(pattern, x.shape, lengths), x.dtype)


@op("dot_product_attention")
def dot_product_attention(call: OpCall) -> TensorSpec:
    """The query's shape."""
    parts = [call.tensor(i, name) for i, name in enumerate(("query", "key", "value"))]
    dtype = promote(promote(parts[0].dtype, parts[1].dtype, call.facts.floatx), parts[2].dtype, call.facts.floatx)
    return TensorSpec(parts[0].shape, dtype)


@op("cdist")
def cdist(call: OpCall) -> TensorSpec:
    """Distances between rows."""
    a, b = call.tensor(0, "x"), call.tensor(1, "y")
    dtype = promote(promote(a.dtype, b.dtype, call.facts.floatx), WEAK_FLOAT, call.facts.floatx)
    if a.shape is None or b.shape is None:
        return TensorSpec(None, dtype)
    batch = broadcast(a.shape[:-2], b.shape[:-2])
    return TensorSpec(None if batch is None else (*batch, a.shape[-2], b.shape[-2]), dtype)


@op("cholesky", "cholesky_inverse", "inv")
def square(call: OpCall) -> TensorSpec:
    """A matrix of the same shape."""
    return call.tensor()


@op("det", "logdet")
def det(call: OpCall) -> TensorSpec:
    """A number for each matrix."""
    x = call.tensor()
    return TensorSpec(None if x.shape is None else x.shape[:-2], x.dtype)


@op("matrix_rank")
def matrix_rank(call: OpCall) -> TensorSpec:
    """A number for each matrix."""
    return TensorSpec(det(call).shape, "int32")


@op("slogdet")
def slogdet(call: OpCall) -> Structure:
    """Sign and logarithm; Keras says that there is one sign."""
    return TensorSpec((), call.tensor().dtype), det(call)


@op("eig", "eigh")
def eig(call: OpCall) -> Structure:
    """Values and vectors."""
    x = call.tensor()
    return TensorSpec(None if x.shape is None else x.shape[:-1], x.dtype), x


def _matrix(x: TensorSpec) -> tuple[Shape, Dim, Dim, Dim] | None:
    """Batch dimensions, rows, columns and the smaller of the two; None if the rank is not known."""
    if x.shape is None:
        return None
    if len(x.shape) < 2:
        raise Mismatch("not a matrix")
    rows, columns = x.shape[-2:]
    less = min(rows, columns) if is_int(rows) and is_int(columns) else UNKNOWN
    return x.shape[:-2], rows, columns, less


@op("lu_factor")
def lu_factor(call: OpCall) -> Structure:
    """The factors in one matrix, and the pivots."""
    x = call.tensor()
    matrix = _matrix(x)
    return x, TensorSpec(None if matrix is None else (*matrix[0], matrix[3]), x.dtype)


@op("qr")
def qr(call: OpCall) -> Structure:
    """Q and R."""
    x, mode = call.tensor(), call.get(1, "mode", "reduced")
    matrix = _matrix(x)
    if matrix is None or mode is UNKNOWN:
        return TensorSpec(None, x.dtype), TensorSpec(None, x.dtype)
    batch, rows, columns, less = matrix
    inside = less if mode == "reduced" else rows
    return TensorSpec((*batch, rows, inside), x.dtype), TensorSpec((*batch, inside, columns), x.dtype)


@op("svd")
def svd(call: OpCall) -> Structure:
    """U, S and V, or S alone."""
    x = call.tensor()
    full, both = call.flag(1, "full_matrices", True), call.flag(2, "compute_uv", True)
    matrix = _matrix(x)
    if both is UNKNOWN:
        return UNKNOWN_TENSOR
    if matrix is None or full is UNKNOWN:
        nothing = TensorSpec(None, x.dtype)
        return (nothing, nothing, nothing) if both else nothing
    batch, rows, columns, less = matrix
    values = TensorSpec((*batch, less), x.dtype)
    if not both:
        return values
    u, v = (rows, columns) if full else (less, less)
    return TensorSpec((*batch, rows, u), x.dtype), values, TensorSpec((*batch, v, columns), x.dtype)


@op("pinv")
def pinv(call: OpCall) -> TensorSpec:
    """Rows and columns change places."""
    x = call.tensor()
    matrix = _matrix(x)
    return TensorSpec(None if matrix is None else (*matrix[0], matrix[2], matrix[1]), x.dtype)


@op("solve", "solve_triangular")
def solve(call: OpCall) -> TensorSpec:
    """As the right side."""
    return call.tensor(1, "b")


@op("lstsq")
def lstsq(call: OpCall) -> TensorSpec:
    """A row for each column of the first."""
    a, b = call.tensor(0, "a"), call.tensor(1, "b")
    columns = of_rank(a.shape, 2)[1]
    return TensorSpec(None if b.shape is None else (columns, *b.shape[1:]), a.dtype)


def _complex(call: OpCall) -> TensorSpec:
    """The real part of a pair (real, imaginary)."""
    parts = call.tensors(0, "x")
    if parts is None or len(parts) != 2:
        return UNKNOWN_TENSOR
    return parts[0]


@op("fft", "fft2", "ifft2")
def fft(call: OpCall) -> Structure:
    """A pair of the same shape."""
    x = _complex(call)
    return x, x


@op("rfft")
def rfft(call: OpCall) -> Structure:
    """Half as many frequencies, and one."""
    x = call.tensor()
    length = call.get(1, "fft_length", None)
    if x.shape is None:
        return x, x
    size = x.shape[-1] if length is None else length if is_int(length) else UNKNOWN
    result = TensorSpec((*x.shape[:-1], add(floor_divide(size, 2), 1)), x.dtype)
    return result, result


@op("irfft")
def irfft(call: OpCall) -> TensorSpec:
    """The way back."""
    x, length = _complex(call), call.size(1, "fft_length", None)
    if x.shape is None:
        return x
    size = multiply(2, add(x.shape[-1], -1)) if length is None else length
    return TensorSpec((*x.shape[:-1], size), x.dtype)


@op("stft")
def stft(call: OpCall) -> Structure:
    """(frames, frequencies) for each signal."""
    x, stride, length = call.tensor(), call.size(2, "sequence_stride"), call.size(3, "fft_length")
    center = call.flag(5, "center", True)
    if x.shape is None:
        return x, x
    half = floor_divide(length, 2)
    padded = UNKNOWN if center is UNKNOWN else multiply(half, 2) if center else 0
    frames = add(floor_divide(add(x.shape[-1], padded, multiply(-1, length)), stride), 1)
    result = TensorSpec((*x.shape[:-1], frames, add(half, 1)), x.dtype)
    return result, result


@op("istft")
def istft(call: OpCall) -> TensorSpec:
    """The way back."""
    x, stride, length = _complex(call), call.size(2, "sequence_stride"), call.size(3, "fft_length")
    given, center = call.size(4, "length", None), call.flag(6, "center", True)
    if x.shape is None or len(x.shape) < 2:
        return TensorSpec(None, x.dtype)
    size = add(multiply(add(x.shape[-2], -1), stride), length)
    if given is not None:
        size = given
    elif center:
        size = UNKNOWN if center is UNKNOWN else add(size, multiply(-2, floor_divide(length, 2)))
    return TensorSpec((*x.shape[:-2], size), x.dtype)


@op("extract_sequences")
def extract_sequences(call: OpCall) -> TensorSpec:
    """Windows over the last axis."""
    x, length, stride = call.tensor(), call.size(1, "sequence_length"), call.size(2, "sequence_stride")
    if x.shape is None:
        return x
    many = add(floor_divide(add(x.shape[-1], multiply(-1, length)), stride), 1)
    return TensorSpec((*x.shape[:-1], many, length), x.dtype)


@op("view_as_complex")
def view_as_complex(call: OpCall) -> TensorSpec:
    """The last axis is a pair of real and imaginary part."""
    x = call.tensor()
    return TensorSpec(None if x.shape is None else x.shape[:-1], "complex64")


@op("view_as_real")
def view_as_real(call: OpCall) -> TensorSpec:
    """The way back."""
    x = call.tensor()
    return TensorSpec(None if x.shape is None else (*x.shape, 2), "float32")
