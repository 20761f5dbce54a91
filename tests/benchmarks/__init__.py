"""Figures, each beside its yardstick in the same run; `make bench` prints them, no test judges them."""
