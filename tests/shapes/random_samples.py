"""Random calls of the layers that are used most, from a seed. Some of them Keras refuses; that is part of the point."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

from .samples import Sample, T

Size = int | None


def _size(r: Random, low: int = 1, high: int = 20) -> int:
    return r.randint(low, high)


def _open(r: Random, low: int = 4, high: int = 24) -> Size:
    """A size, now and then a dynamic one."""
    return None if r.random() < 0.15 else r.randint(low, high)


def _tensor(r: Random, rank: int) -> T:
    """A batch of `rank` dimensions in all, with known channels."""
    return T((None, *(_open(r) for _ in range(rank - 2)), _size(r)))


def _any_rank(r: Random) -> T:
    return _tensor(r, r.randint(2, 4))


def _each(r: Random, rank: int, low: int, high: int) -> object:
    """One number, or one for each dimension."""
    return _size(r, low, high) if r.random() < 0.5 else tuple(_size(r, low, high) for _ in range(rank))


def _window(r: Random, rank: int) -> dict[str, object]:
    config: dict[str, object] = {"kernel_size": _each(r, rank, 1, 5), "padding": r.choice(("valid", "same"))}
    if r.random() < 0.5:
        config["strides"] = _each(r, rank, 1, 3)
    elif r.random() < 0.4:
        config["dilation_rate"] = _each(r, rank, 1, 2)
    return config


def _conv(name: str, rank: int) -> Callable[[Random], Sample]:
    def make(r: Random) -> Sample:
        config = _window(r, rank) | {"use_bias": r.random() < 0.7}
        config["depth_multiplier" if name.startswith("Depthwise") else "filters"] = _size(r)
        if name in ("Conv1D", "Conv2D", "Conv3D") and r.random() < 0.2:
            config["groups"] = r.choice((1, 2, 3))
        return Sample(name, config, (_tensor(r, rank + 2),))

    return make


def _pool(name: str, rank: int) -> Callable[[Random], Sample]:
    def make(r: Random) -> Sample:
        config: dict[str, object] = {"pool_size": _each(r, rank, 1, 4), "padding": r.choice(("valid", "same"))}
        if r.random() < 0.5:
            config["strides"] = _each(r, rank, 1, 3)
        return Sample(name, config, (_tensor(r, rank + 2),))

    return make


def _global(name: str, rank: int) -> Callable[[Random], Sample]:
    return lambda r: Sample(name, {"keepdims": r.random() < 0.3}, (_tensor(r, rank + 2),))


def _recurrent(name: str) -> Callable[[Random], Sample]:
    def make(r: Random) -> Sample:
        config: dict[str, object] = {"units": _size(r)}
        for key in ("return_sequences", "return_state", "go_backwards"):
            if r.random() < 0.4:
                config[key] = True
        config["use_bias"] = r.random() < 0.7
        if r.random() < 0.3:
            return Sample("Bidirectional", {"layer": (name, config)}, (_tensor(r, 3),))
        return Sample(name, config, (_tensor(r, 3),))

    return make


def _merge(name: str) -> Callable[[Random], Sample]:
    def make(r: Random) -> Sample:
        first = _any_rank(r)
        others = [
            T((None, *(1 if r.random() < 0.2 else d for d in first.shape[1:])))
            for _ in range(1 if name == "Subtract" else r.randint(1, 3))
        ]
        return Sample(name, {}, ([first, *others],))

    return make


def _concatenate(r: Random) -> Sample:
    first = _any_rank(r)
    axis = r.choice((-1, 1, len(first.shape) - 1))
    shape = list(first.shape)
    shape[axis] = _open(r)
    return Sample("Concatenate", {"axis": axis}, ([first, T(tuple(shape))],))


def _normalization(name: str) -> Callable[[Random], Sample]:
    def make(r: Random) -> Sample:
        return Sample(name, {"center": r.random() < 0.6, "scale": r.random() < 0.6}, (_any_rank(r),))

    return make


def _plain(name: str, **config: object) -> Callable[[Random], Sample]:
    return lambda r: Sample(name, config, (_any_rank(r),))


def _reshape(r: Random) -> Sample:
    target = [r.choice((-1, 1, 2, 3, 4, 6)) for _ in range(r.randint(1, 3))]
    return Sample("Reshape", {"target_shape": tuple(target)}, (T((None, _open(r), r.choice((6, 12, 24)))),))


def _spatial(name: str, key: str, low: int, high: int) -> Callable[[Random], Sample]:
    def make(r: Random) -> Sample:
        value: object = _each(r, 2, low, high)
        if key != "size" and r.random() < 0.4:
            value = tuple((_size(r, low, high), _size(r, low, high)) for _ in range(2))
        return Sample(name, {key: value}, (_tensor(r, 4),))

    return make


def _attention(r: Random) -> Sample:
    config: dict[str, object] = {"num_heads": _size(r, 1, 4), "key_dim": _size(r, 1, 8), "use_bias": r.random() < 0.7}
    if r.random() < 0.3:
        config["value_dim"] = _size(r, 1, 8)
    if r.random() < 0.3:
        config["output_shape"] = (_size(r),)
    return Sample("MultiHeadAttention", config, (_tensor(r, 3), _tensor(r, 3)))


def _distributed(r: Random) -> Sample:
    inner = r.choice(((("Dense", {"units": _size(r)})), ("Conv2D", {"filters": 3, "kernel_size": 3}), ("Flatten", {})))
    return Sample("TimeDistributed", {"layer": inner}, (_tensor(r, 5 if inner[0] == "Conv2D" else 3),))


MAKERS: dict[str, Callable[[Random], Sample]] = {
    "Dense": lambda r: Sample("Dense", {"units": _size(r), "use_bias": r.random() < 0.7}, (_any_rank(r),)),
    **{f"Conv{n}D": _conv(f"Conv{n}D", n) for n in (1, 2, 3)},
    **{f"DepthwiseConv{n}D": _conv(f"DepthwiseConv{n}D", n) for n in (1, 2)},
    **{f"SeparableConv{n}D": _conv(f"SeparableConv{n}D", n) for n in (1, 2)},
    **{f"Conv{n}DTranspose": _conv(f"Conv{n}DTranspose", n) for n in (1, 2, 3)},
    **{f"{kind}Pooling{n}D": _pool(f"{kind}Pooling{n}D", n) for kind in ("Max", "Average") for n in (1, 2, 3)},
    **{f"Global{k}Pooling{n}D": _global(f"Global{k}Pooling{n}D", n) for k in ("Max", "Average") for n in (1, 2, 3)},
    **{name: _recurrent(name) for name in ("LSTM", "GRU", "SimpleRNN")},
    **{name: _merge(name) for name in ("Add", "Subtract", "Multiply", "Average", "Maximum", "Minimum")},
    "Concatenate": _concatenate,
    **{name: _normalization(name) for name in ("BatchNormalization", "LayerNormalization")},
    "Flatten": _plain("Flatten"),
    "Dropout": _plain("Dropout", rate=0.5),
    "Activation": _plain("Activation", activation="relu"),
    "ReLU": _plain("ReLU"),
    "Softmax": _plain("Softmax"),
    "Reshape": _reshape,
    "RepeatVector": lambda r: Sample("RepeatVector", {"n": _size(r)}, (_tensor(r, 2),)),
    "ZeroPadding2D": _spatial("ZeroPadding2D", "padding", 0, 3),
    "Cropping2D": _spatial("Cropping2D", "cropping", 0, 3),
    "UpSampling2D": _spatial("UpSampling2D", "size", 1, 3),
    "Embedding": lambda r: Sample(
        "Embedding", {"input_dim": _size(r), "output_dim": _size(r)}, (T((None, _open(r)), "int32"),)
    ),
    "MultiHeadAttention": _attention,
    "TimeDistributed": _distributed,
}


def random_samples(seed: int, each: int) -> list[Sample]:
    """`each` calls of every layer of MAKERS."""
    r = Random(seed)
    return [make(r) for make in MAKERS.values() for _ in range(each)]
