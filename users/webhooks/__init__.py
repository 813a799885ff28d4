"""Webhooks: deliver events to URLs at least once, and in order for each user.

A worker takes a lease on a whole webhook (`lease`), so that no other worker delivers to it meanwhile;
events about different users go out in parallel, events about one user one after the other.
"""
