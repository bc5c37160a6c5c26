"""`python -m deploy.partner`: act as a sandbox partner, or make the first partners.

`--as commune` prints an access token; `--as ministry --with-key` one of the system that approves,
`--assertion` what that system shows to get it. `--first ministry --name "..."` makes a real partner
while nobody could approve a request for access: two organisations must be able to.
"""

import argparse
import asyncio
import os
import sys
import time
from pathlib import Path
from uuid import uuid4

import httpx
from joserfc import jwt
from joserfc.jwk import ECKey

from deploy.databases import databases
from deploy.first_partner import NotTheFirst, first_partner
from deploy.kept import data_folder
from deploy.keyrings import SANDBOX, Keyring, kept
from deploy.plainly import plainly

ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
_ASSERTION_SECONDS = 60


def main() -> None:
    """Do what the command line asks."""
    asked = _arguments()
    folder = data_folder()
    if asked.first:
        with plainly(), databases(os.environ, folder) as found:
            try:
                path = asyncio.run(first_partner(found, folder, kind=asked.first, name=asked.name))
            except NotTheFirst as refusal:
                sys.exit(str(refusal))
        print(f"its private key is in {path}")
    else:
        keyring = _keyring(folder, asked.kind)
        shown = assertion(keyring, asked.url) if asked.assertion else ""
        print(shown or token(keyring, asked.url, with_key=asked.with_key))


def _arguments() -> argparse.Namespace:
    port = os.environ.get("PORT", "8000")
    url = os.environ.get("PUBLIC_URL") or f"http://127.0.0.1:{port}"
    parser = argparse.ArgumentParser(description="Act as a sandbox partner, or make the first.")
    one = parser.add_mutually_exclusive_group(required=True)
    one.add_argument("--as", dest="kind", metavar="KIND", help="kind of sandbox partner")
    one.add_argument("--first", metavar="KIND", help="make a real partner that may approve")
    parser.add_argument("--name", default="", help="of the organisation, with --first")
    parser.add_argument("--with-key", action="store_true", help="as its system that approves")
    parser.add_argument("--assertion", action="store_true", help="print the assertion, no token")
    parser.add_argument("--url", default=url, help="of the running product (%(default)s)")
    asked = parser.parse_args()
    if asked.first and not asked.name:
        parser.error("--first needs --name")
    return asked


def _keyring(folder: Path, kind: str) -> Keyring:
    keyring = kept(folder / SANDBOX, kind)
    if keyring is None:
        made = sorted(path.stem for path in (folder / SANDBOX).glob("*.json"))
        sys.exit(f"no sandbox partner {kind}; there are: {', '.join(made) or 'none'}")
    return keyring


def token(keyring: Keyring, url: str, *, with_key: bool = False) -> str:
    """Return an access token from the running product."""
    form = {"grant_type": "client_credentials"}
    pair = (keyring["client_id"], keyring["client_secret"])
    if with_key:
        proof = assertion(keyring, url)
        form |= {"client_assertion_type": ASSERTION_TYPE, "client_assertion": proof}
    try:
        answer = httpx.post(f"{url}/oauth/token", data=form, auth=None if with_key else pair)
    except httpx.HTTPError as error:
        sys.exit(f"{url} does not answer ({error}): start it with `make run`, or give --url")
    if answer.is_error:
        sys.exit(f"{answer.status_code}: {answer.text}")
    given: str = answer.json()["access_token"]
    return given


def assertion(keyring: Keyring, url: str) -> str:
    """Return a client assertion (RFC 7523), good once and for a minute."""
    if "private_key" not in keyring:
        sys.exit("this partner approves nothing: it has a secret and no key")
    key, now = ECKey.import_key(keyring["private_key"]), int(time.time())
    client = keyring["signing_client_id"]
    header = {"alg": "ES256", "typ": "JWT", "kid": key.thumbprint()}
    claims = {
        "iss": client,
        "sub": client,
        "aud": url,
        "jti": uuid4().hex,
        "iat": int(now),
        "exp": int(now) + _ASSERTION_SECONDS,
    }
    return jwt.encode(header, claims, key)


if __name__ == "__main__":
    main()
