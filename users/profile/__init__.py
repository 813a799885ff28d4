"""A person's own page. It takes no id, so it can show and change nobody else."""
