"""The spiders, one a file. Each reads one kind of source and yields finds and requests; `base` has what they share."""
