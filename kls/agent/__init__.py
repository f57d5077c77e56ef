"""The other side of confirm.

Run by the USER's interpreter inside the jail. Standard library and their Keras, nothing of kls.
"""
