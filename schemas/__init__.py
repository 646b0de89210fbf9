"""The JSON Schemas, as data: read by ``otiogate.documents.schemas``; nothing imports this package."""
