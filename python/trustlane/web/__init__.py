"""HTTP: the edge for programs that are no MTA: ``POST /v1/check``, health, and what this site tells its peers (REPUTE).

What is answered is in :mod:`trustlane.web.check` and :mod:`trustlane.web.envelope`; who may ask, and how often, in
:mod:`trustlane.keys.api` and :mod:`trustlane.web.rates`; routes in :mod:`trustlane.web.app`, over Starlette; sockets in
:mod:`trustlane.web.server`, over uvicorn. It needs the extra ``trustlane[http]``, and is imported by nobody else.
"""
