"""The environment variables that a grader needs before Python and torch start."""

# A process whose native libraries have started threads cannot fork safely.
ONE_THREAD = {"OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}

# As workers have it, so that sets have the same order in a replay.
HASH_SEED = {"PYTHONHASHSEED": "0"}
