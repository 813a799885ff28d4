"""Tell addresses elsewhere what happens: at least once, and of each account in order.

A worker takes a webhook as a whole (`lane`), so that nobody else tells it anything meanwhile; what
is due to different people goes out at once, what is due to one person one after the other.
"""
