"""Training loops that people use, rewritten from their description and waited for."""
