"""How far the sites of the Cnam reach: people, regions, departments and needs, now or if."""
