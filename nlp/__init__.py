"""Cleaning, segmentation, features, and the topic and sentiment models with their weights."""
