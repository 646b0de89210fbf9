"""From a path, or a snapshot, to a report."""
