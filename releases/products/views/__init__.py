"""Pages of the product lists: reading, exporting, keeping."""
