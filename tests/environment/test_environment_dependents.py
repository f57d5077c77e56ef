"""Which installed packages are worth reading."""

from __future__ import annotations

from fake_disk import Disk

from kls.environment import is_installed, uses_keras


def test_a_package_one_of_whose_files_imports_keras_is_of_use(disk: Disk) -> None:
    initial = disk.write("site-packages/nets/__init__.py", "from .models import resnet\n")
    inner = disk.write(
        "site-packages/nets/models/resnet.py", "def resnet():\n    from tensorflow.keras import layers\n"
    )
    assert is_installed(str(inner))
    assert uses_keras("nets", str(initial))
    assert uses_keras("nets.models.resnet", str(inner))


def test_one_that_only_speaks_of_it_is_not(disk: Disk) -> None:
    initial = disk.write("site-packages/rich/__init__.py", '"""A progress bar for keras."""\nimport kerastuner_like\n')
    single = disk.write("site-packages/six.py", "x = 'import keras'\n")
    assert not uses_keras("rich", str(initial))
    assert not uses_keras("six", str(single))


def test_the_parts_of_a_namespace_package_are_one(disk: Disk) -> None:
    one = disk.write("site-packages/space/deep/one.py")
    disk.write("site-packages/space/other/two.py", "import keras\n")
    assert uses_keras("space.deep.one", str(one))


def test_a_users_own_project_is_not_asked() -> None:
    assert not is_installed("/home/user/project/models/resnet.py")
