"""What an office writes every day, from the database alone: 日报, 交接班, and the 零报告 of a quiet day."""
