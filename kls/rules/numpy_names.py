"""NumPy's functions that refuse a symbolic tensor, and their names in keras.ops. Each was tried in every era."""

from __future__ import annotations

_SAME = """
abs absolute add all any arccos arcsin arctan argmax argmin argsort array average ceil clip concatenate cos cosh cross
cumprod cumsum diag diagonal divide dot einsum equal exp expand_dims expm1 flip floor greater greater_equal hstack isfinite
isinf isnan less less_equal log log10 log1p log2 logical_and logical_not logical_or matmul max maximum mean median min
minimum mod moveaxis multiply ndim negative not_equal ones_like outer pad power prod ravel reciprocal repeat reshape roll
round sign sin sinh size sort split sqrt square squeeze stack std subtract sum swapaxes take tan tanh tensordot tile trace
transpose tril triu true_divide var vstack where zeros_like
""".split()
_OTHER = {"amax": "max", "amin": "min", "linalg.norm": "norm", "asarray": "convert_to_tensor"}
_WITHOUT = "copy float32 float64 int32 int64 hypot percentile random.shuffle save std unique".split()

FUNCTIONS: dict[str, str | None] = {**dict.fromkeys(_WITHOUT), **{name: name for name in _SAME}, **_OTHER}
"""By their names without `numpy.`; None where keras.ops has no such function."""

ONLY_KERAS_2 = frozenset({"flip", "ndim", "squeeze"})
"""Those that Keras 3 answers."""
