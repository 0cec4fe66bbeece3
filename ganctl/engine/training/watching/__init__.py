"""What is looked at while it trains: previews, a judge's figures, and alarms.

It may import what ``engine.training`` may, and nothing of that room itself. Begin with ``monitor``.
"""
