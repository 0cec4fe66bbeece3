"""What samples were asked for, as a judge can check it: values, words, and combinations of values.

It may import ``engine.sampling`` and what that may import, and the judges' ``heads``. Begin with
``conditions``; what captions name is in ``captions``.
"""
