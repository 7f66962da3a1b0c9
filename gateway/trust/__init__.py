"""How far a message may be believed, and what it may therefore do (RELIABILITY 2.1)."""
