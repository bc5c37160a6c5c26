"""Tests of tokens: keys, proofs, issuing, revocation."""
