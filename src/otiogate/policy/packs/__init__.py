"""The rule packs that otiogate ships, as dated data: a YAML file a pack."""
