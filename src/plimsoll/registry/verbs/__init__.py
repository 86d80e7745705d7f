"""The verbs of the API on stored resources: each module does one, from a request to an answer."""
