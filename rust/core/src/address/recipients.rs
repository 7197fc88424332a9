//! The recipients that a header names (RFC 5322 §3.6.3).

use crate::address::mailboxes;
use crate::dns::Name;
use crate::message::Header;

/// Fields in which a recipient can be named, those of a later sender too (RFC 5322 §3.6.6).
const FIELDS: [&str; 5] = ["To", "Cc", "Bcc", "Resent-To", "Resent-Cc"];

/// Their addresses as keys for comparison: lower case, domains as A-labels. A field that cannot be read names nobody.
pub fn recipients(header: &Header) -> Vec<String> {
    let fields = FIELDS.iter().flat_map(|name| header.named(name));
    let found = fields.filter_map(|field| mailboxes(header.value(field)).ok()).flatten();
    found.map(|mailbox| address_key(&mailbox.local_part, &mailbox.domain)).collect()
}

fn address_key(local_part: &str, domain: &str) -> String {
    let domain = Name::parse(domain).map_or_else(|| domain.to_lowercase(), |name| name.as_str().to_owned());
    format!("{}@{domain}", local_part.to_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::{Arrival, ArrivalOptions};

    #[test]
    fn who_is_named_in_to_and_cc_is_a_recipient_and_a_damaged_field_names_nobody() {
        let mail = b"From: ann@a.example\r\nTo: Bob <BOB@B.example>, club: \"c.d\"@c.example, e@e.example;\r\n\
            Cc: <broken\r\nResent-To: f@b\xc3\xbccher.example\r\nSubject: g@g.example\r\n\r\n";
        let mut arrival = Arrival::new(ArrivalOptions::default());
        arrival.feed(mail, |_| Vec::new());
        arrival.finish(|_| Vec::new());
        let found = recipients(arrival.header().expect("the header is whole"));
        assert_eq!(found, ["bob@b.example", "c.d@c.example", "e@e.example", "f@xn--bcher-kva.example"]);
    }
}
