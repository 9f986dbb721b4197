"""The command line: arguments to requests, streams, exit codes."""

from analyzer.cli.command import main

__all__ = ["main"]
