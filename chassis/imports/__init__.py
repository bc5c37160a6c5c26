"""Files of rows into a collection: handed in, checked row by row, merged all at once, reported on."""
