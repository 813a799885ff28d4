"""Email to users. Each mail is a job: a worker renders it, makes the link in it, and sends it."""
