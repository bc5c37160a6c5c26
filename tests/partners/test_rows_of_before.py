"""What the registry held before a migration is what it holds after it."""

from uuid import uuid4

import asyncpg

from chassis.migrations import downgrade, upgrade
from gateway.partners.secrets import Kept, digest, made, verified
from tests.conftest import as_role

_REQUEST = """
INSERT INTO gateway.access_request (id, status, kind, organisation_name, client_name, environment,
  authentication, scopes, perimeter, motive, claim_digest, client_id, expires_at, updated_at)
VALUES ($1, $2, 'commune', 'Vitré', 'Outil', 'sandbox', 'client_secret_basic', '{contacts:read}',
  $3, 'Suivre les actions', '\\x00', $4, now(), '2026-11-01T00:00:00Z')
"""
_AREAS = """[{"dimension": "town", "value": "35360", "valid_from": "2026-01-02",
  "valid_until": null}]"""


async def test_secrets_and_requests_of_before_are_bound_like_those_that_follow(
    fresh_url: str,
) -> None:
    migrator = as_role(fresh_url, "gateway_migrator")
    await downgrade("gateway", migrator, revision="0003")
    secret, prefix = made("sandbox")
    salt = bytes(16)
    connection = await asyncpg.connect(fresh_url)
    organisation, waiting, granted = uuid4(), uuid4(), uuid4()
    await connection.execute(
        "INSERT INTO gateway.organisation (id, kind, name) VALUES ($1, 'commune', 'Vitré')",
        organisation,
    )
    await connection.execute(
        "INSERT INTO gateway.client (id, organisation_id, name, environment, authentication)"
        " VALUES ('one', $1, 'Outil', 'sandbox', 'client_secret_basic')",
        organisation,
    )
    await connection.execute(
        "INSERT INTO gateway.client_secret (prefix, client_id, salt, digest, expires_at)"
        " VALUES ($1, 'one', $2, $3, now() + interval '1 day')",
        *(prefix, salt, digest(secret, salt, cost=14)),
    )
    await connection.execute(_REQUEST, waiting, "pending", _AREAS, None)
    await connection.execute(_REQUEST, granted, "granted", "[]", "one")

    await upgrade("gateway", migrator)

    row = await connection.fetchrow("SELECT salt, digest, cost FROM gateway.client_secret")
    assert await verified(secret, Kept(*row))
    warnings = "SELECT areas_warnings::text FROM gateway.access_request WHERE id = $1"
    told = '[{"value": "35360", "reason": "not-checked", "dimension": "town"}]'
    assert await connection.fetchval(warnings, waiting) == told
    assert await connection.fetchval(warnings, granted) == "[]"
    ends = "SELECT expires_at::date::text FROM gateway.access_request WHERE id = $1"
    assert await connection.fetchval(ends, granted) == "2026-12-01"
    await connection.close()
