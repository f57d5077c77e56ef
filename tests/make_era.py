"""Make a virtual environment with an older Keras, or another backend, on top of another environment's packages.

usage: make_era.py FOLDER BASE_PYTHON REQUIREMENT... The folder gets those packages alone; a .pth line adds BASE's
site-packages behind them, so that one TensorFlow serves all eras.
"""

import subprocess
import sys
import venv
from pathlib import Path


def main(folder: str, base: str, *requirements: str) -> None:
    """Build the environment at `folder`; what is there already is replaced."""
    venv.create(folder, with_pip=False, symlinks=True, clear=True)
    python = Path(folder) / "bin" / "python"
    query = "import sysconfig; print(sysconfig.get_path('purelib'))"
    own = subprocess.run([python, "-c", query], check=True, capture_output=True, text=True).stdout.strip()
    packages = subprocess.run([base, "-c", query], check=True, capture_output=True, text=True).stdout.strip()
    install = [base, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps"]
    subprocess.run([*install, "--target", own, *requirements], check=True)
    (Path(own) / "base.pth").write_text(packages + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
