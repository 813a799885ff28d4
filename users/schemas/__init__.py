"""The schemas of the two documents: the one place that knows where they come from.

Today two files named by settings; whoever asks here need not know.
"""
