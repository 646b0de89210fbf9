"""What says that AI was used: tags, disclosures, source types, and the ledger's own knowledge of the media."""
