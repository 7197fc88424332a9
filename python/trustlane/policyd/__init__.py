"""Policy service: the edge that Postfix asks with ``check_policy_service``, before a mail's octets come.

The grammar is in :mod:`trustlane.policyd.protocol` (octets in, events and octets out, no I/O), what is answered in
:mod:`trustlane.policyd.choose`, the shell in :mod:`trustlane.policyd.server`. All it knows of a mail is its envelope,
so it never opens the trusted lane, and tells the ledger nothing.
"""
