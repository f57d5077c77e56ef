"""What a function that nobody calls may be called with: by how it uses a parameter, by its annotation, by its name.

A guess is a value that stands in for an argument, as a placeholder stands in for data: the report lists it.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Sequence
from dataclasses import dataclass

from kls.confirm.statements import dotted

# The agent's names for what makes a placeholder, and for what chooses in a tuner's stead.
ANYTHING, CHOSEN = "anything", "hyperparameters"
MOST_TOLD = 6
# The value of the first round, of the second, ...
IMAGE, LARGE, SEQUENCE, VECTOR, VOLUME = "(64, 64, 3)", "(224, 224, 3)", "(16, 8)", "(16,)", "(16, 16, 16, 1)"
# The shapes to begin with where such layers are made; an image is the first otherwise.
SHAPES = (
    (re.compile(r"Embedding"), (VECTOR, SEQUENCE, IMAGE)),
    (
        re.compile(r"(Conv|Pooling|Padding|Cropping|UpSampling)1D|LSTM|GRU|RNN|Bidirectional|Attention"),
        (SEQUENCE, VECTOR, IMAGE),
    ),
    (re.compile(r"(Conv|Pooling|Padding|Cropping|UpSampling)3D"), (VOLUME, IMAGE, SEQUENCE)),
    (re.compile(r"2D"), (IMAGE, LARGE, SEQUENCE, VECTOR)),
    (re.compile(r"Dense"), (VECTOR, IMAGE, SEQUENCE)),
)
MODEL = (
    "keras.Model(x := keras.Input((64, 64, 3)), keras.layers.Dense(4)(keras.layers.Flatten()(keras.layers.Conv2D(4, 3)(x))))",
    "keras.Model(x := keras.Input((16,)), keras.layers.Dense(4)(x))",
)
LIST = ("[8, 16, 32, 64]", "8", "['a', 'b']")
NUMBER = ("8", "1")
KINDS = {
    "model": MODEL, "list": LIST, "number": NUMBER, "numbers": (*NUMBER[:1], *LIST),
    "few": ("2", "4", "1"), "small": ("3", "1", "(2, 2)", "[2, 2, 2, 2]"),
    "fraction": ("0.1",), "flag": ("False",), "nothing": ("None",), "text": ("'name'",), "activation": ("'relu'",),
    "padding": ("'same'",), "table": ("{}",), "tuner": (f"{CHOSEN}()",),
}  # fmt: skip
# What else any argument may be, when all of this fails.
OTHERS = ("8", "[8, 16, 32, 64]", "None", "'name'", "(64, 64, 3)")
SHAPED = {"shape": "{0}", "tensor": "keras.Input({0})", "tensors": "[keras.Input({0}), keras.Input({0})]"}
ANNOTATIONS = {
    "int": "number", "float": "fraction", "bool": "flag", "str": "text", "list": "list", "List": "list", "Sequence": "list",
    "Iterable": "list", "dict": "table", "Dict": "table", "Mapping": "table", "Model": "model", "Sequential": "model",
    "Functional": "model", "KerasTensor": "tensor", "Tensor": "tensor", "Optional": "nothing", "Path": "text",
}  # fmt: skip
# Arguments of Keras's layers (keras/src/layers), as keywords and, for some, in the first place.
KEYWORDS = {
    "shape": "shape", "input_shape": "shape", "batch_shape": "shape", "target_shape": "shape", "units": "number",
    "filters": "number", "input_dim": "number", "output_dim": "number", "kernel_size": "small", "strides": "small",
    "pool_size": "small", "dilation_rate": "small", "rate": "fraction", "num_heads": "small", "key_dim": "number",
    "axis": "small", "activation": "activation", "padding": "padding", "name": "text", "input_length": "number",
    "use_bias": "flag", "return_sequences": "flag", "inputs": "tensor", "tensor": "tensor", "input_tensor": "tensor",
    "weights": "nothing", "epsilon": "fraction", "momentum": "fraction", "learning_rate": "fraction", "dims": "shape",
}  # fmt: skip
FIRST = {
    "Input": "shape", "Dense": "number", "Embedding": "number", "LSTM": "number", "GRU": "number", "SimpleRNN": "number",
    "Dropout": "fraction", "Activation": "activation", "RepeatVector": "number", "Reshape": "shape", "range": "number",
    "enumerate": "list", "zip": "list", "len": "list", "Conv1D": "number", "Conv2D": "number", "Conv3D": "number",
    "SeparableConv2D": "number", "Conv2DTranspose": "number", "int": "number", "float": "fraction", "int_shape": "tensor",
    "concatenate": "tensors", "add": "tensors", "is_keras_tensor": "tensor",
}  # fmt: skip
MODEL_PARTS = frozenset(
    {"input", "inputs", "output", "outputs", "layers", "get_layer", "summary", "trainable", "input_shape"}
)
TUNER_PARTS = frozenset({"Int", "Float", "Choice", "Boolean", "Fixed"})  # methods of Keras Tuner's HyperParameters
TENSOR_PARTS = frozenset({"shape", "get_shape", "_keras_shape", "dtype"})
NAMES = tuple(
    (re.compile(pattern), kind)
    for pattern, kind in (
        (r"^hp$|hyper_?parameters$", "tuner"),
        (r"name$|prefix|suffix|scope|mode|type$|loss|optimizer", "text"),
        (r"^(use|is|has|with|include|freeze|return|apply)_|training|trainable|verbose|debug", "flag"),
        (r"activation", "activation"),
        (r"padding", "padding"),
        (r"^(depth|(n_|num_)?(levels?|stages))$", "few"),
        (r"^(n|num|nb|max|min)_|_num_|_begin$|^[nkmdcwh]$", "number"),
        (r"(patch|window)_size$", "small"),
        (r"shape|(input|img|image|target)_size$|dims$|resolution", "shape"),
        (
            r"^(x|y|z|inp|inputs?|input_tensor|input_layer|tensor|features?|img_input|last|query|embeddings?|skip)\d*$",
            "tensor",
        ),
        (r"layers?_?(index|id)|rank", "small"),
        (r"model|backbone|encoder|decoder|network|generator|discriminator", "model"),
        (r"filters?$|units$|channels$|hidden$|filter_num$", "numbers"),
        (r"(filters|layers|blocks|sizes|widths|depths|heads|nodes|neurons|rates)_?(list|num|down|up)?$", "list"),
        (r"_?(num|dim|size|len|length|unit|classes|labels|width|height|channel|depth|steps?|count|level)$", "number"),
        (r"rate|ratio|prob|drop|alpha|^lr$|momentum|eps|decay|coef|scale", "fraction"),
        (r"kernel|pool|stride", "small"),
        (r"weights|path|file|dir$|callback|initializer|regularizer|constraint|seed|random_state", "nothing"),
    )
)
BATCHED = frozenset({"build", "compute_output_shape"})  # methods of Keras's layers whose shapes have the batch in front


@dataclass(frozen=True)
class Step:
    """One call on the way to a line: what is called, and the parameters that need an argument.

    `body`: the function or class where their use is seen. `brackets`: whether it is called at all. `defaults`: parameters that
    need none, of which some choose what is done. `lines`: those that are to be come to.
    """

    name: str
    wanted: tuple[str, ...] = ()
    body: ast.AST | None = None
    brackets: bool = True
    defaults: tuple[tuple[str, ast.expr], ...] = ()
    lines: tuple[int, ...] = ()

    @property
    def choices(self) -> list[tuple[str, list[str]]]:
        """The parameters that choose what is done, and what else they may be: flags, compared texts, what is None.

        Those first that decide whether the line is come to.
        """
        found = list[tuple[str, list[str]]]()
        deciding = {name for line in self.lines for name in deciding_names(self.body, line)}
        for name, default in sorted(self.defaults, key=lambda pair: pair[0] not in deciding):
            if not isinstance(default, ast.Constant):
                continue
            value, others = default.value, compared(self.body, name)
            if isinstance(value, bool):
                others = [repr(not value)]
            elif value is None and not others and name in deciding:
                others = list(dict.fromkeys([*values_of(self, name, False)[:2], *OTHERS, "1"]))
            elif (
                value is None
                and not others
                and kind_of(self.body, name) not in (None, "nothing", "text", "model", "tensor")
            ):
                others = values_of(self, name, False)[:2]
            if others := [each for each in others if each != repr(value)]:
                found.append((name, others))
        return found[:MOST_TOLD]


def deciding_names(body: ast.AST | None, line: int) -> set[str]:
    """The names in the conditions on which a line is come to: of the `if` around it, and of those that leave before it."""
    functions = [n for n in ast.walk(body) if isinstance(n, ast.FunctionDef)] if body is not None else []
    holding = [n for n in functions if n.lineno <= line <= (n.end_lineno or 0)]
    found = set[str]()
    for node in ast.walk(holding[-1]) if holding else ():
        if isinstance(node, ast.If) and node.lineno < line:
            around = line <= (node.end_lineno or 0)
            leaves = any(isinstance(inner, ast.Return) for each in node.body for inner in ast.walk(each))
            if around or leaves:
                found |= {
                    n.id if isinstance(n, ast.Name) else n.attr
                    for n in ast.walk(node.test)
                    if isinstance(n, (ast.Name, ast.Attribute))
                }
    return found


@dataclass(frozen=True)
class Guess:
    """A call whose arguments are to be chosen: its text in `parts`, and between each two the `values` of one argument.

    `together`: the arguments, by number, whose first values go together, the second ones too, and so on.
    """

    parts: tuple[str, ...]
    values: tuple[tuple[str, ...], ...] = ()
    together: tuple[int, ...] = ()

    def wire(self) -> str:
        """As the agent takes it."""
        return repr((self.parts, self.values, self.together))


def written(steps: Sequence[Step]) -> str:
    """The steps as one expression that a person may write, `...` for what has no plain value."""
    made = guess(steps)
    first = [value[0] if is_plain(value[0]) else "..." for value in made.values]
    return "".join(part + value for part, value in zip(made.parts, [*first, ""], strict=True))


def guess(steps: Sequence[Step]) -> Guess:
    """The steps as one call, with the values that each argument may have, the likeliest first."""
    parts, values, together = [""], list[tuple[str, ...]](), list[int]()
    for number, step in enumerate(steps):
        parts[-1] += f"{'.' if number else ''}{step.name}{'(' if step.brackets else ''}"
        for name, others in step.choices:
            values.append(("", *(f"{name}={other}, " for other in others)))
            parts.append("")
        for index, name in enumerate(step.wanted):
            kind, told = kind_of(step.body, name), values_of(step, name, number > 0 and step.name in BATCHED)
            if kind in SHAPED:
                together.append(len(values))
            parts[-1] += f"{', ' if index else ''}{name}="
            values.append(tuple(dict.fromkeys([*told, *(OTHERS if kind != "told" else ())])))
            parts.append("")
        parts[-1] += ")" if step.brackets else ""
    return Guess(tuple(parts), tuple(values), tuple(together))


def values_of(step: Step, name: str, batched: bool) -> list[str]:
    """What one argument of a step may be; `batched` shapes have the batch in front."""
    kind = kind_of(step.body, name)
    if kind in SHAPED:
        known = [shape.replace("(", "(None, ", 1) if batched else shape for shape in shapes(step.body)]
        return [SHAPED[kind].format(shape) for shape in known]
    if kind == "told":
        return compared(step.body, name)
    return [*KINDS.get(kind or "", ()), *([f"{ANYTHING}({name!r})"] if kind is None else [])]


def is_plain(text: str) -> bool:
    """Whether guessed values are numbers, shapes and texts, which every program can write down."""
    return not any(word in text for word in ("keras.", f"{ANYTHING}(", f"{CHOSEN}("))


def kind_of(body: ast.AST | None, name: str) -> str | None:
    """What a parameter is: as it is compared, used, annotated or called."""
    if compared(body, name):
        return "told"
    return used_as(body, name) or annotated_as(body, name) or next((k for p, k in NAMES if p.search(name)), None)


def shapes(body: ast.AST | None) -> tuple[str, ...]:
    """Shapes that an input may have, by the layers that are made, one for each round."""
    called = (
        " ".join(dotted(n.func) or "" for n in ast.walk(body) if isinstance(n, ast.Call)) if body is not None else ""
    )
    return next((told for pattern, told in SHAPES if pattern.search(called)), (IMAGE, LARGE, SEQUENCE, VECTOR))


def compared(body: ast.AST | None, name: str) -> list[str]:
    """The texts that a parameter is compared with, or looked up by: `if mode == "small"` tells what it may be."""
    found = list[str]()
    for node in ast.walk(body) if body is not None else ():
        if (
            isinstance(node, ast.Compare)
            and is_it(node.left, name)
            and isinstance(node.ops[0], (ast.Eq, ast.In, ast.NotIn))
        ):
            other = node.comparators[0]
            several = isinstance(other, (ast.List, ast.Tuple, ast.Set))
            each = other.elts if isinstance(other, (ast.List, ast.Tuple, ast.Set)) else [other]
            texts = [n.value for n in each if isinstance(n, ast.Constant) and isinstance(n.value, str)]
            found += map(repr, texts) if several or not isinstance(node.ops[0], ast.In) else ()
        elif isinstance(node, ast.Subscript) and is_it(node.slice, name) and isinstance(node.value, ast.Name):
            found += keys_of(body, node.value.id)
    return list(dict.fromkeys(found))[:MOST_TOLD]


def keys_of(body: ast.AST | None, name: str) -> list[str]:
    """The keys of a dict that is written out in a function, under a name."""
    for node in ast.walk(body) if body is not None else ():
        if (
            isinstance(node, ast.Assign)
            and isinstance(node.value, ast.Dict)
            and any(is_it(t, name) for t in node.targets)
        ):
            return [repr(k.value) for k in node.value.keys if isinstance(k, ast.Constant)]
    return []


def used_as(body: ast.AST | None, name: str) -> str | None:
    """What the uses of a parameter say that it is; None when they say nothing."""
    held = {name, *attributes_of(body, name)}
    nodes = list(ast.walk(body)) if body is not None else []
    called = {id(node.func) for node in nodes if isinstance(node, ast.Call)}
    for node in nodes:
        if isinstance(node, ast.Subscript) and id(node) in called:
            continue  # a list of what is called is none of numbers
        kind = use(node, held)
        if kind is not None:
            return kind
    return None


def use(node: ast.AST, held: set[str]) -> str | None:
    """What one use says of a value that goes by some names."""
    if isinstance(node, ast.Attribute) and name_of(node.value) in held:
        kinds = {"tuner": TUNER_PARTS, "model": MODEL_PARTS, "tensor": TENSOR_PARTS}
        return next((kind for kind, parts in kinds.items() if node.attr in parts), None)
    if isinstance(node, (ast.For, ast.comprehension)) and name_of(node.iter) in held:
        return "list"
    if isinstance(node, ast.Subscript) and name_of(node.value) in held and not isinstance(node.slice, ast.Constant):
        return "list"
    if isinstance(node, ast.Compare) and name_of(node.left) in held and is_number(node.comparators[0]):
        return "number"
    if not isinstance(node, ast.Call):
        return None
    for keyword in node.keywords:
        if name_of(keyword.value) in held and keyword.arg in KEYWORDS:
            return KEYWORDS[keyword.arg]
    first = node.args[0] if node.args else None
    called = (dotted(node.func) or "").rpartition(".")[2]
    given = [first, *(keyword.value for keyword in node.keywords)]
    if called == "Input" and any(isinstance(g, ast.Tuple) and held & set(map(name_of, g.elts)) for g in given):
        return "number"
    if first is None or name_of(first) not in held:
        return None
    # layer(...)(x) calls a layer that was just made.
    return "tensor" if isinstance(node.func, ast.Call) and called[:1].isupper() else FIRST.get(called)


def annotated_as(body: ast.AST | None, name: str) -> str | None:
    """What an annotation says of a parameter, or of a field of a dataclass."""
    for node in ast.walk(body) if body is not None else ():
        if isinstance(node, ast.arg) and node.arg == name and node.annotation is not None:
            return of_annotation(node.annotation)
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and node.target.id == name:
            return of_annotation(node.annotation)
    return None


def of_annotation(node: ast.expr) -> str | None:
    """The kind of value that an annotation asks for."""
    if isinstance(node, ast.BinOp):
        return of_annotation(node.left) or of_annotation(node.right)
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return ANNOTATIONS.get(node.value)
    return ANNOTATIONS.get((dotted(node) or "").rpartition(".")[2])


def attributes_of(body: ast.AST | None, name: str) -> set[str]:
    """`self.x` of every `self.x = name`."""
    found = set[str]()
    for node in ast.walk(body) if body is not None else ():
        if isinstance(node, ast.Assign) and is_it(node.value, name):
            found |= {told for target in node.targets if (told := name_of(target) or "").startswith("self.")}
    return found


def is_it(node: ast.expr, name: str) -> bool:
    """Whether an expression is a parameter itself, or its text in lower case."""
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in ("lower", "upper"):
        node = node.func.value
    return isinstance(node, ast.Name) and node.id == name


def is_number(node: ast.expr) -> bool:
    """Whether an expression is a constant that is a number."""
    return isinstance(node, ast.Constant) and isinstance(node.value, (int, float)) and not isinstance(node.value, bool)


def name_of(node: ast.AST) -> str | None:
    """A plain name or `self.x`."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "self":
        return f"self.{node.attr}"
    return None
