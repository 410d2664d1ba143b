"""What a process has seen of each address, so that one answer can be held against others."""

from __future__ import annotations

from dataclasses import replace

from hardtack.status.lint.exchange import Exchange

MOST = 1024
"""The most addresses that are remembered; of later ones nothing is."""


class Known:
    """The methods that have worked at each address."""

    def __init__(self) -> None:
        self._methods: dict[str, frozenset[str]] = {}

    def beside(self, exchange: Exchange) -> Exchange:
        """Return *exchange* with what is known of its address, and learn from it."""
        path, method = exchange.request.path, exchange.request.method
        known = self._methods.get(path, frozenset())
        # OPTIONS and TRACE are often answered by what stands around an application.
        if 200 <= exchange.response.status < 300 and method not in ("OPTIONS", "TRACE") and method not in known:
            known |= {method}
            if path in self._methods or len(self._methods) < MOST:
                self._methods[path] = known
        return replace(exchange, allowed=known) if exchange.allowed is None and known else exchange
