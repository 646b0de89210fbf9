"""Configuration in layers, each key with the law by which layers combine."""
