"""What was delivered, as plain data, and the readers that need no host."""
