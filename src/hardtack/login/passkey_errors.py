"""What is said where a passkey proves nothing, cannot be one, or cannot be called that; why, only the log says."""

from __future__ import annotations

from hardtack.errors import Refused
from hardtack.store.passkeys import Passkey

MOST = 20
"""Passkeys that one account may have."""

MOST_LABEL = 60
"""Characters of the name that its owner gives it."""


class PasskeyWrong(Refused):
    """A passkey proves nothing here; which check it was, the log says and nobody else.

    Args:
        why: one word.
        account_id: whose it is, where that is known.
    """

    status = 401
    slug = "passkey-wrong"

    def __init__(self, why: str, account_id: int | None = None) -> None:
        super().__init__(
            {
                "en": "This passkey could not be verified, so nothing was done. Please try again, or go another way.",
                "zh": "无法验证此通行密钥，因此未作任何操作。请重试，或改用其他方式。",
            },
            reason=f"passkey-{why}",
        )
        self.why = why
        self.account_id = account_id


class PasskeyUnfit(PasskeyWrong):
    """What was to become a passkey cannot be one."""

    status = 422
    slug = "passkey-unfit"

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.detail: dict[str, str] = {
            "en": "This passkey could not be added. Please try again, or use another device or security key.",
            "zh": "无法添加此通行密钥。请重试，或改用其他设备或安全密钥。",
        }


class PasskeyTaken(PasskeyUnfit):
    """There is one of this id already, of this account or another one."""

    slug = "passkey-taken"

    def __init__(self) -> None:
        super().__init__("taken")
        self.detail: dict[str, str] = {
            "en": "This passkey is in use here already. Please choose another device or security key.",
            "zh": "此通行密钥已在此使用，请选择其他设备或安全密钥。",
        }


class PasskeyCopied(PasskeyWrong):
    """It has signed less often than before: there may be a copy of it."""

    def __init__(self, passkey: Passkey) -> None:
        super().__init__("copied", passkey.account_id)
        self.passkey = passkey


class TooManyPasskeys(Refused):
    """The account has as many as it may have."""

    status = 409
    slug = "too-many-passkeys"

    def __init__(self) -> None:
        super().__init__(
            {
                "en": f"You have {MOST} passkeys already. Remove one that is not used any more.",
                "zh": f"您已有 {MOST} 个通行密钥，请先移除不再使用的。",
            }
        )


class BadPasskeyLabel(Refused):
    """A passkey cannot be called that."""

    status = 422
    slug = "bad-passkey-label"

    def __init__(self) -> None:
        text = {
            "en": f"Give it a name of 1 to {MOST_LABEL} characters, such as the device that it is kept on.",
            "zh": f"请填写 1 到 {MOST_LABEL} 个字符的名称，例如保存它的设备。",
        }
        super().__init__(text, fields={"label": text})


def cleaned(label: str) -> str:
    """Return *label* as it is kept.

    Raises:
        BadPasskeyLabel: nothing can be called that.
    """
    named = " ".join(label.split())
    if not 0 < len(named) <= MOST_LABEL or not named.isprintable():
        raise BadPasskeyLabel
    return named
