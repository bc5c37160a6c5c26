"""How the product is put together: bootstrap, migrate, seed, run."""
