"""What the field learned: the list, its page, and whether every number has its test."""
