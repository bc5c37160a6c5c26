"""Files of rows into a collection: handed in, checked, merged all at once, reported on."""
