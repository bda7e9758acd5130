"""The product: one SQL file a table, a folder a phase."""
