"""How results look: one module a format. Each renders a file at a time, so that processes can share the work."""
