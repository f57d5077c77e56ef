"""What is read of an interpreter, its packages and the user's Keras settings."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest
from fake_disk import Disk

from kls.environment import Era, read_environment


def test_a_virtual_environment(disk: Disk) -> None:
    python = disk.venv("project/.venv", disk.python("usr"))
    disk.install("project/.venv/lib/python3.11/site-packages", "keras", "3.12.0")
    disk.install("project/.venv/lib/python3.11/site-packages", "tensorflow", "2.20.0")
    disk.install("usr/lib/python3.11/site-packages", "tf_keras", "2.20.1")
    found = read_environment(str(python), [str(disk.root / "project")], variables=disk.variables())
    assert found.python == str(python)
    assert found.python_version == (3, 11)
    assert (found.keras_version, found.era, found.legacy) == ("3.12.0", Era("3.10"), False)
    assert (found.tensorflow_version, found.tf_keras_version) == ("2.20.0", None)
    assert (found.backend, found.image_data_format, found.floatx) == ("tensorflow", "channels_last", "float32")
    assert [str(Path(folder).relative_to(disk.root)) for folder in found.search_path] == [
        "project",
        "usr/lib/python3.11",
        "project/.venv/lib/python3.11/site-packages",
    ]


def test_a_virtual_environment_that_sees_the_systems_packages(disk: Disk) -> None:
    python = disk.venv("venv", disk.python("usr"), "include-system-site-packages = true\n")
    disk.install("usr/lib/python3.11/site-packages", "keras", "3.7.0")
    assert read_environment(str(python), [], variables=disk.variables()).keras_version == "3.7.0"


def test_an_environment_of_virtualenv_or_uv_names_its_version_otherwise(disk: Disk) -> None:
    disk.write("v/pyvenv.cfg", f"home = {disk.root}/nowhere\nimplementation = CPython\nversion_info = 3.12.4.final.0\n")
    disk.install("v/lib/python3.12/site-packages", "keras", "3.14.1")
    found = read_environment(str(disk.executable("v/bin/python")), [], variables=disk.variables())
    assert (found.python_version, found.era) == ((3, 12), Era("3.14"))


def test_a_symlinked_interpreter(disk: Disk) -> None:
    python = disk.python("opt/python-3.10", "3.10")
    disk.install("opt/python-3.10/lib/python3.10/site-packages", "keras", "2.15.0")
    # A folder such as ~/.local has a place for packages as well, and yet is no installation.
    link = disk.write("home/.local/lib/python3.10/site-packages/README.txt").parents[3] / "bin" / "python"
    link.parent.mkdir()
    link.symlink_to(python)
    found = read_environment(str(link), [], variables=disk.variables())
    assert (found.python_version, found.keras_version, found.era, found.legacy) == (
        (3, 10),
        "2.15.0",
        Era("tf_keras"),
        True,
    )


def test_debian(disk: Disk) -> None:
    python = disk.python("usr")
    disk.install("usr/lib/python3/dist-packages", "keras", "2.3.1", "{name}-{version}.egg-info")
    assert read_environment(str(python), [], variables=disk.variables()).keras_version == "2.3.1"
    disk.install("usr/local/lib/python3.11/dist-packages", "keras", "3.9.0")
    assert read_environment(str(python), [], variables=disk.variables()).keras_version == "3.9.0"


def test_conda(disk: Disk) -> None:
    disk.write("conda/conda-meta/python-3.10.14-h955ad1f_1.json", "{}")
    disk.install("conda/lib/python3.10/site-packages", "keras", "3.6.0")
    python = disk.executable("conda/bin/python")
    found = read_environment(str(python), [], variables=disk.variables())
    assert (found.python_version, found.keras_version) == ((3, 10), "3.6.0")


def test_windows(disk: Disk) -> None:
    disk.write("Python312/Lib/os.py")
    disk.write("Python312/python312.dll")
    disk.write("Python312/python3.dll")
    disk.write("Python312/DLLs/x.txt")
    base = disk.executable("Python312/python.exe")
    disk.write("project/.venv/pyvenv.cfg", f"home = {base.parent}\r\nversion = 3.12.3\r\n")
    disk.install("project/.venv/Lib/site-packages", "keras", "3.12.1")
    python = disk.executable("project/.venv/Scripts/python.exe")
    found = read_environment(str(python), [], variables=disk.variables())
    assert (found.python_version, found.keras_version) == ((3, 12), "3.12.1")
    assert found.search_path == tuple(
        str(disk.root / folder) for folder in ("Python312/Lib", "Python312/DLLs", "project/.venv/Lib/site-packages")
    )
    disk.install("Python312/Lib/site-packages", "keras", "3.5.0")
    found = read_environment(str(base), [], variables=disk.variables())
    assert (found.python_version, found.keras_version) == ((3, 12), "3.5.0")


def test_packages_of_the_user(disk: Disk) -> None:
    python = disk.python("usr")
    disk.install("home/.local/lib/python3.11/site-packages", "keras", "3.8.0")
    assert read_environment(str(python), [], variables=disk.variables()).keras_version == "3.8.0"
    assert read_environment(str(python), [], variables=disk.variables(PYTHONNOUSERSITE="1")).keras_version is None
    venv = disk.venv("venv", python)
    assert read_environment(str(venv), [], variables=disk.variables()).keras_version is None


def test_the_first_folder_that_has_keras_decides(disk: Disk) -> None:
    """As in an environment that has its own Keras and, by a path line, all else from another one."""
    base = disk.python("usr")
    other = "other/lib/python3.11/site-packages"
    disk.install(other, "keras", "3.15.1")
    disk.install(other, "tensorflow", "2.21.0")
    python = disk.venv("venv", base)
    disk.write("venv/lib/python3.11/site-packages/base.pth", f"{disk.root / other}\n")
    assert read_environment(str(python), [], variables=disk.variables()).keras_version == "3.15.1"
    disk.install("venv/lib/python3.11/site-packages", "keras", "3.7.0")
    found = read_environment(str(python), [], variables=disk.variables())
    assert (found.keras_version, found.tensorflow_version) == ("3.7.0", "2.21.0")
    assert found.search_path[-2:] == (str(disk.root / "venv/lib/python3.11/site-packages"), str(disk.root / other))


def test_a_checkout_of_keras_in_the_workspace(disk: Disk) -> None:
    python = disk.venv("venv", disk.python("usr"))
    disk.install("venv/lib/python3.11/site-packages", "keras", "3.7.0")
    disk.write("work/keras/__init__.py")
    disk.write("work/keras/src/version.py", '# Unique source of truth\n__version__ = "3.16.0"\n')
    assert (
        read_environment(str(python), [str(disk.root / "work")], variables=disk.variables()).keras_version == "3.16.0"
    )


def test_a_folder_that_is_merely_called_keras_is_not_keras(disk: Disk) -> None:
    python = disk.venv("venv", disk.python("usr"))
    disk.install("venv/lib/python3.11/site-packages", "keras", "3.7.0")
    disk.write("work/keras/train.py")
    assert read_environment(str(python), [str(disk.root / "work")], variables=disk.variables()).keras_version == "3.7.0"


def test_keras_of_the_night_and_of_an_old_tensorflow(disk: Disk) -> None:
    python = disk.venv("venv", disk.python("usr"))
    site = "venv/lib/python3.11/site-packages"
    disk.install(site, "tensorflow", "2.4.1", "tensorflow_cpu-{version}.dist-info")
    found = read_environment(str(python), [], variables=disk.variables())
    assert (found.tensorflow_version, found.keras_version, found.era) == ("2.4.1", "2.4.1", Era("tf_keras"))
    disk.install(site, "keras", "3.15.0.dev2025010103", "Keras_Nightly-{version}.dist-info")
    found = read_environment(str(python), [], variables=disk.variables())
    assert (found.keras_version, found.era) == ("3.15.0.dev2025010103", Era("3.14"))


def test_no_keras_at_all_means_the_newest_era(disk: Disk) -> None:
    python = str(disk.venv("venv", disk.python("usr")))
    for found in (read_environment(python, [], variables=disk.variables()), read_environment(None, [], variables={})):
        assert (found.keras_version, found.era, found.legacy) == (None, Era("3.14"), False)


def test_a_version_that_is_asked_for_takes_the_place_of_the_installed_one(disk: Disk) -> None:
    python = str(disk.venv("venv", disk.python("usr")))
    disk.install("venv/lib/python3.11/site-packages", "keras", "3.15.1")
    found = read_environment(python, [], keras="3.7.0", variables=disk.variables())
    assert (found.keras_version, found.era) == ("3.7.0", Era("3.0"))
    assert read_environment(None, [], keras="2.15.0", variables=disk.variables()).legacy
    with pytest.raises(ValueError, match="not a Keras version: 'new'"):
        read_environment(python, [], keras="new", variables=disk.variables())


def test_settings_come_from_keras_json_and_variables(disk: Disk) -> None:
    settings = {"backend": "jax", "image_data_format": "channels_first", "floatx": "float16"}
    disk.write("home/.keras/keras.json", json.dumps(settings))
    found = read_environment(None, [], variables=disk.variables())
    assert (found.backend, found.image_data_format, found.floatx) == ("jax", "channels_first", "float16")
    assert read_environment(None, [], variables=disk.variables(KERAS_BACKEND="torch")).backend == "torch"
    assert (
        read_environment(None, [], keras="2.15.0", variables=disk.variables(KERAS_BACKEND="jax")).backend
        == "tensorflow"
    )
    found = read_environment(None, [], variables=disk.variables(KERAS_HOME=str(disk.root / "elsewhere")))
    assert (found.backend, found.image_data_format) == ("tensorflow", "channels_last")


@pytest.mark.parametrize(
    "text", ["", "{", "[]", "[" * 100_000, '{"floatx": 3, "backend": null, "image_data_format": "x"}']
)
def test_broken_settings_count_as_none(disk: Disk, text: str) -> None:
    disk.write("home/.keras/keras.json", text)
    found = read_environment(None, [], variables=disk.variables())
    assert (found.backend, found.image_data_format, found.floatx) == ("tensorflow", "channels_last", "float32")


@pytest.mark.parametrize(
    ("value", "legacy"), [("1", True), ("true", True), ("True", True), ("0", False), ("yes", False)]
)
def test_legacy_keras_is_asked_for_as_tensorflow_reads_it(value: str, legacy: bool) -> None:
    assert read_environment(None, [], variables={"TF_USE_LEGACY_KERAS": value}).legacy is legacy


def test_the_workspace_comes_first_with_its_src(disk: Disk) -> None:
    disk.write("one/src/package/__init__.py")
    disk.write("two/src/__init__.py")
    disk.write("extra/module.py")
    roots = [str(disk.root / "one"), str(disk.root / "two")]
    variables = disk.variables(PYTHONPATH=f"{disk.root / 'extra'}:{disk.root / 'missing'}:")
    found = read_environment(None, roots, variables=variables)
    assert found.search_path == (roots[0], f"{roots[0]}/src", roots[1], str(disk.root / "extra"))


@pytest.mark.parametrize("path", ["missing/bin/python", "usr/bin", "a\0b"])
def test_an_interpreter_that_is_none_has_no_packages(disk: Disk, path: str) -> None:
    disk.python("usr")
    found = read_environment(str(disk.root / path), [], variables=disk.variables())
    assert found.keras_version is None


def test_the_interpreter_that_runs_this_has_the_keras_that_it_imports() -> None:
    from importlib.metadata import version

    found = read_environment(sys.executable, [])
    assert found.python_version == sys.version_info[:2]
    assert found.keras_version == version("keras")
    assert found.tf_keras_version == version("tf_keras")
    assert found.tensorflow_version == version("tensorflow")
    assert set(found.search_path) <= {str(Path(folder)) for folder in sys.path} | {str(Path(sys.prefix))}


def test_an_environment_is_a_value() -> None:
    assert hash(read_environment(None, [], variables={})) == hash(read_environment(None, [], variables={}))
