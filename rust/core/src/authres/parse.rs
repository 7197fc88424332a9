//! A field's value becomes results, by its grammar (RFC 8601 §2.2).

pub use crate::octets::Malformed;

use crate::authres::{AuthenticationResults, ReportedProperty, ResultLine, VERSION, is_keyword_octet, is_token_octet};
use crate::cfws::{after_cfws, quoted_string};
use crate::octets::decimal;

/// Reads a whole field: identifier, version, results.
///
/// It is a little kinder than the grammar where real fields are: values may hold any visible character but `;`, `(`, `"`,
/// a reason may follow properties, and a last semicolon may stand alone. Of an unknown version only the identifier is
/// read (RFC 8601 §2.6).
///
/// # Errors
/// [`Malformed`] where a part does not fit. Nothing of such a field should be believed.
pub fn parse(value: &[u8]) -> Result<AuthenticationResults, Malformed> {
    Cursor { octets: value, at: 0 }.field()
}

/// Reads an ARC-Authentication-Results field: its instance, then the same (RFC 8617 §4.1.1).
///
/// # Errors
/// [`Malformed`] as [`parse`].
pub fn parse_instance(value: &[u8]) -> Result<(u32, AuthenticationResults), Malformed> {
    let mut cursor = Cursor { octets: value, at: 0 };
    cursor.required(b'i', "an instance")?;
    cursor.required(b'=', "an equals sign")?;
    cursor.skip_cfws()?;
    let instance = cursor.number("an instance")?;
    cursor.required(b';', "a semicolon")?;
    Ok((instance, cursor.field()?))
}

/// Identifier and version alone, for those who only need to know whose field it is.
pub(super) fn heading(value: &[u8]) -> Result<(String, u32), Malformed> {
    Cursor { octets: value, at: 0 }.heading()
}

struct Cursor<'a> {
    octets: &'a [u8],
    at: usize,
}

impl Cursor<'_> {
    fn field(&mut self) -> Result<AuthenticationResults, Malformed> {
        let (authserv_id, version) = self.heading()?;
        let mut field = AuthenticationResults { authserv_id, version, results: Vec::new() };
        if version != VERSION {
            return Ok(field);
        }
        if self.is_at_end()? {
            return Err(self.malformed("a result, or none"));
        }
        while !self.is_at_end()? {
            self.required(b';', "a semicolon")?;
            if self.is_at_end()? {
                break;
            }
            match self.result_line()? {
                Some(line) => field.results.push(line),
                None if field.results.is_empty() && self.is_at_end()? => break,
                None => return Err(self.malformed("nothing beside none")),
            }
        }
        Ok(field)
    }

    fn heading(&mut self) -> Result<(String, u32), Malformed> {
        self.skip_cfws()?;
        let authserv_id = match self.peek() {
            Some(b'"') => self.quoted()?,
            _ => self.run(is_token_octet, "an identifier")?,
        };
        self.skip_cfws()?;
        let version = match self.peek() {
            None | Some(b';') => VERSION,
            Some(_) => self.number("a version")?,
        };
        self.skip_cfws()?;
        match self.peek() {
            None | Some(b';') => Ok((authserv_id, version)),
            Some(_) => Err(self.malformed("a semicolon")),
        }
    }

    /// `None` for the word `none`.
    fn result_line(&mut self) -> Result<Option<ResultLine>, Malformed> {
        self.skip_cfws()?;
        let method = self.run(is_keyword_octet, "a method")?;
        if method.eq_ignore_ascii_case("none") && self.is_at_boundary()? {
            return Ok(None);
        }
        self.skip_cfws()?;
        let method_version = match self.peek() {
            Some(b'/') => {
                self.at += 1;
                self.skip_cfws()?;
                self.number("a version of a method")?
            }
            _ => 1,
        };
        self.required(b'=', "an equals sign")?;
        self.skip_cfws()?;
        let result = self.run(is_keyword_octet, "a result")?;
        let mut line = ResultLine { method, method_version, result, reason: None, properties: Vec::new() };
        while !self.is_at_boundary()? {
            self.detail(&mut line)?;
        }
        Ok(Some(line))
    }

    /// `reason=value` or `ptype.property=value`.
    fn detail(&mut self, line: &mut ResultLine) -> Result<(), Malformed> {
        let first = self.run(is_keyword_octet, "a property")?;
        self.skip_cfws()?;
        match self.peek() {
            Some(b'=') if first.eq_ignore_ascii_case("reason") && line.reason.is_none() => {
                self.at += 1;
                line.reason = Some(self.value()?);
            }
            Some(b'.') => {
                self.at += 1;
                self.skip_cfws()?;
                let name = self.run(is_keyword_octet, "a property")?;
                self.required(b'=', "an equals sign")?;
                line.properties.push(ReportedProperty { ptype: first, name, value: self.value()? });
            }
            _ => return Err(self.malformed("a property")),
        }
        Ok(())
    }

    /// A value, bare or quoted; an address may have only its local part quoted.
    fn value(&mut self) -> Result<String, Malformed> {
        self.skip_cfws()?;
        if self.peek() != Some(b'"') {
            return self.run(is_bare_octet, "a value");
        }
        let content = self.quoted()?;
        match self.peek() {
            Some(b'@') => Ok(content + &self.run(is_bare_octet, "a domain")?),
            _ => Ok(content),
        }
    }

    fn quoted(&mut self) -> Result<String, Malformed> {
        let (content, end) = quoted_string(self.octets, self.at)?;
        let text = String::from_utf8(content).map_err(|_| self.malformed("UTF-8"))?;
        self.at = end;
        Ok(text)
    }

    fn number(&mut self, what: &'static str) -> Result<u32, Malformed> {
        let digits = self.run(|octet| octet.is_ascii_digit(), what)?;
        Ok(decimal(digits.as_bytes()).and_then(|number| number.try_into().ok()).unwrap_or(u32::MAX))
    }

    fn run(&mut self, belongs: impl Fn(u8) -> bool, what: &'static str) -> Result<String, Malformed> {
        let rest = &self.octets[self.at..];
        let length = rest.iter().take_while(|&&octet| belongs(octet)).count();
        let text = std::str::from_utf8(&rest[..length]).ok().filter(|text| !text.is_empty());
        let text = text.ok_or_else(|| self.malformed(what))?.to_owned();
        self.at += length;
        Ok(text)
    }

    fn required(&mut self, octet: u8, what: &'static str) -> Result<(), Malformed> {
        self.skip_cfws()?;
        if self.peek() != Some(octet) {
            return Err(self.malformed(what));
        }
        self.at += 1;
        Ok(())
    }

    /// Whether a result ends here: before a semicolon, or at the end. Otherwise something must have kept words apart.
    fn is_at_boundary(&mut self) -> Result<bool, Malformed> {
        let before = self.at;
        self.skip_cfws()?;
        match self.peek() {
            None | Some(b';') => Ok(true),
            Some(_) if self.at > before => Ok(false),
            Some(_) => Err(self.malformed("a blank")),
        }
    }

    fn is_at_end(&mut self) -> Result<bool, Malformed> {
        self.skip_cfws()?;
        Ok(self.peek().is_none())
    }

    fn skip_cfws(&mut self) -> Result<(), Malformed> {
        self.at = after_cfws(self.octets, self.at)?;
        Ok(())
    }

    fn peek(&self) -> Option<u8> {
        self.octets.get(self.at).copied()
    }

    fn malformed(&self, what: &'static str) -> Malformed {
        Malformed { what, at: self.at }
    }
}

const fn is_bare_octet(octet: u8) -> bool {
    (octet.is_ascii_graphic() || octet >= 0x80) && !matches!(octet, b';' | b'(' | b'"')
}
