"""Pages about releases: reading them, drafting them, deciding on them."""
