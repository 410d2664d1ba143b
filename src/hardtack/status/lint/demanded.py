"""Whether an answer has the field that its code demands: challenges, methods, what would be taken instead.

RFC 9110 §11.6.1, §15.5.2 and §15.5.8 for challenges, §10.2.1 and §15.5.6 for ``Allow``.
"""

from __future__ import annotations

import re

from hardtack.status.lint.exchange import Rule, Seen, is_token, shown

_CHALLENGE = re.compile(r"[ \t,]*[!#$%&'*+.^_`|~0-9A-Za-z-]+(?:[ \t,].*)?", re.DOTALL)
_INSTEAD = ("accept", "accept-encoding", "accept-patch", "accept-post")


def _unauthorized(seen: Seen) -> str | None:
    return "" if seen.status == 401 and "www-authenticate" not in seen.fields else None


def _proxy(seen: Seen) -> str | None:
    return "" if seen.status == 407 and "proxy-authenticate" not in seen.fields else None


def _challenge(seen: Seen) -> str | None:
    # What a challenge says may be meant for one client alone, so only the field's name is shown.
    for name in ("www-authenticate", "proxy-authenticate"):
        if any(not _CHALLENGE.fullmatch(value) for value in seen.fields.all(name)):
            return name
    return None


def _allow_there(seen: Seen) -> str | None:
    return "" if seen.status == 405 and seen.allow is None else None


def _allow_tokens(seen: Seen) -> str | None:
    return seen.show("Allow") if any(not is_token(each) for each in seen.allow or []) else None


def _refused_not_allowed(seen: Seen) -> str | None:
    refused = seen.status == 405 and seen.method in (seen.allow or [])
    return f"{shown(seen.method)}; {seen.show('Allow')}" if refused else None


def _allow_complete(seen: Seen) -> str | None:
    if seen.allow is None:
        return None
    # What refuses a method cannot list it, whatever has been known until then.
    missing = sorted((seen.exchange.allowed or frozenset()) - set(seen.allow) - {seen.method})
    return f"{seen.show('Allow')}; {shown(', '.join(missing))}" if missing else None


def _head_like_get(seen: Seen) -> str | None:
    served = {*(seen.allow or []), *(seen.exchange.allowed or ())}
    refused = seen.method == "HEAD" and seen.status in (405, 501) and "GET" in served
    return str(seen.status) if refused else None


def _options(seen: Seen) -> str | None:
    return "" if seen.method == "OPTIONS" and 200 <= seen.status < 300 and seen.allow is None else None


def _implemented(seen: Seen) -> str | None:
    known = seen.method == "GET" or seen.method in (seen.exchange.allowed or ())
    return shown(seen.method) if seen.status == 501 and known else None


def _instead(seen: Seen) -> str | None:
    return "" if seen.status == 415 and not any(name in seen.fields for name in _INSTEAD) else None


def _blocked_by(seen: Seen) -> str | None:
    link = seen.fields.joined("link") or ""
    return "" if seen.status == 451 and "blocked-by" not in link else None


def _network(seen: Seen) -> str | None:
    return "" if seen.status == 511 else None


RULES: tuple[Rule, ...] = (
    Rule(
        "unauthorized-has-a-challenge",
        "error",
        "RFC 9110 §15.5.2, §11.6.1",
        _unauthorized,
        "A 401 says how to sign in: add WWW-Authenticate; if signing in would not help, send 403.",
        "401 要说明怎样认证：请加上 WWW-Authenticate；如果认证也无济于事，请用 403。",
    ),
    Rule(
        "proxy-authentication-has-a-challenge",
        "error",
        "RFC 9110 §15.5.8, §11.7.1",
        _proxy,
        "A 407 says how to sign in at the proxy: add Proxy-Authenticate; an origin server sends 401.",
        "407 要说明怎样向代理认证：请加上 Proxy-Authenticate；源服务器应使用 401。",
    ),
    Rule(
        "challenge-names-a-scheme",
        "error",
        "RFC 9110 §11.3, §11.6.1",
        _challenge,
        "A challenge begins with the name of its scheme, such as Basic or Bearer: write it so.",
        "质询以认证方案的名称开头，例如 Basic 或 Bearer：请照此书写。",
    ),
    Rule(
        "method-not-allowed-lists-methods",
        "error",
        "RFC 9110 §15.5.6",
        _allow_there,
        "A 405 lists in Allow what can be done here: add the methods of every route of the path.",
        "405 要在 Allow 中列出可用的方法：请加上该路径所有路由的方法。",
    ),
    Rule(
        "allow-is-a-list-of-methods",
        "error",
        "RFC 9110 §10.2.1",
        _allow_tokens,
        "Allow is a list of methods with commas between: write it so.",
        "Allow 是用逗号分隔的方法列表：请照此书写。",
    ),
    Rule(
        "refused-method-is-not-allowed",
        "error",
        "RFC 9110 §15.5.6",
        _refused_not_allowed,
        "The method that the 405 refuses stands in its own Allow: serve it, take it out, or send 403.",
        "405 拒绝的方法却列在它自己的 Allow 中：请支持该方法、把它去掉，或改用 403。",
    ),
    Rule(
        "allow-is-complete",
        "error",
        "RFC 9110 §10.2.1, §15.5.6",
        _allow_complete,
        "Allow misses methods that this target serves: list those of every route of the path.",
        "Allow 缺少该目标支持的方法：请列出该路径所有路由的方法。",
    ),
    Rule(
        "head-works-where-get-does",
        "warning",
        "RFC 9110 §9.1, §9.3.2",
        _head_like_get,
        "GET is served and HEAD refused: answer HEAD as GET, without content.",
        "支持 GET 却拒绝 HEAD：请像 GET 那样回答 HEAD，只是不发送内容。",
    ),
    Rule(
        "options-lists-methods",
        "warning",
        "RFC 9110 §9.3.7",
        _options,
        "OPTIONS asks what can be done here: add Allow.",
        "OPTIONS 询问这里支持什么：请加上 Allow。",
    ),
    Rule(
        "not-implemented-is-for-unknown-methods",
        "warning",
        "RFC 9110 §15.6.2, §9.1",
        _implemented,
        "501 says that the server knows no such method, and this one it knows: send 405 with Allow.",
        "501 表示服务器不认识该方法，而它认识：请用 405 并附上 Allow。",
    ),
    Rule(
        "refused-type-says-what-is-taken",
        "warning",
        "RFC 9110 §15.5.16, §12.5.1",
        _instead,
        "A 415 helps only if it says what would be taken: add Accept, Accept-Encoding or Accept-Patch.",
        "415 要说明接受什么才有用：请加上 Accept、Accept-Encoding 或 Accept-Patch。",
    ),
    Rule(
        "legal-block-names-who-blocks",
        "warning",
        "RFC 7725 §4",
        _blocked_by,
        'A 451 says who blocks: add Link with rel="blocked-by".',
        '451 要说明由谁屏蔽：请加上带 rel="blocked-by" 的 Link。',
    ),
    Rule(
        "network-sign-in-is-no-origins",
        "warning",
        "RFC 6585 §6",
        _network,
        "511 is for the network between: a server answers 401 or 403.",
        "511 供中间的网络使用：服务器应使用 401 或 403。",
    ),
)
"""The rules of this file."""
