"""What the hunks of a patch show of functions: whole ones, and fragments cut out so they close."""
