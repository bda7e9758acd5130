"""Lineage of columns: what each was made from, by which date that was known, and whether it may be."""
