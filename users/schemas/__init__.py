"""The JSON Schemas of the two documents, and where they come from.

Today two files named by settings; callers need not know.
"""
