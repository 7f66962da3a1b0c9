"""The confined process that reads, with children that behave and children that do not."""
