"""Which Python and which Keras a program will meet, read from disk: nothing is started, nothing is imported."""

from kls.environment.declared import declared, spoken
from kls.environment.dependents import is_installed, uses_keras
from kls.environment.era import Era, era_of
from kls.environment.interpreter import find_interpreter, on_path
from kls.environment.modules import find_module
from kls.environment.read import Environment, read_environment

__all__ = [
    "Environment",
    "Era",
    "declared",
    "era_of",
    "find_interpreter",
    "find_module",
    "is_installed",
    "on_path",
    "read_environment",
    "spoken",
    "uses_keras",
]
