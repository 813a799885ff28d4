"""The tenant's log, in Auth0's types and shape.

Two tables hold it. Changes of users are in the record of changes, and each of its lines is an event as it
is; everything else, sign-ins above all, is in a table of its own.
"""
