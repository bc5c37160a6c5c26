"""Lists of which the path says whose they are."""

from typing import Any, Self

from pydantic import PrivateAttr

from chassis.queries import ListQuery


class PathQuery(ListQuery):
    """Filters of a list that is always about what the path names."""

    _about: dict[str, Any] = PrivateAttr(default_factory=dict)

    def about(self, **named: Any) -> Self:
        """Return the same query for what the path names."""
        made = self.model_copy()
        made._about = named  # noqa: SLF001 -- of our own copy
        return made

    def used(self) -> frozenset[str]:
        """Add what the path names."""
        return super().used() | frozenset(self._about)

    def bindings(self) -> dict[str, Any]:
        """Add what the path names."""
        return {name: getattr(self, name) for name in super().used()} | self._about
