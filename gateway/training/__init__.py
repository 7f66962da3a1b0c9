"""The school of the parsers' model: a generator of labelled messages from a seed, and the training (`make model`).

Nothing here runs in the gateway. All phrases and names are our own or made up from syllables; no corpus is read.
"""
