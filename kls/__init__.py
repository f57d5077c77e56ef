"""kls, the language server for Keras: it understands the model in your code while you type."""

__version__ = "0.1.0"
