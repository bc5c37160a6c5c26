"""Official facts that the service ships: tables, their sources, and how they are loaded."""
