"""Work beside the requests: asked for in a request's own transaction, done by worker processes.

The table of jobs is the queue. Whoever takes a job makes up a claim, and every write to the job
asks for that claim: a worker that was believed dead and comes back can write nothing. What a
job does and how far it says it is are committed together (`Run.step`), so a job that was
killed goes on from where it was, and nothing is done twice. This room knows no kind of job.
"""
