"""Data sets that have a name: in the box, where a download of them lies, or of a plug-in.

It may import the readers of formats and tables, requests and files. Begin with ``bundled``.
"""
