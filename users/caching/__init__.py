"""Cache back ends for counters that must hold when Redis or the database does not."""
