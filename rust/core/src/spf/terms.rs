//! The mechanisms that look at the client (RFC 7208 §5).

use std::net::IpAddr;

use crate::dns::{Answer, Name, Question, RecordType, Wait};
use crate::spf::budget::Stop;
use crate::spf::evaluate::{Evaluation, Reach, UNKNOWN};
use crate::spf::macros::{DomainSpec, Values};
use crate::spf::parse::{Directive, Mechanism, Prefixes};
use crate::spf::{MAX_MX_HOSTS, MAX_PTR_NAMES, Reason};

impl<'a> Evaluation<'_, 'a> {
    pub(super) fn match_of(&mut self, directive: &Directive, domain: &Name) -> Result<Option<Reach>, Stop> {
        match &directive.mechanism {
            Mechanism::All => Ok(Some(Reach::Everyone)),
            Mechanism::Network(network, prefixes) => Ok(self.reach_of(*network, *prefixes)),
            Mechanism::Include(spec) => self.include(spec, domain),
            Mechanism::A(spec, prefixes) => self.a(spec.as_ref(), *prefixes, domain),
            Mechanism::Mx(spec, prefixes) => self.mx(spec.as_ref(), *prefixes, domain),
            Mechanism::Ptr(spec) => self.ptr(spec.as_ref(), domain),
            Mechanism::Exists(spec) => self.exists(spec, domain),
        }
    }

    /// RFC 7208 §5.3: the address records of the client's family, each as a network of the given length.
    fn a(&mut self, spec: Option<&DomainSpec>, prefixes: Prefixes, domain: &Name) -> Result<Option<Reach>, Stop> {
        let Some(target) = self.spent_on(spec, domain)? else { return Ok(None) };
        let answer = self.ask_own(self.address_question(target))?;
        Ok(answer.addresses().find_map(|address| self.reach_of(address, prefixes)))
    }

    /// RFC 7208 §5.4. The hosts are asked for together; one that matches decides, whatever became of the others.
    fn mx(&mut self, spec: Option<&DomainSpec>, prefixes: Prefixes, domain: &Name) -> Result<Option<Reach>, Stop> {
        let Some(target) = self.spent_on(spec, domain)? else { return Ok(None) };
        let answer = self.ask_own(Question::new(target.clone(), RecordType::Mx))?;
        let hosts: Vec<&Name> = answer.exchanges().take(MAX_MX_HOSTS + 1).collect();
        if hosts.len() > MAX_MX_HOSTS {
            return Err(Stop::permanent(Reason::TooManyMx { domain: target.to_string(), max: MAX_MX_HOSTS }));
        }
        let mut unavailable = None;
        for (question, answer) in self.ask_together(hosts)? {
            if let Some(reach) = answer.addresses().find_map(|address| self.reach_of(address, prefixes)) {
                return Ok(Some(reach));
            }
            if let Answer::Unavailable(why) = answer {
                unavailable = Some(Stop::unavailable(&question, *why));
            }
        }
        unavailable.map_or(Ok(None), Err)
    }

    /// RFC 7208 §5.5. Only names within the target can match, so only those are validated.
    fn ptr(&mut self, spec: Option<&DomainSpec>, domain: &Name) -> Result<Option<Reach>, Stop> {
        let Some(target) = self.spent_on(spec, domain)? else { return Ok(None) };
        let question = Question::new(Name::reverse(self.values.client_ip), RecordType::Ptr);
        self.trace.asked(&question);
        let answer = self.lookups.ask(question.clone())?;
        if answer.is_void() {
            self.budget.spend_void(&question)?;
        }
        let candidates = answer.pointers().take(MAX_PTR_NAMES).filter(|name| name.is_within(&target)).collect();
        let is_named = !self.validated(candidates)?.is_empty();
        Ok(is_named.then_some(Reach::Some))
    }

    /// RFC 7208 §5.7: an A record, also for an IPv6 client.
    fn exists(&mut self, spec: &DomainSpec, domain: &Name) -> Result<Option<Reach>, Stop> {
        let Some(target) = self.spent_on(Some(spec), domain)? else { return Ok(None) };
        let answer = self.ask_own(Question::new(target, RecordType::A))?;
        Ok(answer.addresses().next().map(|_| Reach::Some))
    }

    fn spent_on(&mut self, spec: Option<&DomainSpec>, domain: &Name) -> Result<Option<Name>, Stop> {
        self.budget.spend_term()?;
        match spec {
            Some(spec) => Ok(self.target(spec, domain)?),
            None => Ok(Some(domain.clone())),
        }
    }

    /// The target name of a term; `None` where it expands to what is no name, which then matches nothing
    /// (RFC 7208 §4.8 leaves the choice).
    pub(super) fn target(&mut self, spec: &DomainSpec, domain: &Name) -> Result<Option<Name>, Wait> {
        let validated_name = match spec.uses_validated_name() {
            true => self.validated_name(domain)?,
            false => UNKNOWN.to_owned(),
        };
        self.is_about_local_part |= spec.uses_local_part();
        let values = Values { domain: domain.as_str(), validated_name: &validated_name, ..self.values };
        Ok(spec.expand(&values))
    }

    /// A term's own question: without an answer the check ends, without records the budget pays.
    ///
    /// RFC 7208 §4.6.4 counts terms; so the addresses of MX hosts and of client names do not count as void.
    fn ask_own(&mut self, question: Question) -> Result<&'a Answer, Stop> {
        self.trace.asked(&question);
        let answer = self.lookups.ask(question.clone())?;
        if let Answer::Unavailable(why) = answer {
            return Err(Stop::unavailable(&question, *why));
        }
        if answer.is_void() {
            self.budget.spend_void(&question)?;
        }
        Ok(answer)
    }

    fn ask_together(&mut self, names: Vec<&Name>) -> Result<Vec<(Question, &'a Answer)>, Wait> {
        let questions: Vec<Question> = names.into_iter().map(|name| self.address_question(name.clone())).collect();
        for question in &questions {
            self.trace.asked(question);
            self.lookups.want(question.clone());
        }
        let answered = questions.into_iter().map(|question| Ok((question.clone(), self.lookups.ask(question)?)));
        answered.collect()
    }

    pub(super) fn address_question(&self, name: Name) -> Question {
        let record_type = if self.values.client_ip.is_ipv4() { RecordType::A } else { RecordType::Aaaa };
        Question::new(name, record_type)
    }

    /// Whether the client lies in this network: never across address families (RFC 7208 §5).
    pub(super) fn reach_of(&self, network: IpAddr, prefixes: Prefixes) -> Option<Reach> {
        let (is_inside, bits) = match (self.values.client_ip, network) {
            (IpAddr::V4(client), IpAddr::V4(network)) => {
                let differing = client.to_bits() ^ network.to_bits();
                (differing.checked_shr(32 - u32::from(prefixes.ip4)).unwrap_or(0) == 0, prefixes.ip4)
            }
            (IpAddr::V6(client), IpAddr::V6(network)) => {
                let differing = client.to_bits() ^ network.to_bits();
                (differing.checked_shr(128 - u32::from(prefixes.ip6)).unwrap_or(0) == 0, prefixes.ip6)
            }
            _ => return None,
        };
        is_inside.then_some(if bits == 0 { Reach::Everyone } else { Reach::Some })
    }

    /// Those of the names that lead back to the client; a name whose addresses are unavailable is skipped
    /// (RFC 7208 §5.5).
    fn validated(&mut self, names: Vec<&Name>) -> Result<Vec<Name>, Wait> {
        let client = self.values.client_ip;
        let answered = self.ask_together(names)?.into_iter();
        let leads_back = |answer: &Answer| answer.addresses().any(|address| address == client);
        Ok(answered.filter(|(_, answer)| leads_back(answer)).map(|(question, _)| question.name).collect())
    }

    /// `%{p}`: the domain itself, else a name below it, else any (RFC 7208 §7.3).
    pub(super) fn validated_name(&mut self, domain: &Name) -> Result<String, Wait> {
        let question = Question::new(Name::reverse(self.values.client_ip), RecordType::Ptr);
        let candidates = self.lookups.ask(question)?.pointers().take(MAX_PTR_NAMES).collect();
        let names = self.validated(candidates)?;
        let best = names.iter().find(|name| *name == domain);
        let best = best.or_else(|| names.iter().find(|name| name.is_within(domain))).or_else(|| names.first());
        Ok(best.map_or_else(|| UNKNOWN.to_owned(), Name::to_string))
    }
}
