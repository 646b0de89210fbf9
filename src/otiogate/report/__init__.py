"""One report model, and a writer per format."""
