"""One kernel that can be run: a base of the reference, what a patch brings, a configuration."""
