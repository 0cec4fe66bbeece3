"""What a person sees while something runs, and before it does: the panel, a plan, a data set.

It may import what the commands may, and never a command. Begin with ``training``.
"""
