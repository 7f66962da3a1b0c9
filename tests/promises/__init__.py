"""Every promise of the service, its rows of config.toml and its stories: the table in docs/promises.md."""
