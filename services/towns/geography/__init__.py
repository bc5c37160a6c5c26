"""The official places of which towns are made: communes, EPCI, departments, regions."""
