"""The agents whom a partner calls in a town: the only personal data of the product."""
