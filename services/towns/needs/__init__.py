"""What a town or an EPCI needs in jobs and skills: declared, qualified, covered."""
