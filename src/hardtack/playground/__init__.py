"""The playground: small things in which every status code arises from its natural cause.

A thing is what an ordinary application has: notes that can be edited, a download, a moved address, a gateway before a
server that is dead. No handler, form or query names a code, and no thing answers with one because it was asked to; what
decides is the same status layer that every application of ours has around it, and its trace says why. What there is to
do, ``hardtack.status.causes`` tells.

It is for development, the demo, and where the operator has switched it on. It has a small budget of its own, so that
whatever somebody does here, the service beside it stays as quick as it was; nothing that it answers is stored; and it
reaches no other server than the one that it brings along.
"""

from hardtack.playground.app import Playground

__all__ = ["Playground"]
