"""A program as a list of statements.

What each binds, loads and changes, and whether it touches Keras, data or training.
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
IMPORTS = (ast.Import, ast.ImportFrom)

# Packages that neither make layers nor change how they are made; every other import may.
NOT_KERAS = frozenset(sys.stdlib_module_names) | {
    "numpy", "pandas", "matplotlib", "seaborn", "plotly", "PIL", "cv2", "skimage", "imageio", "sklearn", "scipy",
    "nltk", "spacy", "tqdm", "wandb", "mlflow", "requests", "yaml", "h5py", "joblib", "datasets", "tensorflow_datasets", "gym",
    "IPython", "google", "kagglehub", "kaggle", "polars", "librosa", "soundfile", "albumentations", "rich", "dotenv",
}  # fmt: skip

# The last name of a called function that uses a finished model, or only shows something.
USE_ONLY = frozenset(
    {
        "fit", "fit_generator", "evaluate", "predict", "predict_generator", "predict_classes", "predict_on_batch",
        "train_on_batch", "test_on_batch", "compile", "summary", "save", "save_weights", "export", "to_json",
        "plot_model", "model_to_dot", "print", "pprint", "display", "show", "savefig", "imshow", "plot", "figure", "subplot",
        "legend", "title", "xlabel", "ylabel", "info", "debug", "warning", "write", "writelines", "dump", "makedirs", "mkdir",
    }
)  # fmt: skip
TRAINS = frozenset({"fit", "fit_generator", "train_on_batch", "evaluate", "predict"})
LOOP_MARKS = frozenset({"GradientTape", "apply_gradients", "train_on_batch", "test_on_batch"})
DATA = re.compile(
    r"load_data|read_(csv|json|excel|parquet|pickle|table|image)|tfds|tf\.data|_from_directory|_from_dataframe|ImageDataGenerator"
    r"|get_file|urlretrieve|urlopen|load_img|imread|loadtxt|genfromtxt|np\.load|numpy\.load|listdir|glob|download|fetch_"
    r"|(^|\.)(open|input)$|load_dataset|train_test_split|requests\."
)


@dataclass(frozen=True)
class Statement:
    """One statement that runs at module level, with what it does to names. Lines are 1-based and inclusive."""

    node: ast.stmt
    start: int
    end: int
    binds: frozenset[str]
    loads: frozenset[str]
    changes: frozenset[str]
    calls: tuple[str, ...]
    """Dotted names of the functions it calls."""

    @property
    def is_definition(self) -> bool:
        """A function or a class."""
        return isinstance(self.node, DEFINITIONS)

    @property
    def is_import(self) -> bool:
        """An import."""
        return isinstance(self.node, IMPORTS)

    @property
    def only_uses(self) -> bool:
        """Whether it does nothing to a graph: training, printing, plotting, saving."""
        if isinstance(self.node, (ast.Expr, ast.Assign, ast.AnnAssign)):
            value = self.node.value
            called = dotted(value.func) if isinstance(value, ast.Call) else None
            return called is not None and called.rsplit(".", 1)[-1] in USE_ONLY
        compound = isinstance(self.node, (ast.For, ast.While, ast.With))
        return compound and any(call.rsplit(".", 1)[-1] in LOOP_MARKS for call in self.calls)

    @property
    def reads_data(self) -> bool:
        """Whether it loads files or data sets."""
        return not self.is_definition and not self.is_import and any(DATA.search(call) for call in self.calls)

    def trains(self) -> str | None:
        """The variable whose model it trains, which builds a model that is not built yet."""
        for call in self.calls:
            receiver, _, method = call.rpartition(".")
            if method in TRAINS and receiver.isidentifier():
                return receiver
        return None


def parsed(text: str) -> ast.Module | None:
    """Code as a tree; None of what is none."""
    try:
        return ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def dotted(node: ast.expr) -> str | None:
    """`a.b.c` of a chain of attributes; calls and subscripts within it are passed through."""
    parts: list[str] = []
    while True:
        if isinstance(node, ast.Attribute):
            parts.append(node.attr)
            node = node.value
        elif isinstance(node, ast.Call):
            node = node.func
        elif isinstance(node, ast.Subscript):
            node = node.value
        elif isinstance(node, ast.Name):
            return ".".join([node.id, *reversed(parts)])
        else:
            return ".".join(["", *reversed(parts)]) if parts else None


def root(node: ast.expr) -> str | None:
    """The name that a chain of attributes and subscripts starts at."""
    while isinstance(node, (ast.Attribute, ast.Subscript, ast.Call, ast.Starred)):
        node = node.func if isinstance(node, ast.Call) else node.value
    return node.id if isinstance(node, ast.Name) else None


def is_main_guard(node: ast.stmt) -> bool:
    """`if __name__ == "__main__":`."""
    return (
        isinstance(node, ast.If)
        and isinstance(node.test, ast.Compare)
        and isinstance(node.test.left, ast.Name)
        and node.test.left.id == "__name__"
    )


def module_statements(tree: ast.Module) -> Iterator[Statement]:
    """The statements of a module in the order in which they run; the main guard's body is among them."""
    for node in tree.body:
        for inner in node.body if is_main_guard(node) and isinstance(node, ast.If) else [node]:
            yield read_statement(inner)


def read_statement(node: ast.stmt) -> Statement:
    """What one statement does to names."""
    start = min([node.lineno, *(d.lineno for d in getattr(node, "decorator_list", []))])
    binds, loads, changes, calls = set[str](), set[str](), set[str](), list[str]()
    for child in ast.walk(node):
        if isinstance(child, ast.Name):
            (loads if isinstance(child.ctx, ast.Load) else binds).add(child.id)
        elif isinstance(child, ast.alias):
            binds.add(child.asname or child.name.split(".")[0])
        elif isinstance(child, (ast.Attribute, ast.Subscript)) and not isinstance(child.ctx, ast.Load):
            changes.add(root(child) or "")
        elif isinstance(child, ast.Call):
            calls.append(dotted(child.func) or "")
        elif isinstance(child, ast.Expr) and isinstance(child.value, ast.Call):
            changes |= touched(child.value)
        elif isinstance(child, ast.Global):
            changes |= set(child.names)
            loads |= set(child.names)
    if isinstance(node, ast.AugAssign):
        loads |= binds
    if isinstance(node, DEFINITIONS):
        # What is bound inside stays inside.
        loads, binds, changes = loads - local_names(node), {node.name}, set()
    return Statement(
        node, start, node.end_lineno or start, frozenset(binds), frozenset(loads), frozenset(changes), tuple(calls)
    )


def registry(statements: Sequence[Statement], index: int) -> frozenset[str]:
    """The variables of the program in which the decorators of a definition may keep it: `@register("relu")`."""
    decorators = {root(d) for d in getattr(statements[index].node, "decorator_list", ())}
    variables = {name for s in statements if not s.is_import and not s.is_definition for name in s.binds}
    functions = [s for s in statements if s.is_definition and s.binds & decorators]
    return frozenset(variables & {*decorators, *(name for s in functions for name in s.loads)})


def touched(call: ast.Call) -> set[str]:
    """Names that a call for its effect may change: its receiver's and its arguments'."""
    names = {root(call.func)} if isinstance(call.func, ast.Attribute) else set()
    for argument in [*call.args, *(keyword.value for keyword in call.keywords)]:
        names.add(root(argument))
    return {name for name in names if name}


def local_names(node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) -> set[str]:
    """Parameters of a function, which shadow what is outside."""
    if isinstance(node, ast.ClassDef):
        return set()
    arguments = node.args
    every = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs, arguments.vararg, arguments.kwarg]
    return {argument.arg for argument in every if argument is not None}


def may_be_keras(statement: Statement) -> bool:
    """Whether an import may bring Keras, or something made with it, into the program."""
    node = statement.node
    if isinstance(node, ast.Import):
        return any(alias.name.split(".")[0] not in NOT_KERAS for alias in node.names)
    return isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] not in NOT_KERAS
