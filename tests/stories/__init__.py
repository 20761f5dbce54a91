"""Whole paths on one page, through the real protocols of the embedded world."""
