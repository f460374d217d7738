"""The pages: sign-in and roles, the duty screen, search and sources, live updates, and a JSON twin of every page."""
