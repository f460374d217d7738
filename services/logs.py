"""How the program speaks of its own running: one line an event, with keys, to standard error; never the text of a post."""

import logging
import sys

import structlog


def configure_logs(level: str) -> None:
    """Print events of this level (debug, info, warning, error) and above; in colour on a terminal, as JSON elsewhere."""
    terminal = sys.stderr.isatty()
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.dev.ConsoleRenderer() if terminal else structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level.upper()]),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
