"""Cache back ends for counters that must work when Redis or the database does not."""
