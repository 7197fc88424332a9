"""DKIM and ARC in plain Python, to be read beside RFC 6376 and RFC 8617: the second opinion on the Rust core.

:func:`examine` gives the findings of :func:`trustlane.dkim.examine`, :func:`examine_chain` the finding of
:func:`trustlane.dkim.examine_chain`, with the same result and the same reason. Tests hold the two against each other
on random mail. It is slow, keeps the whole body, and needs ``trustlane[reference]``, which brings ``cryptography``.
"""

from trustlane.reference.arc import examine_chain, seal
from trustlane.reference.dkim import examine, sign

__all__ = ["examine", "examine_chain", "seal", "sign"]
