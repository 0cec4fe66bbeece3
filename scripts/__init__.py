"""Maintainers' tools, not in the wheel."""
