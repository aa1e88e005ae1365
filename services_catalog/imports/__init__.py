"""Bringing data in: the national portal's records, its older shape, listings, registers, our own files.

`reading` makes rows of a file, each with its line; one module for each shape says what a row means;
`drafting_in` and its likes take it, a row at a time; `running` does a whole file, once and resumably.
"""
