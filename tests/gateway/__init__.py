"""Tests of the gateway: real apps and servers in the place of the services, no mocks."""
