"""Which engine keeps the log: Kafka where the settings name brokers, else files of this machine."""

from datetime import timedelta

from config.settings import Settings
from streams.local import LocalLog
from streams.log import Log


def open_log(settings: Settings) -> Log:
    """Open the log that the settings ask for.

    Nothing is connected or written before the first use, so LogUnavailable comes from the verbs, not from here.
    """
    if settings.kafka.bootstrap is not None:
        from streams.kafka import KafkaLog  # noqa: PLC0415 a laptop need not load Kafka's client

        return KafkaLog(settings.kafka, settings.log)
    return LocalLog(
        settings.data_dir / "log",
        partitions=settings.log.partitions,
        retention=timedelta(days=settings.log.retention_days),
        session_s=settings.kafka.session_timeout_s,
    )
