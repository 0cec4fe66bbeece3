"""How fast: a step, a start, several processes, the classic recipe beside a plain port."""
