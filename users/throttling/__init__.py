"""Rate limits: how often something may happen. Every count of the product is stored here.

- `fixed_window` counts in windows of whole seconds, by one increment: calls to the API.
- `sliding_window` counts exactly in any period, and can take a count back: failed sign-ins.
- `ip_networks` says which callers count as one where a limit is by IP address.
- `debounce` lets the first event of a period pass: log entries that anyone could cause at will, and
  one-time passwords, which are accepted once.

What Redis, the database or a process's memory holds of it is decided by `CACHES` in the settings.
"""
