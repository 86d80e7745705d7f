"""What a cluster has before anybody asks for anything: system namespaces, priority classes, the API server's service."""
