"""Where Hardtack plugs in: one package per host framework.

An adapter translates the host's objects into :mod:`hardtack.message` values and back. It holds no status, limit or
header rule of its own; those are decided by the rooms below it.
"""
