"""Reads an official text before it goes out: wrong characters, names and titles, punctuation and numbers, wording."""
