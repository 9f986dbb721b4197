"""The same translation on symbolic words: for every input at once."""
