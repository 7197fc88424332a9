"""Milter: the edge for Postfix and Sendmail, which hand over each mail before they take responsibility for it.

The grammar is in :mod:`trustlane.milter.protocol` (octets in, events and octets out, no I/O), the shell in
:mod:`trustlane.milter.server`. It knows nothing of findings, history or lanes.
"""
