"""One command a file: its options, what it refuses, and what it prints.

A command may import everything but another command. Begin with ``sample``, the plainest.
"""
