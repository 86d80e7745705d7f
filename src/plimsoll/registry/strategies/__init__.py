"""How the objects of a kind get from a body into the store: the pure machinery, put in the server's order."""
