"""`python -m deploy.healthy`: the health check of a container, which has no other HTTP client."""

import http.client
import os
import sys

_SECONDS = 3


def main() -> None:
    """End with 0 if the server of this container says that it can work."""
    connection = http.client.HTTPConnection(
        "127.0.0.1", int(os.environ.get("PORT", "8000")), timeout=_SECONDS
    )
    try:
        connection.request("GET", "/health/ready")
        ready = connection.getresponse().status == http.client.OK
    except OSError:
        ready = False
    finally:
        connection.close()
    sys.exit(0 if ready else 1)


if __name__ == "__main__":
    main()
