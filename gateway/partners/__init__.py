"""The registry of partners: who may call the product, and with which proof."""
