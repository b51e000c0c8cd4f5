"""A server's own questions."""
