"""The relay's certificate as the settings have it."""

import ssl

from trustlane.errors import SettingsError
from trustlane.settings import Settings
from trustlane.smtp.tls import server_context

EXAMPLE = 'tls_certificate = "/etc/ssl/mx.pem"'


def tls_of(settings: Settings) -> ssl.SSLContext | None:
    """The certificate in force from now on; ``None`` where there is none, and so no TLS.

    Raises:
        SettingsError: certificate and key cannot be read, do not fit, or are needed and not there.
    """
    certificate = settings.relay.tls_certificate
    if certificate is None and settings.relay.tls_listen:
        raise SettingsError("relay.tls_certificate", "relay.tls_listen needs one", EXAMPLE)
    if certificate is None:
        return None
    try:
        return server_context(certificate, settings.relay.tls_key)
    except OSError as error:
        why = f"no TLS with {certificate}: {error.strerror or error}"
        raise SettingsError("relay.tls_certificate", why, EXAMPLE) from error
