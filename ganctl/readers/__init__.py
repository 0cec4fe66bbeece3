"""What people have on their disks, as labelled NumPy arrays: layouts, tables, pictures. No torch.

It may import ``runs``, ``pictures``, ``requests`` and ``files``. Begin with ``reading``, which
turns a path into images and one line of what they were read as; ``recognise`` has the table of
layouts.
"""
