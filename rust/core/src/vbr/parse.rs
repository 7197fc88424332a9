//! Text to claims (RFC 5518 §4).

use super::{Claim, FIELD_NAME, MAX_FIELDS, MAX_VOUCHERS, Malformed};
use crate::dns::Name;
use crate::message::Header;
use crate::octets::is_fws;
use crate::tags;

/// What all fields of a message claim. Where their kinds of mail differ they claim nothing (RFC 5518 §4: all of them must
/// have the same `mc=`); a field that cannot be read is passed over.
pub fn claims(header: &Header) -> Vec<Claim> {
    let fields = header.named(FIELD_NAME).take(MAX_FIELDS);
    let claims: Vec<Claim> = fields.filter_map(|field| parse(header.value(field)).ok()).collect();
    match claims.windows(2).all(|pair| pair[0].content == pair[1].content) {
        true => claims,
        false => Vec::new(),
    }
}

/// Reads the value of one field. Upper and lower case are the same, elements stand in any order, unknown ones are passed
/// over (RFC 5518 §4, §4.1).
///
/// # Errors
/// [`Malformed`] where an element is missing or twice, is no domain name, or holds a blank.
pub fn parse(value: &[u8]) -> Result<Claim, Malformed> {
    let value = value.to_ascii_lowercase();
    let list = tags::parse(&value)?;
    if let Some(twice) = list.duplicate() {
        return Err(Malformed { what: "an element once only", at: twice.span.start });
    }
    let element = |name| list.get(name).ok_or(Malformed { what: "md=, mc= and mv=", at: value.len() });
    let (domain, content, vouchers) = (element("md")?, element("mc")?, element("mv")?);
    let vouchers: Option<Vec<String>> = vouchers.split(|&octet| octet == b':').map(domain_name).collect();
    let (Some(domain), Some(vouchers)) = (domain_name(domain), vouchers) else {
        return Err(Malformed { what: "domain names", at: 0 });
    };
    let content = std::str::from_utf8(content).unwrap_or_default().to_owned();
    match content.bytes().all(|octet| octet.is_ascii_lowercase()) && !content.is_empty() {
        true => Ok(Claim { domain, content, vouchers: vouchers.into_iter().take(MAX_VOUCHERS).collect() }),
        false => Err(Malformed { what: "a kind of mail", at: 0 }),
    }
}

fn domain_name(text: &[u8]) -> Option<String> {
    let text = std::str::from_utf8(text).ok().filter(|text| !text.bytes().any(is_fws))?;
    Name::parse(text).map(|name| name.as_str().to_owned()).filter(|name| !name.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::{Arrival, ArrivalOptions};

    fn claim(content: &str, vouchers: &[&str]) -> Claim {
        let vouchers = vouchers.iter().map(|name| (*name).to_owned()).collect();
        Claim { domain: "somebank.example".to_owned(), content: content.to_owned(), vouchers }
    }

    // proves: RFC 5518 §4, RFC 5518 §4.1
    #[test]
    fn a_field_claims_a_domain_a_kind_of_mail_and_vouchers() {
        let table: &[(&str, Option<Claim>)] = &[
            (
                "md=somebank.example; mc=transaction;\r\n    mv=certifier-a.example:certifier-b.example;",
                Some(claim("transaction", &["certifier-a.example", "certifier-b.example"])),
            ),
            ("MV=A.example; MC=List; MD=SomeBank.example", Some(claim("list", &["a.example"]))),
            ("md=somebank.example; mc=all; mv=a.example; mz=later;", Some(claim("all", &["a.example"]))),
            ("md=somebank.example; mc=all;", None),
            ("mc=all; mv=a.example;", None),
            ("md=somebank.example; mv=a.example;", None),
            ("md=somebank.example; mc=all; mv=a.example :b.example;", None),
            ("md=some bank.example; mc=all; mv=a.example;", None),
            ("md=somebank.example; mc=all; mv=;", None),
            ("md=a.example; md=somebank.example; mc=all; mv=b.example;", None),
            ("md=somebank.example; mc=t8; mv=b.example;", None),
            ("", None),
        ];
        for (text, expected) in table {
            assert_eq!(parse(text.as_bytes()).ok().as_ref(), expected.as_ref(), "{text}");
        }
    }

    #[test]
    fn of_many_vouchers_the_first_ten_count() {
        let names: Vec<String> = (0..99).map(|number| format!("v{number}.example")).collect();
        let text = format!("md=a.example; mc=all; mv={};", names.join(":"));
        assert_eq!(parse(text.as_bytes()).expect("it reads").vouchers.len(), MAX_VOUCHERS);
    }

    fn claimed(header: &str) -> Vec<String> {
        let mut arrival = Arrival::new(ArrivalOptions::default());
        arrival.feed(header.as_bytes(), |_| Vec::new());
        arrival.finish(|_| Vec::new());
        claims(arrival.header().expect("it is whole")).into_iter().map(|claim| claim.domain).collect()
    }

    // proves: RFC 5518 §4
    #[test]
    fn fields_that_differ_in_their_kind_of_mail_claim_nothing() {
        let field = |domain: &str, kind: &str| format!("VBR-Info: md={domain}; mc={kind}; mv=v.example\r\n");
        let both = field("a.example", "list") + &field("b.example", "list");
        assert_eq!(claimed(&(both.clone() + "\r\n")), ["a.example", "b.example"]);
        assert!(claimed(&(both + &field("c.example", "all") + "\r\n")).is_empty());
        let many: String = (0..9).map(|number| field(&format!("d{number}.example"), "all")).collect();
        assert_eq!(claimed(&(many + "\r\n")).len(), MAX_FIELDS);
    }
}
