"""The values of the program that events and rules speak of: rules import them from here, not from the interpreter."""

from kls.program.values import UNKNOWN, Address, Either, Instance, Opaque, Site, Value

__all__ = ["UNKNOWN", "Address", "Either", "Instance", "Opaque", "Site", "Value"]
