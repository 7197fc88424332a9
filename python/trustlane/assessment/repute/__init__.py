"""REPUTE: reputation asked of other sites, and told to them, over HTTP (RFC 7070 to 7073).

Takes octets and gives reputons, templates and replies; and the other way round. It opens no socket.
"""

from trustlane.assessment.repute.reputon import (
    APPLICATION,
    MEDIA_TYPE,
    Malformed,
    Reputon,
    read_reputons,
    write_reputons,
)

__all__ = ["APPLICATION", "MEDIA_TYPE", "Malformed", "Reputon", "read_reputons", "write_reputons"]
