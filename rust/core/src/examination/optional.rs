//! The checks that a site may choose: HELO, CSA, Sender ID, BATV.

use crate::dns::{Lookups, Wait};
use crate::examination::{Checks, Options, SessionFacts, keep};
use crate::finding::Finding;
use crate::message::Header;
use crate::{batv, csa, helo, senderid, spf};

/// What they came to so far; `Some(None)` is a check that is not made.
#[derive(Debug, Default)]
pub(super) struct Optional {
    helo: Option<Option<Finding>>,
    csa: Option<Option<Finding>>,
    mail_from: Option<Option<Finding>>,
    pra: Option<Option<Finding>>,
}

impl Optional {
    /// Runs every check that has no outcome yet.
    pub fn advance(
        &mut self,
        facts: &SessionFacts,
        options: &Options,
        header: Option<&Header>,
        lookups: &mut Lookups<'_>,
    ) {
        let checks = &options.checks;
        keep(&mut self.helo, || check_helo(facts, checks, lookups));
        keep(&mut self.csa, || check_csa(facts, checks, lookups));
        let Some(request) = request(facts, options) else {
            (self.mail_from, self.pra) = (Some(None), Some(None));
            return;
        };
        keep(&mut self.mail_from, || {
            let sender = facts.mail_from.as_deref().map(spf::Sender::from_path);
            senderid::evaluate_mail_from(&request, sender, lookups).map(Some)
        });
        match header {
            Some(header) => keep(&mut self.pra, || senderid::evaluate_pra(&request, header, lookups).map(Some)),
            None => senderid::ask_ahead(&request, lookups),
        }
    }

    /// Of the client: HELO, CSA.
    pub fn of_client(&self) -> Option<impl Iterator<Item = Finding> + use<>> {
        Some(self.helo.clone()?.into_iter().chain(self.csa.clone()?))
    }

    /// Of the addresses: Sender ID, reverse-path first.
    pub fn of_addresses(&self) -> Option<impl Iterator<Item = Finding> + use<>> {
        Some(self.mail_from.clone()?.into_iter().chain(self.pra.clone()?))
    }
}

/// Of a bounce: BATV. It asks nothing, so it is made when the findings are wanted.
pub(super) fn of_bounce(facts: &SessionFacts, options: &Options) -> Vec<Finding> {
    let (Some(ring), Some(mail_from)) = (&options.checks.batv, &facts.mail_from) else { return Vec::new() };
    batv::evaluate(ring, &batv::Bounce { mail_from, recipients: &facts.recipients }, options.now_seconds)
}

fn check_helo(facts: &SessionFacts, checks: &Checks, lookups: &mut Lookups<'_>) -> Result<Option<Finding>, Wait> {
    let request = helo::Request { client_ip: facts.client_ip, helo: facts.helo.as_deref() };
    checks.helo.then(|| helo::evaluate(&request, lookups)).transpose()
}

fn check_csa(facts: &SessionFacts, checks: &Checks, lookups: &mut Lookups<'_>) -> Result<Option<Finding>, Wait> {
    let request = csa::Request { client_ip: facts.client_ip, helo: facts.helo.as_deref() };
    checks.csa.then(|| csa::evaluate(&request, lookups)).transpose()
}

fn request<'a>(facts: &'a SessionFacts, options: &Options) -> Option<senderid::Request<'a>> {
    Some(senderid::Request {
        client_ip: facts.client_ip,
        helo: facts.helo.as_deref().unwrap_or_default(),
        submitter: facts.submitter.as_deref(),
        receiver: &facts.receiver,
        now_seconds: options.now_seconds,
        options: options.checks.sender_id?,
    })
}
