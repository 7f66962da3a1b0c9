"""A directory to start with, so that `make run` is alive at once. Everybody in it is invented."""
