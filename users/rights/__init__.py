"""Authorization: who may do what to which user, and who may see what. Checked by actions and by every
face."""
