"""Adapters that let messages in or out. None of them decides anything."""
