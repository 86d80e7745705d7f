"""What Prometheus reads of a served cluster: the API server's metrics, and those of every node.

What belongs in here names and prints what the simulation counts, under the names that Kubernetes gives it, so that
dashboards and rules apply unchanged. Nothing is counted in here that does not happen in the simulation.
"""
