"""Bytes and text into meaning. No network, no clock, no database."""
