"""A release's own rules: its checklist, its gates, what it leaves out; and people's answers."""
