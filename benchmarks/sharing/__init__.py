"""Many dealers on a few real workers: where the rate budget and the fairness of runs are measured."""
