"""Rules, spike detection, episodes, subscriptions, the outbox and its channels: who is told of what, and once."""
