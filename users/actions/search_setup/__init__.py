"""Actions on the setup of search: segments and indexed keys."""
