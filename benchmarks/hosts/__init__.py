"""The program on two hosts that share PostgreSQL, Redis and S3, and nothing else."""
