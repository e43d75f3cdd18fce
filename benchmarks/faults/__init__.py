"""What becomes of runs whose processes are killed, and whose service or database fails (R11, R13, R19)."""
