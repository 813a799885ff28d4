"""The list of users: search, filters, columns, sorting, pagination."""
