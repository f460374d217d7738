"""A real Kafka and a real Elasticsearch on loopback, without Docker, for development and tests."""

from services.stack.errors import Missing, StackError
from services.stack.launch import Stack, running_stack

__all__ = ["Missing", "Stack", "StackError", "running_stack"]
