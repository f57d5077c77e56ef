"""What nobody calls is built as its documentation calls it: examples in docstrings and in the README."""

from __future__ import annotations

import sys
import textwrap
from collections.abc import Callable
from pathlib import Path

import pytest

from kls.confirm.asked import ModelVerdict, Site
from kls.confirm.confirm import confirm
from kls.confirm.examples import code_blocks
from kls.confirm.session import Facts, Session

BODY = """\
    inputs = keras.Input((8,))
    x = inputs
    for size in sizes["hidden"]:
        x = keras.layers.Dense(size)(x)
    return keras.Model(inputs, x)
"""
HEAD = "import keras\n\ndef tower(sizes):\n"
FENCED = '''\
    """A tower.

    Example:

    ```python
    sizes = {"hidden": [int(n) for n in np.arange(2, 4)]}
    model = package.zoo.tower(sizes)
    model.fit(np.zeros((2, 8)), np.zeros((2, 3)))
    ```
    """
'''
DOCTEST = '''\
    """A tower.

        >>> from package import tower
        >>> spare = tower.from_preset("tower_base")
        >>> model = tower({
        ...     "hidden": [2, 3]})
    """
'''
INDENTED = '''\
    """A tower.

    Args:
        sizes: what it says

    Usage:
        from package.zoo import tower
        model = tower(sizes={"hidden": [2, 3]})

    Returns:
        a model
    """
'''


def built(session: Session, path: str, text: str) -> ModelVerdict:
    """The verdict on the line that returns the model."""
    line = next(n for n, each in enumerate(text.split("\n"), 1) if "keras.Model(" in each)
    (model,) = confirm(path, text, [Site(line)], session).models
    return model


@pytest.mark.sandbox
@pytest.mark.keras
@pytest.mark.parametrize("era", ["3.15.1", "tf_keras"])
@pytest.mark.parametrize("documentation", [FENCED, DOCTEST, INDENTED], ids=["fenced", "doctest", "indented"])
def test_the_example_of_a_docstring(documentation: str, era: str, sessions: Callable[[str], Session]) -> None:
    model = built(sessions(era), "/nowhere/zoo.py", HEAD + documentation + BODY)
    assert (model.verdict, len(model.layers)) == ("clean", 3)
    assert model.assumptions[-1].endswith("nothing comes to it by itself, so the example in its documentation was run")


@pytest.mark.sandbox
@pytest.mark.keras
def test_an_example_that_is_out_of_date_is_no_proof(sessions: Callable[[str], Session]) -> None:
    documentation = '    """Example:\n        tower({"hidden": [0]})\n    """\n'
    model = built(sessions("3.15.1"), "/nowhere/zoo.py", HEAD + documentation + BODY)
    assert model.verdict == "inconclusive"


@pytest.mark.sandbox
@pytest.mark.keras
@pytest.mark.parametrize("place", ["README.md", "package/other.py"])
def test_the_example_of_another_file(place: str, tmp_path: Path) -> None:
    example = '```python\nimport package.zoo\n\nmodel = package.zoo.tower({"hidden": [2, 3]})\nmodel.summary()\n```\n'
    (tmp_path / "package").mkdir()
    (tmp_path / "package/__init__.py").touch()
    (tmp_path / "pyproject.toml").touch()
    quoted = f'def task():\n    """Example:\n\n{textwrap.indent(example, "    ")}\n    """\n'
    (tmp_path / place).write_text(f"# Towers\n\n{example}" if place.endswith(".md") else quoted)
    path = tmp_path / "package/zoo.py"
    path.write_text(HEAD + BODY)
    session = Session(Facts(Path(sys.executable), tmp_path))
    try:
        model = built(session, str(path), HEAD + BODY)
    finally:
        session.close()
    assert (model.verdict, len(model.layers)) == ("clean", 3)
    assert (
        model.assumptions[0] == f"called by {'README.md' if place.endswith('.md') else 'the documentation of other.py'}"
    )


def test_pieces_of_code() -> None:
    text = textwrap.dedent(
        """\
        # Example usage

            first()

        Text of example sentences.

        ```bash
        pip install it
        ```

        ```py
        second()
        ```

        >>> third()
        1
        """
    )
    assert [block.strip() for block in code_blocks(text)] == ["second()", "third()", "first()"]
