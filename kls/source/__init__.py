"""Text to syntax: a document cut into top-level pieces, each with its own ast, and places in them."""
