"""Fixtures of this folder."""

from tests.contracts.fixtures import (
    documents,
    fuzzer,
    live_gateway,
    merged,
    pytest_generate_tests,
    tools,
)

__all__ = ["documents", "fuzzer", "live_gateway", "merged", "pytest_generate_tests", "tools"]
