"""What a preflight is told: the methods that the contracts have at a path."""

import pytest

from gateway.methods import Methods

CONTRACT = {
    "paths": {
        "/v1/grants": {"get": {}, "post": {}},
        "/v1/grants/{grant_id}": {"get": {}, "patch": {}, "delete": {}},
        "/v1/grants/{grant_id}/award": {"post": {}, "parameters": []},
        "/v1/grants/imports": {"post": {}},
    }
}


@pytest.mark.parametrize(
    ("path", "offered"),
    [
        ("/v1/grants", "GET HEAD POST"),
        ("/v1/grants/0198-a.b~c", "GET HEAD PATCH DELETE"),
        ("/v1/grants/x/award", "POST"),
        ("/v1/grants/imports", "GET HEAD POST PATCH DELETE"),
        ("/v1/grants/x/y", "GET HEAD POST PUT PATCH DELETE"),
        ("/v1/grantsx", "GET HEAD POST PUT PATCH DELETE"),
        ("/", "GET HEAD POST PUT PATCH DELETE"),
    ],
)
def test_a_path_has_the_methods_of_its_contract(path: str, offered: str) -> None:
    assert " ".join(Methods([CONTRACT]).at(path)) == offered
