"""The user's own profile page. It takes no user id, so it can only show and change the signed-in user."""
