"""What objects count for in resource quotas (pkg/quota/v1): pure functions, for admission and for the controller alike."""
