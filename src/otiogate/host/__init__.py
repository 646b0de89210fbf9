"""The only room that imports opentimelineio: reads an object, annotates it, writes through an adapter, blocks an
export."""
