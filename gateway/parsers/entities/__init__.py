"""Who and what a message names: the directory first, then patterns on a blank spaCy pipeline."""
