"""What happened, told to others: the record of changes as one stream of numbered events."""
