"""The two objects of dkimpy, for programs that go through the signatures of one message."""

import logging
import re
from collections.abc import Sequence
from typing import Any

from trustlane.dkim.arc import arc_sign, arc_verify
from trustlane.dkim.examine import examine
from trustlane.dkim.lookup import TxtLookup, resolver_by
from trustlane.dkim.sign import Text, sign
from trustlane.dkim.verify import is_good, service_of


class _OfOneMessage:
    """What both take to begin with; see :class:`DKIM`."""

    def __init__(
        self,
        message: bytes | None = None,
        logger: logging.Logger | None = None,
        signature_algorithm: Text = b"rsa-sha256",
        minkey: int = 1024,
        linesep: bytes = b"\r\n",
        debug_content: bool = False,
        timeout: int = 5,
        tlsrpt: bool | str = False,
    ) -> None:
        self.logger = logger
        self.signature_algorithm = signature_algorithm
        self.minkey = minkey
        self.linesep = linesep
        self.timeout = timeout
        self.tlsrpt = tlsrpt
        self.set_message(message or b"")

    def set_message(self, message: bytes) -> None:
        """Takes another message."""
        self.message = message
        self.domain: bytes | None = None
        self.selector: bytes | None = None


class DKIM(_OfOneMessage):
    """The DKIM signatures of one message.

    ``debug_content`` has no effect; the other arguments are those of :func:`verify` and :func:`sign`.

    Attributes:
        domain: d= of the signature that was verified or made last, where it can be read.
        selector: s= of it.
        keysize: bits of its key, once it was verified; 0 where no key was found.
        signature_fields: the tags of it as they stand.
    """

    def set_message(self, message: bytes) -> None:
        super().set_message(message)
        self.keysize = 0
        self.signature_fields: dict[bytes, bytes] = {}

    def present(self) -> bool:
        """Whether the message has a DKIM-Signature field."""
        return bool(self._fields())

    def verify(self, idx: int = 0, dnsfunc: TxtLookup | None = None) -> bool:
        """Whether the signature of this number, counted from 0 at the top, is good. There may be none of this number.

        Never raises for what is in the message; :func:`examine` tells why a signature is not good.
        """
        fields = self._fields()
        if not -len(fields) <= idx < len(fields):
            return False
        findings = examine(self.message, resolver=resolver_by(dnsfunc, self.timeout), service=service_of(self.tlsrpt))
        finding = findings[min(idx % len(fields), len(findings) - 1)]
        self._tell(fields[idx])
        self.keysize = int(finding.facts.get("key_bits", 0))
        return is_good(finding, self.minkey, self.logger)

    def sign(
        self,
        selector: Text,
        domain: Text,
        privkey: Text,
        signature_algorithm: Text | None = None,
        identity: Text | None = None,
        canonicalize: tuple[Text, Text] = (b"relaxed", b"simple"),
        include_headers: Sequence[Text] | None = None,
        length: bool = False,
    ) -> bytes:
        """As :func:`sign`, whose exceptions it raises."""
        field = sign(
            self.message,
            selector,
            domain,
            privkey,
            identity=identity,
            canonicalize=canonicalize,
            signature_algorithm=signature_algorithm or self.signature_algorithm,
            include_headers=include_headers,
            length=length,
            logger=self.logger,
            linesep=self.linesep,
            tlsrpt=bool(self.tlsrpt),
        )
        self._tell(field.partition(b":")[2])
        return field

    def _fields(self) -> list[bytes]:
        """The values of the DKIM-Signature fields, from the top."""
        header = re.split(rb"^\r?\n", self.message, maxsplit=1, flags=re.MULTILINE)[0]
        return re.findall(rb"^dkim-signature[ \t]*:((?:.|\n[ \t])*)", header, re.IGNORECASE | re.MULTILINE)

    def _tell(self, value: bytes) -> None:
        tags = (spec.partition(b"=") for spec in value.split(b";"))
        self.signature_fields = {name.strip(): text.strip() for name, equals, text in tags if equals}
        self.domain = self.signature_fields.get(b"d")
        self.selector = self.signature_fields.get(b"s")


class ARC(_OfOneMessage):
    """The chain of one message.

    ``debug_content`` and ``tlsrpt`` have no effect; the other arguments are those of :func:`arc_verify` and
    :func:`arc_sign`.

    Attributes:
        domain: d= of the newest seal after :meth:`verify`, of the new one after :meth:`sign`.
        selector: s= of it.
    """

    def verify(self, dnsfunc: TxtLookup | None = None) -> tuple[bytes, list[dict[str, Any]], str]:
        """As :func:`arc_verify`."""
        status, sets, why = arc_verify(self.message, self.logger, dnsfunc, self.minkey, self.timeout)
        if sets:
            self.domain, self.selector = sets[0]["as-domain"], sets[0]["as-selector"]
        return status, sets, why

    def sign(
        self,
        selector: Text,
        domain: Text,
        privkey: Text,
        srv_id: Text,
        include_headers: Sequence[Text] | None = None,
        timestamp: int | str | None = None,
        standardize: bool = False,
    ) -> list[bytes]:
        """As :func:`arc_sign`, whose exceptions it raises."""
        fields = arc_sign(
            self.message,
            selector,
            domain,
            privkey,
            srv_id,
            signature_algorithm=self.signature_algorithm,
            include_headers=include_headers,
            timestamp=timestamp,
            logger=self.logger,
            standardize=standardize,
            linesep=self.linesep,
        )
        if fields:
            self.domain = domain.encode() if isinstance(domain, str) else domain
            self.selector = selector.encode() if isinstance(selector, str) else selector
        return fields
