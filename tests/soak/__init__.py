"""Months of many cases on a fake clock: real core, policy, templates, SQLite and responders; `make soak`."""
