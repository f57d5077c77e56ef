"""The language server: the only room that knows LSP. One module a feature; `main.start_stdio` is the door."""
