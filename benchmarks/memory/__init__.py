"""Memory of each process of a deployment, idle and during syncs, under the limit of a small container."""
