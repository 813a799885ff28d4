"""The code that runs inside a worker process. It imports no more than it needs, so that a process starts
fast."""
