"""Who may keep an answer follows from the policy row of its operation."""

import pytest

from chassis.identity import ANONYMOUS, Open, Policy, Principal, Scoped, TwoPerson
from chassis.keeping import keeping

FUNDER = Principal(organisation="org-1", kind="financeur", client="erp-1")
CONTACTS = Scoped("contacts:read", within=("town",))


@pytest.mark.parametrize(
    ("row", "caller", "control", "vary"),
    [
        (Open(), ANONYMOUS, b"public, max-age=0, must-revalidate", b"Accept"),
        (Open(), FUNDER, b"public, max-age=0, must-revalidate", b"Accept"),
        (Scoped("lines:read"), FUNDER, b"private, no-store", b"Accept"),
        (TwoPerson("lines:read"), FUNDER, b"private, no-store", b"Accept"),
        (
            Open(more=(CONTACTS,)),
            ANONYMOUS,
            b"public, max-age=0, must-revalidate",
            b"Accept, Authorization",
        ),
        (
            Open(acts=True),
            ANONYMOUS,
            b"public, max-age=0, must-revalidate",
            b"Accept, Authorization",
        ),
        (Open(acts=True), FUNDER, b"private, no-store", b"Accept, Authorization"),
        (Open(more=(CONTACTS,)), FUNDER, b"private, no-store", b"Accept, Authorization"),
    ],
)
def test_a_row_says_who_may_keep_its_answers(
    row: Policy, caller: Principal, control: bytes, vary: bytes
) -> None:
    assert keeping(row, caller) == [(b"cache-control", control), (b"vary", vary)]


def test_a_lifetime_is_for_what_all_may_keep() -> None:
    assert keeping(Open(), FUNDER, max_age=60)[0] == (b"cache-control", b"public, max-age=60")
    assert keeping(CONTACTS, FUNDER, max_age=60)[0] == (b"cache-control", b"private, no-store")
