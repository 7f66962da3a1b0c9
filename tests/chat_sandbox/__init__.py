"""The Bot API sandbox against the documentation, and with python-telegram-bot as its client."""
