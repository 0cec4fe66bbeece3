"""Pages to open in a browser, each one file that fetches nothing. NumPy and JavaScript, no torch.

It may import ``runs``, ``requests`` and ``files``. Begin with ``generator``, a generator that draws
in the browser, then ``document``, the frame of every page. What the browser runs lies in
``static/``, a folder for each section and a concern a file.
"""
