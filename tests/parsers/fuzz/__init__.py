"""Mails that nobody would write, by the thousand: what the parsers must survive."""
