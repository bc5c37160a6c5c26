"""The partners of the programme's first wave in small: five bids, and two bodies of the panel."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import httpx
from stdnum import luhn

from deploy.keyrings import SANDBOX, Keyring, kept
from deploy.partner import token
from tests.journeys.partners import approving, bearer, sent

BIDS = (
    *("applications:read", "applications:write", "conventions:read", "conventions:write"),
    *("needs:write", "calls:read"),
)
ASSESSES = ("applications:read", "applications:assess", "calls:read")
OPINION = {"verdict": "approved", "motive": "Connu du programme"}


class Asking(NamedTuple):
    """An organisation that asks for access: `area` is a dimension and a value of its perimeter.

    Bodies have no SIREN here: every valid one may be somebody's.
    """

    kind: str
    name: str
    siren: str
    area: tuple[str, str]
    scopes: tuple[str, ...]


TOWNS: Mapping[str, Asking] = {
    "Charleville-Mézières": Asking("commune", "Charleville", "210800967", ("town", "08105"), BIDS),
    "Chaumont": Asking("commune", "Chaumont", "215200833", ("town", "52121"), BIDS),
    "Laon": Asking("commune", "Laon", "210203873", ("town", "02408"), BIDS),
    "Saint-Dié": Asking("commune", "Saint-Dié", "218804136", ("town", "88413"), BIDS),
    "Vittel": Asking("commune", "Vittel", "218805166", ("town", "88516"), BIDS),
}
"""Four towns of the programme, and Vittel, which is not of it."""
BODIES: Mapping[str, Asking] = {
    "villes-de-france": Asking("panel_body", "Villes de France", "", ("region", "44"), ASSESSES),
    "intercommunalites": Asking("panel_body", "Intercommunalités", "", ("region", "44"), ASSESSES),
}
SANDBOX_BODIES = {
    "cnam": "cnam_national",
    "acv-directorate": "acv_directorate",
    "banque-des-territoires": "funder",
}
"""The bodies of the panel that the sandbox partners stand for."""


class Partner:
    """Who does something: shows a fresh token each time, for the journey outlasts one."""

    def __init__(self, api: httpx.Client, keyring: Keyring, *, with_key: bool = False) -> None:
        self._api = api
        self._keyring = keyring
        self._with_key = with_key

    def header(self) -> dict[str, str]:
        """Return the header that shows a token."""
        address = str(self._api.base_url).rstrip("/")
        return bearer(token(self._keyring, address, with_key=self._with_key))

    def posts(self, path: str, body: Any) -> Any:
        """Return the JSON of a change that must be made."""
        return sent(self._api, path, body, **self.header())

    def refused(self, path: str, body: Any) -> tuple[int, str]:
        """Return the status and the code of a change that must not be made."""
        answer = self._api.post(path, json=body, headers=self.header())
        assert not answer.is_success, path
        return answer.status_code, answer.json()["code"]

    def changes(self, path: str, body: Any) -> Any:
        """Return the JSON of a change of something just read."""
        tag = self._api.get(path, headers=self.header()).headers["etag"]
        seen = {**self.header(), "If-Match": tag}
        answer = self._api.patch(path, json=body, headers=seen)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def reads(self, path: str) -> Any:
        """Return the JSON of a read that must be answered."""
        answer = self._api.get(path, headers=self.header())
        assert answer.status_code == 200, f"{path}: {answer.status_code} {answer.text}"
        return answer.json()

    def organisation(self) -> str:
        """Return the id of its organisation."""
        return str(self.reads("/v1/me")["organisation_id"])


def of_the_sandbox(api: httpx.Client, data: Path, kind: str) -> Partner:
    """Return a sandbox partner; with its key where its kind has one."""
    keyring = kept(data / SANDBOX, kind)
    assert keyring is not None
    return Partner(api, keyring, with_key="signing_client_id" in keyring)


def admitted(api: httpx.Client, data: Path, asking: Asking) -> Partner:
    """Have an organisation admitted by two others; return it with its credentials."""
    organisation = {"kind": asking.kind, "name": asking.name}
    if asking.siren:
        number = f"{asking.siren}0001"
        organisation["siret"] = f"{number}{luhn.calc_check_digit(number)}"
    asked = {
        "organisation": organisation,
        "client_name": "Outil du parcours",
        "environment": "sandbox",
        "authentication": "client_secret_basic",
        "scopes": list(asking.scopes),
        "perimeter": [
            {"dimension": asking.area[0], "value": asking.area[1], "valid_from": "2026-01-01"}
        ],
        "motive": "Prendre part à la première vague",
    }
    made = sent(api, "/v1/access-requests", asked)
    for judge in ("region_prefecture", "cnam_national"):
        sent(api, f"{made['links']['self']}/opinions", OPINION, **approving(api, data, judge))
    found = sent(api, f"{made['links']['self']}/credentials", {"claim": made["claim"]})
    return Partner(api, {"client_id": found["client_id"], "client_secret": found["secret"]})
