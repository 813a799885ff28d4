"""The tenant's log: what happened, in Auth0's types and shape.

Two tables hold it. What changed accounts stands in the record of changes, and each line of it is an
event as it is; all else, sign-ins above all, stands in a table of its own.
"""
