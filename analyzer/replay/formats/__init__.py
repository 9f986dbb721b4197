"""Recorded traces: what reads each format, one module a format."""
