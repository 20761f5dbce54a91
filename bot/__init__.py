"""Usher: takes a partner from a spreadsheet to signed in."""
