"""Whole collections as files: CSV, NDJSON, GeoJSON and XLSX, streamed in bounded memory."""
