"""`python -m kls` is `kls`."""

from kls.cli import main

main()
