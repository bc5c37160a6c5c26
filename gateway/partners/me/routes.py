"""The caller, by the registry that gave it its rights."""

from chassis.caller_routes import CALLER_PATH, caller, of_one
from chassis.lane import Reading, Router
from chassis.problems import Text
from chassis.reads import Answer
from chassis.rights import Sentence
from gateway.partners.kinds import KINDS, SCOPES, Scope
from gateway.partners.me import store
from gateway.partners.me.contract import Me, ScopeMeaning

router = Router(tags=["me"])


@router.read(CALLER_PATH, answer=Me)
async def show_me(reads: Reading) -> Answer:
    """Show the caller: organisation, system, credential, rights, perimeter, end of the token."""
    who = reads.principal
    made = store.NAMES
    found = await reads.pool.fetchrow(made.sql, *made.arguments({"client_id": who.client}))
    names = dict(found) if found else _UNKNOWN
    said = [_meaning(scope, SCOPES[scope]) for scope in sorted(who.scopes & SCOPES.keys())]
    kind = KINDS.get(who.kind, Text(who.kind, who.kind))
    return of_one(
        Me(**dict(caller(who)), **names, kind_label=_sentence(kind), meanings=said, quotas=None)
    )


_UNKNOWN = {"organisation_name": None, "client_name": None, "environment": None}


def _meaning(name: str, scope: Scope) -> ScopeMeaning:
    return ScopeMeaning(scope=name, meaning=_sentence(scope.meaning), strong=scope.strong)


def _sentence(text: Text) -> Sentence:
    return Sentence(fr=text.fr, en=text.en)
