"""HTTP: health and metrics now, what customers and staff see later."""
