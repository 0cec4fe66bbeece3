"""A run while it trains: what is shown of it, drawn in place on a terminal or in plain lines.

It may import what the commands may, and never a command. Begin with ``moment``, then ``panel``.
"""
