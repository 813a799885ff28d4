"""What only `make run` serves, to this machine alone: a sample application, and the emails that were sent."""
