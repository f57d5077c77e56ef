"""The values of the program that events and rules speak of: rules import them from here, not from the interpreter."""

from kls.graph.cells import KerasTensor
from kls.program.values import UNKNOWN, Address, Class, Either, External, Function, Instance, Opaque, Site, Value

__all__ = [
    "UNKNOWN",
    "Address",
    "Class",
    "Either",
    "External",
    "Function",
    "Instance",
    "KerasTensor",
    "Opaque",
    "Site",
    "Value",
]
