"""What can go wrong that is not the mail's fault. Bad mail is a finding, never one of these."""


class TrustlaneError(Exception):
    """The base of every exception that leaves trustlane."""


class SettingsError(TrustlaneError):
    """A setting is wrong. Raised at start, never later.

    Attributes:
        setting: its dotted name, as ``relay.listen``.
        why: what is wrong with it.
        example: a line that would be right.
    """

    def __init__(self, setting: str, why: str, example: str) -> None:
        super().__init__(f"{setting}: {why} (for example: {example})")
        self.setting = setting
        self.why = why
        self.example = example


class LedgerError(TrustlaneError):
    """The ledger cannot be read or written now. Mail goes on without history, in the open lane."""


class ZoneError(TrustlaneError):
    """A zone file cannot be read; names the file and line."""


class MessageError(TrustlaneError):
    """A caller passed something that is no message, session or address at all."""


class KeyTableError(TrustlaneError):
    """The table of signing keys cannot be read or written, or has no such key."""


class PeerError(TrustlaneError):
    """A peer broke the grammar of SMTP.

    Attributes:
        code: the reply code, as 500 (RFC 5321 §4.2).
        enhanced_code: as ``5.5.2`` (RFC 3463).
        text: what the peer is told.
    """

    def __init__(self, code: int, enhanced_code: str, text: str) -> None:
        super().__init__(f"{code} {enhanced_code} {text}")
        self.code = code
        self.enhanced_code = enhanced_code
        self.text = text
