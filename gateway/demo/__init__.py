"""`gateway demo`: an afternoon at a service centre, played in seconds by the real gateway on a virtual clock."""
