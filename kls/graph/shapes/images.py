"""Preprocessing and augmentation of images. A dict {"images": ..., "labels": ...} goes through with its keys."""

from __future__ import annotations

from collections.abc import Callable

from kls.graph.shapes.core import structure
from kls.graph.shapes.registry import UNKNOWN_TENSOR, Call, layer, one
from kls.graph.shapes.spec import UNKNOWN, Dim, Inference, Mismatch, Shape, Structure, TensorSpec

SAME_SHAPE = (
    "AugMix",
    "AutoContrast",
    "ContrastLimitedAdaptiveHistogramEqualization",
    "CutMix",
    "Equalization",
    "MixUp",
    "RandAugment",
    "RandomBrightness",
    "RandomColorDegeneration",
    "RandomColorJitter",
    "RandomContrast",
    "RandomElasticTransform",
    "RandomErasing",
    "RandomFlip",
    "RandomGaussianBlur",
    "RandomGrayscale",
    "RandomHue",
    "RandomInvert",
    "RandomPerspective",
    "RandomPosterization",
    "RandomRotation",
    "RandomSaturation",
    "RandomSharpness",
    "RandomShear",
    "RandomTranslation",
    "RandomZoom",
    "Solarization",
)


def _on_images(call: Call, change: Callable[[Shape], Shape]) -> Inference:
    value = call.argument(0, "inputs", call.kwargs.get("data", UNKNOWN))
    if isinstance(value, TensorSpec):
        return one(None if value.shape is None else change(value.shape), call.dtype)
    if isinstance(value, dict):
        result = {key: structure(part, call) for key, part in value.items()}
        images = result.get("images")
        if isinstance(images, TensorSpec) and images.shape is not None:
            result["images"] = TensorSpec(change(images.shape), call.dtype)
        return Inference(result, 0)
    return Inference(UNKNOWN_TENSOR, 0)


@layer(*SAME_SHAPE)
def same_shape(call: Call) -> Inference:
    """The image keeps its size."""
    return _on_images(call, lambda shape: shape)


@layer("Resizing", "CenterCrop", "RandomCrop")
def resized(call: Call) -> Inference:
    """The image becomes (height, width), with or without a batch dimension."""
    return _sized(call, call.size("height"), call.size("width"))


@layer("RandomHeight")
def random_height(call: Call) -> Inference:
    """tf_keras: the height is not known before the call."""
    return _on_images(call, lambda shape: (*shape[:-3], None, *shape[-2:]))


@layer("RandomWidth")
def random_width(call: Call) -> Inference:
    """tf_keras: the width is not known before the call."""
    return _on_images(call, lambda shape: (*shape[:-2], None, shape[-1]))


def _sized(call: Call, height: Dim, width: Dim) -> Inference:
    first = call.channels_first if call.facts.era != "tf_keras" else False

    def change(shape: Shape) -> Shape:
        if len(shape) not in (3, 4):
            raise Mismatch("an image has rank 3, a batch of them 4")
        if first is UNKNOWN:
            return (*shape[:-3], UNKNOWN, UNKNOWN, UNKNOWN)
        return (*shape[:-2], height, width) if first else (*shape[:-3], height, width, shape[-1])

    return _on_images(call, change)


@layer("MaxNumBoundingBoxes")
def max_num_bounding_boxes(call: Call) -> Inference:
    """`boxes` and `labels` of a dict's "bounding_boxes" are cut or padded to `max_number`."""
    value = call.argument(0, "inputs")
    boxes = value.get("bounding_boxes") if isinstance(value, dict) else None
    if not isinstance(value, dict) or not isinstance(boxes, dict):
        return Inference(structure(value, call), 0)
    limit = call.size("max_number")
    cut: dict[str, Structure] = {
        key: TensorSpec((box.shape[0], limit, *box.shape[2:]), call.dtype)
        if isinstance(box, TensorSpec) and box.shape and len(box.shape) > 1
        else UNKNOWN_TENSOR
        for key, box in boxes.items()
    }
    return Inference({**{key: structure(part, call) for key, part in value.items()}, "bounding_boxes": cut}, 0)
