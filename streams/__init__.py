"""The message contracts and the durable log that carries them."""
