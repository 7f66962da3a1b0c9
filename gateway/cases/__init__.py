"""The core: one customer's case from report to close.

Standard library only; no I/O, no clock, no chance, no async.
"""
