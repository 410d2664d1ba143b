"""The settings of the status layer, whoever they are said to."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from starlette.applications import Starlette

from hardtack.adapters import asgi, wsgi
from hardtack.adapters.asgi.status import StatusLayer
from hardtack.adapters.flask import Hardtack, Status
from hardtack.adapters.starlette import Hardtack as StarletteHardtack
from hardtack.errors import MisuseError
from hardtack.seal import Keyring
from tests.adapters.asgi.driving import answering as asgi_app
from tests.adapters.wsgi.driving import answering as wsgi_app


def _in_flask(data: str, **settings: Any) -> object:
    return Hardtack(Flask("shop"), keyring=Keyring.generate(), data=data, status=settings)


def _in_starlette(data: str, **settings: Any) -> object:
    return StarletteHardtack(Starlette(), keyring=Keyring.generate(), data=data, status=settings)


@pytest.mark.parametrize(
    "make",
    [
        lambda _, **settings: asgi.Hardtack(asgi_app(), status=settings),
        lambda _, **settings: StatusLayer(asgi_app(), **settings),
        lambda _, **settings: wsgi.Hardtack(wsgi_app(), status=settings),
        lambda _, **settings: wsgi.StatusLayer(wsgi_app(), **settings),
        lambda _, **settings: Status(Flask("shop"), **settings),
        _in_flask,
        _in_starlette,
    ],
)
def test_a_setting_that_there_is_not_is_a_misuse_that_names_the_one_that_was_meant(
    make: Callable[..., object], tmp_path: Any
) -> None:
    """And not the fault of a function that nobody has called."""
    with pytest.raises(MisuseError, match="no setting 'hots'\ndid you mean hosts\\?"):
        make(str(tmp_path), hots=["shop.example"])
    with pytest.raises(MisuseError, match="no setting 'biscuit'\nthe settings are hosts, policy, "):
        make(str(tmp_path), biscuit=1)
