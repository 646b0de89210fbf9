"""Rules as dated data: rule packs, loaded, and matched against disclosures."""
