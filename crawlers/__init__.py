"""The Scrapy project: one spider a file, the pipeline into the log, Chinese dates and counts, the coverage ledger."""
