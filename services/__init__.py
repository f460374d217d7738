"""The long-running loops: work, up, supervision, and the launcher of real servers."""
