"""How good: labels, variety and distance after a budget, and the figures of the papers."""
