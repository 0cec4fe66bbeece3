"""Bytes on a disk: whole files or none, and what a stranger's file may hold.

It may import ``errors`` alone. Begin with ``atomic``, through which every file is written.
"""
