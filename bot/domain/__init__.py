"""The ground floor: words, values and rules; pure, and strangers to every wire."""
