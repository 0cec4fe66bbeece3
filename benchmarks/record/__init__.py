"""The record: after how many seconds are a program's samples of MNIST, by class, good?

``docs/record.md`` has the rules and the board. It may import ``ganctl``, and nothing of the other
benchmarks. Begin with ``marks``, which says what is to be reached and when it is; ``run`` runs an
entry and prints its row, and ``judge`` judges samples that another program has written.
"""
