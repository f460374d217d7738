"""The ways by which a message leaves: each takes one, or says why not."""
