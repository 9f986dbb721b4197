"""Patches as they arrive: read, taken apart, and their damage named."""
