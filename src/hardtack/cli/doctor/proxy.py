"""The proxy before the service: whether it is believed, about what, and whether a client can speak in its place.

The service itself is asked, through the proxy, how it sees the request (``hardtack.site.seen``), once as a visitor
comes and once for each field that only a proxy may write. A proxy that lets a client's own field through lets anybody
choose their address or our host.
"""

from __future__ import annotations

import msgspec

from hardtack.cli.doctor.findings import Finding, Findings, Patient, found
from hardtack.cli.doctor.outside import Answer, NoAnswer, ask
from hardtack.errors import HardtackError
from hardtack.site import seen
from hardtack.status.forwarded import TrustedProxies

FORGED_CLIENT, FORGED_HOST = "203.0.113.77", "doctor.invalid"
"""An address and a host that are nobody's (RFC 5737, RFC 2606)."""


def proxy(patient: Patient) -> Findings:
    """Look at what the service believes through the proxy."""
    if patient.url is None or patient.settings.development:
        return
    try:
        proof = seen.proof(patient.keyring(), patient.settings.realm, patient.now)
        answer = _asked(patient.url, proof)
        view = _view(answer)
        if view is None:
            yield _refused(answer)
        else:
            yield from _judged(patient, patient.url, view)
            if view.proxied:
                yield from _forged(patient, patient.url, proof, view)
    except NoAnswer:
        # Said by the look from outside.
        return
    except HardtackError:
        # Without keys nobody can ask; the check of the keys says what is wrong with them.
        yield found("proxy-without-keys")


def _asked(url: str, proof: str, **more: str) -> Answer:
    return ask(url, seen.PATH, {seen.FIELD: proof, **{name.replace("_", "-"): value for name, value in more.items()}})


def _view(answer: Answer) -> seen.Seen | None:
    try:
        return msgspec.json.decode(answer.body, type=seen.Seen) if answer.status == 200 else None
    except msgspec.DecodeError:
        return None


def _refused(answer: Answer) -> Finding:
    known = {404: "proxy-unproved", 400: "proxy-contradicts"}
    return found(known.get(answer.status, "proxy-odd"), status=answer.status)


def _judged(patient: Patient, url: str, view: seen.Seen) -> Findings:
    """Judge what the service sees of a visitor's request."""
    ours = (patient.settings.origin or "").partition("://")[2]
    if not view.proxied:
        # We speak no TLS ourselves, so whoever was reached by https is a proxy.
        yield found("proxy-unbelieved" if url.startswith("https:") else "proxy-none", client=view.client)
        return
    right = True
    if view.scheme != url.partition(":")[0]:
        right = False
        yield found("proxy-scheme", scheme=view.scheme, wanted=url.partition(":")[0])
    if view.host.lower() != ours:
        right = False
        yield found("proxy-host", host=view.host, wanted=ours)
    if view.client in TrustedProxies(patient.settings.trusted_proxies):
        right = False
        yield found("proxy-client", client=view.client)
    if right:
        yield found("proxy-right", client=view.client, scheme=view.scheme, host=view.host)


def _forged(patient: Patient, url: str, proof: str, view: seen.Seen) -> Findings:
    """Try to speak in the proxy's place, a field at a time."""
    other = "http" if view.scheme == "https" else "https"
    tries = [("X-Forwarded-Proto", other, "scheme"), ("X-Forwarded-Host", FORGED_HOST, "host")]
    if view.client not in TrustedProxies(patient.settings.trusted_proxies):
        # What a trusted proxy says of who came before it is believed; and here we would be one.
        tries.append(("X-Forwarded-For", FORGED_CLIENT, "client"))
    right = True
    for name, value, what in tries:
        answer = _asked(url, proof, **{name.replace("-", "_"): value})
        believed = _view(answer)
        if believed is not None and getattr(believed, what) == value:
            right = False
            yield found("proxy-lets-through", field=name)
        elif answer.status == 400:
            right = False
            yield found("proxy-doubles", field=name)
    if right:
        yield found("proxy-alone", fields=", ".join(name for name, *_ in tries))
