"""Typed questions to an archive, as far as a real cluster could answer them."""
