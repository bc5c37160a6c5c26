"""The OpenAPI documents as a product: committed, linted, compiled into clients, fuzzed."""
