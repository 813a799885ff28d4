"""Rules: JavaScript of administrators that runs when users sign in to applications."""
