"""The verbs on rules and their settings, and the enabled rules as sign-ins read them."""
