"""Whether what the product depends on can be used: databases, Redis, the mail server, disks."""
