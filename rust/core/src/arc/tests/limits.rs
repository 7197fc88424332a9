//! Floods: each limit is reached, and the work stays in proportion.

use super::fixture::{MAIL, chain, examine, sealed_by};
use crate::arc::{ChainStatus, MAX_INSTANCES, MAX_OLDER_SIGNATURES};
use crate::message::header::{MAX_HEADER_FIELDS, MAX_HEADER_OCTETS};

fn grown(mail: &str, more: &str, count: usize) -> String {
    mail.replacen("Subject: ", &format!("{}Subject: ", more.repeat(count)), 1)
}

// proves: RFC 8617 §4.2.1, RFC 8617 §5.2
#[test]
fn fifty_sets_pass_and_more_of_any_field_fail() {
    let most = chain(&["one.example"; MAX_INSTANCES as usize]);
    let examined = examine(most.as_bytes());
    assert_eq!(examined.told(), ("pass", "the chain verifies up to instance 50".to_owned()));
    assert_eq!(examined.verifications as usize, MAX_INSTANCES as usize + 1 + MAX_OLDER_SIGNATURES);
    assert_eq!(examined.oldest_pass(), Some("40"), "older ones are not looked at");
    for field in ["ARC-Seal: i=1\r\n", "arc-message-signature: i=1\r\n", "ARC-Authentication-Results : i=1\r\n"] {
        for (count, code) in [(50, "arc.malformed"), (51, "arc.too-many-sets"), (4_000, "arc.too-many-sets")] {
            let examined = examine(format!("{}{MAIL}", field.repeat(count)).as_bytes());
            if code == "arc.too-many-sets" {
                assert_eq!(examined.code(), code, "{count} {field}");
            }
            assert_eq!((examined.told().0, examined.verifications), ("fail", 0), "{count} {field}");
        }
    }
}

#[test]
fn a_header_over_its_limits_has_no_chain_that_counts() {
    let mail = chain(&["one.example"]);
    for (mail, code) in [
        (grown(&mail, "X: y\r\n", MAX_HEADER_FIELDS), "arc.too-many-fields"),
        (grown(&mail, &format!("X: {}\r\n", "y".repeat(MAX_HEADER_OCTETS)), 1), "arc.header-too-large"),
    ] {
        let examined = examine(mail.as_bytes());
        assert_eq!((examined.told().0, examined.code()), ("fail", code));
    }
}

#[test]
fn results_of_64_kilobytes_are_sealed_and_verified_like_any_others() {
    let long = format!(" (x{})\r\n", " y".repeat(32 * 1024));
    let mail = chain(&["one.example"]).replace("dkim=pass", &format!("{}dkim=pass", long.trim_end()));
    assert_eq!(examine(mail.as_bytes()).code(), "arc.seal-refused");
    let again = sealed_by(&mail, "two.example", ChainStatus::Fail);
    assert_eq!(examine(again.as_bytes()).code(), "arc.broken-before");
}
