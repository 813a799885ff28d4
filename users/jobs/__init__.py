"""Background jobs: enqueued in a request's transaction, done by worker processes.

The table of jobs is the queue. A worker that takes a job sets a random claim, and every write to the job
requires that claim (fencing): a worker that was thought dead and comes back cannot write. A job's work and
its checkpoint are committed together (`Run.step`), so a killed job resumes where it was and nothing is
done twice. This room knows no kind of job.
"""
