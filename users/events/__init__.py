"""The event stream: the record of changes as numbered events, for webhooks and for polling."""
