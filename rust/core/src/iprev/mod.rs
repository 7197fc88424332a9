//! iprev: the client address has a name that leads back to it (RFC 8601 §3).

use crate::finding::reasons;

reasons! { iprev:
    Confirmed { name: String } = "confirmed" "{name} is the client's name, and leads back to it";
}
