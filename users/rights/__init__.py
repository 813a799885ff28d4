"""Who may do what to which account, and who may see what. Asked by actions and by every face."""
