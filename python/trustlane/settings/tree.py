"""The tree: every setting with its default, its sentence, an example, and what would be wrong with a value."""

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from trustlane.assessment.list_zone import list_zone
from trustlane.assessment.partners import agreement
from trustlane.assessment.peers import peer
from trustlane.assessment.service import trusted_service
from trustlane.dns.limits import DnsLimits
from trustlane.identities import SenderId
from trustlane.identities.limits import MAX_RSA_BITS, MAX_SIGNATURES
from trustlane.keys.api import api_key
from trustlane.lanes.policy import Mode
from trustlane.ledger.drift import TURNED_AT
from trustlane.settings.declare import (
    address_or_nothing,
    between,
    each_a_domain,
    each_a_mailbox,
    each_a_network,
    each_a_server,
    each_a_store,
    each_a_word,
    each_an_endpoint,
    each_one_of,
    each_one_word,
    each_read_by,
    no_blanks,
    one_of,
    part,
    setting,
)

LIMITS = DnsLimits()


@dataclass(frozen=True, slots=True)
class SiteSettings:
    """Who we are, and how far decisions are acted upon."""

    authserv_id: str = setting(
        "trustlane.localhost",
        doc="Our name in Authentication-Results and Trust-Lane fields (RFC 8601 §2.5).",
        example='authserv_id = "mx.example.org"',
        check=no_blanks,
    )
    mode: Mode = setting(
        Mode.OBSERVE,
        doc="observe: header fields only. tag: lanes too, nothing refused. enforce: decisions are carried out.",
        example='mode = "tag"',
    )
    key: Path = setting(
        Path("var/site.keys"),
        doc="File of the secrets that sign decision ids; made at the first start. Relays of one site share a copy.",
        example='key = "/var/lib/trustlane/site.keys"',
    )


@dataclass(frozen=True, slots=True)
class RelaySettings:
    """The SMTP server, and where its mail goes."""

    listen: str = setting(
        "127.0.0.1:2525",
        doc="Address and port of the SMTP server; port 0 takes a free one, and nothing at all is no SMTP server.",
        example='listen = "127.0.0.1:2525"',
        check=address_or_nothing,
    )
    hostname: str = setting(
        "localhost",
        doc="Our name in the SMTP greeting and in Received fields (RFC 5321 §4.3.1).",
        example='hostname = "mx.example.org"',
        check=no_blanks,
    )
    maildir: Path = setting(
        Path("var/Maildir"),
        doc="Maildir for all mail: trusted mail in its inbox, open mail in its folder .Open. Not used with a next hop.",
        example='maildir = "var/Maildir"',
    )
    next_hop: str = setting(
        "",
        doc="host:port of the server that gets all mail by SMTP; empty keeps mail in the Maildir.",
        example='next_hop = "127.0.0.1:10025"',
        check=address_or_nothing,
    )
    tls_certificate: Path | None = setting(
        None,
        doc="File of our certificate chain in PEM: STARTTLS is offered (RFC 3207). Read again at SIGHUP.",
        example='tls_certificate = "/etc/ssl/mx.pem"',
    )
    tls_key: Path | None = setting(
        None,
        doc="File of its private key in PEM, readable by process.user; without it the key stands in the certificate's.",
        example='tls_key = "/etc/ssl/private/mx.pem"',
    )
    tls_listen: tuple[str, ...] = setting(
        (),
        doc="Addresses and ports where TLS is on from the first octet (RFC 8314 §3.3); needs a certificate.",
        example='tls_listen = ["0.0.0.0:465"]',
        check=each_an_endpoint,
    )
    max_message_octets: int = setting(
        50 * 1024 * 1024,
        doc="Largest mail, in octets, announced by SIZE (RFC 1870). Larger ones get 552.",
        example="max_message_octets = 26214400",
        check=between(65_536, 2**31),  # RFC 5321 §4.5.3.1.7: 64 K octets must be taken
    )
    max_recipients: int = setting(
        1000,
        doc="Recipients of one mail; more get 452 (RFC 5321 §4.5.3.1.8 wants 100 at least).",
        example="max_recipients = 100",
        check=between(100, 100_000),
    )
    max_sessions: int = setting(
        1000,
        doc="Sessions at one time; further clients get 421.",
        example="max_sessions = 200",
        check=between(1, 100_000),
    )
    idle_seconds: int = setting(
        300,
        doc="How long a silent client is waited for, then 421 (RFC 5321 §4.5.3.2.7).",
        example="idle_seconds = 300",
        check=between(1, 3600),
    )


@dataclass(frozen=True, slots=True)
class MilterSettings:
    """The filter that Postfix and Sendmail ask about their mail, and what tells our own mail from strangers'."""

    listen: tuple[str, ...] = setting(
        (),
        doc="Where MTAs find the filter: host:port, or unix: and the path of a socket; none is no filter.",
        example='listen = ["127.0.0.1:8891", "unix:/run/trustlane/milter.sock"]',
        check=each_an_endpoint,
    )
    max_connections: int = setting(
        1000,
        doc="Connections at one time; clients on further ones are asked to come again. An MTA opens one a session.",
        example="max_connections = 200",
        check=between(1, 100_000),
    )
    idle_seconds: int = setting(
        7210,
        doc="How long a silent MTA is waited for, as long as other filters do.",
        example="idle_seconds = 600",
        check=between(1, 86_400),
    )
    authenticated_is_ours: bool = setting(
        default=True,
        doc="Mail of a client that logged in at the MTA goes out: it is signed, and not judged.",
        example="authenticated_is_ours = false",
    )
    our_networks: tuple[str, ...] = setting(
        ("127.0.0.0/8", "::1/128"),
        doc="Addresses or networks of clients whose mail is ours, and goes out.",
        example='our_networks = ["127.0.0.0/8", "10.0.0.0/8"]',
        check=each_a_network,
    )
    our_daemons: tuple[str, ...] = setting(
        (),
        doc="Names of the MTA's services that take our mail, as Postfix's milter_macro_daemon_name gives them.",
        example='our_daemons = ["ORIGINATING"]',
        check=each_a_word,
    )
    our_interfaces: tuple[str, ...] = setting(
        (),
        doc="Addresses of the MTA's own on which our mail comes in.",
        example='our_interfaces = ["10.0.0.1"]',
        check=each_a_network,
    )


@dataclass(frozen=True, slots=True)
class PolicySettings:
    """The service that Postfix asks about envelopes (check_policy_service). Only in mode enforce it refuses any."""

    listen: tuple[str, ...] = setting(
        (),
        doc="Where Postfix finds the policy service: host:port, or unix: and the path of a socket; none is no service.",
        example='listen = ["127.0.0.1:8892", "unix:/run/trustlane/policy.sock"]',
        check=each_an_endpoint,
    )
    received_spf: bool = setting(
        default=True,
        doc="Whether mail gets a Received-SPF field (RFC 7208 §9.1); once, however many recipients it has.",
        example="received_spf = false",
    )
    spf_fail: str = setting(
        "pass",
        doc="pass, defer or reject: for HELO or MAIL FROM of a domain that does not want this client (SPF fail).",
        example='spf_fail = "reject"',
        check=one_of("pass", "defer", "reject"),
    )
    spf_unsure: str = setting(
        "pass",
        doc="pass or defer: what is done while DNS does not tell whether it does (RFC 7208 §8.6).",
        example='spf_unsure = "defer"',
        check=one_of("pass", "defer"),
    )
    bad_standing: str = setting(
        "pass",
        doc="pass, defer or reject: what is done about a validated name with a bad standing here.",
        example='bad_standing = "defer"',
        check=one_of("pass", "defer", "reject"),
    )
    failure: str = setting(
        "pass",
        doc="pass or defer: what is answered where an error of ours, or too many MTAs, let us tell nothing.",
        example='failure = "defer"',
        check=one_of("pass", "defer"),
    )
    max_octets: int = setting(
        0,
        doc="Largest mail of senders without trust here, in octets, as announced and as come; 0 is any size.",
        example="max_octets = 10485760",
        check=between(0, 2**40),
    )
    max_recipients: int = setting(
        0,
        doc="Most recipients of one mail of senders without trust here, looked at from DATA on; 0 is any number.",
        example="max_recipients = 50",
        check=between(0, 100_000),
    )
    our_networks: tuple[str, ...] = setting(
        ("127.0.0.0/8", "::1/128"),
        doc="Addresses or networks of clients whose mail is ours; nothing is said of it, nor of that of who logged in.",
        example='our_networks = ["127.0.0.0/8", "10.0.0.0/8"]',
        check=each_a_network,
    )
    max_connections: int = setting(
        1000,
        doc="Connections at one time in each worker; requests on further ones are answered as failures are.",
        example="max_connections = 200",
        check=between(1, 100_000),
    )
    idle_seconds: int = setting(
        600,
        doc="How long a silent MTA is waited for; longer than the 300 s of Postfix's smtpd_policy_service_max_idle.",
        example="idle_seconds = 1200",
        check=between(1, 86_400),
    )


@dataclass(frozen=True, slots=True)
class HttpSettings:
    """The HTTP service (extra trustlane[http]): POST /v1/check, health, and what peers are told (REPUTE)."""

    listen: tuple[str, ...] = setting(
        (),
        doc="Where it is found: host:port, or unix: and the path of a socket; none is no service. TLS is for a proxy.",
        example='listen = ["127.0.0.1:8893"]',
        check=each_an_endpoint,
    )
    keys: tuple[str, ...] = setting(
        (),
        doc="Who may ask: name, hash of the key, what for (check, repute); `trustlane keys api` makes one.",
        example=f'keys = ["filter sha256:{"0" * 64} check"]',
        check=each_read_by(api_key),
    )
    max_octets: int = setting(
        50 * 1024 * 1024,
        doc="Largest body of a request, in octets; larger ones get 413.",
        example="max_octets = 26214400",
        check=between(1_024, 2**31),
    )
    max_in_flight: int = setting(
        64,
        doc="Mails that one worker reads or looks at, at one time; further ones get 503. Each is in memory whole.",
        example="max_in_flight = 16",
        check=between(1, 10_000),
    )
    max_connections: int = setting(
        1000,
        doc="Connections of one worker at one time; requests on further ones get 503.",
        example="max_connections = 200",
        check=between(1, 100_000),
    )
    checks_a_minute: int = setting(
        600,
        doc="How often one key may ask one worker in a minute; more get 429.",
        example="checks_a_minute = 6000",
        check=between(1, 10_000_000),
    )
    request_seconds: float = setting(
        60.0,
        doc="How long a request's body may take to come; then 408.",
        example="request_seconds = 20",
        check=between(0.1, 600),
    )
    idle_seconds: int = setting(
        30,
        doc="How long an idle connection is kept.",
        example="idle_seconds = 5",
        check=between(1, 3600),
    )
    repute_service: str = setting(
        "",
        doc="Our host as peers name it; then they are told what standings are here (RFC 7072). Empty tells nobody.",
        example='repute_service = "rep.example.org"',
    )


@dataclass(frozen=True, slots=True)
class DnsSettings:
    """How questions are answered."""

    nameservers: tuple[str, ...] = setting(
        (),
        doc="Addresses of resolvers, each perhaps with a port, the preferred first; none takes those of the system.",
        example='nameservers = ["127.0.0.1", "[::1]:5353"]',
        check=each_a_server,
    )
    zone: Path | None = setting(
        None,
        doc="A master file (RFC 1035) that answers for its names instead of DNS; for trials and demonstrations.",
        example='zone = "examples/zone.txt"',
    )
    deadline_seconds: float = setting(
        LIMITS.deadline_seconds,
        doc="How long one round of questions may take; what has not come by then is unavailable.",
        example="deadline_seconds = 10",
        check=between(0.1, 60),
    )
    mail_seconds: float = setting(
        20.0,
        doc="How long all questions about one mail may take together (RFC 7208 §4.6.4 wants 20 at least).",
        example="mail_seconds = 20",
        check=between(0.1, 120),
    )
    try_seconds: float = setting(
        LIMITS.try_seconds,
        doc="How long a server is waited for before the question is sent again; twice that in the second round.",
        example="try_seconds = 0.8",
        check=between(0.05, 10),
    )
    attempts: int = setting(
        LIMITS.attempts,
        doc="How often one question is sent by UDP, to all servers together.",
        example="attempts = 6",
        check=between(1, 20),
    )
    rest_seconds: float = setting(
        LIMITS.rest_seconds,
        doc="How long a server that fails is asked after all others; twice that each further time.",
        example="rest_seconds = 5",
        check=between(0.1, 600),
    )
    max_rest_seconds: float = setting(
        LIMITS.max_rest_seconds,
        doc="How long a server that goes on failing rests at most.",
        example="max_rest_seconds = 120",
        check=between(0.1, 3600),
    )
    udp_payload_octets: int = setting(
        LIMITS.udp_payload_octets,
        doc="The longest answer by UDP, told to servers by EDNS (RFC 6891 §6.2.5); longer ones come over TCP.",
        example="udp_payload_octets = 1400",
        check=between(512, 4096),
    )
    at_once: int = setting(
        LIMITS.at_once,
        doc="Questions under way at one time; further ones wait their turn.",
        example="at_once = 500",
        check=between(1, 20_000),
    )
    cache_entries: int = setting(
        LIMITS.cache_entries,
        doc="Answers kept; where there are more, those that nobody asked for lately leave.",
        example="cache_entries = 200000",
        check=between(100, 10_000_000),
    )
    cache_octets: int = setting(
        LIMITS.cache_octets,
        doc="Memory for them, by estimate, in octets.",
        example="cache_octets = 268435456",
        check=between(2**20, 2**36),
    )
    ttl_floor_seconds: float = setting(
        LIMITS.ttl_floor_seconds,
        doc="An answer is kept for so long even if its time to live is shorter; 0 keeps to it (RFC 2181 §8).",
        example="ttl_floor_seconds = 5",
        check=between(0, 300),
    )
    ttl_ceiling_seconds: float = setting(
        LIMITS.ttl_ceiling_seconds,
        doc="No answer is kept longer; a key that was withdrawn is no longer believed after it.",
        example="ttl_ceiling_seconds = 900",
        check=between(1, 604_800),  # RFC 8767 §4: a week
    )
    negative_ceiling_seconds: float = setting(
        LIMITS.negative_ceiling_seconds,
        doc='"There is none" is kept no longer (RFC 2308 §5).',
        example="negative_ceiling_seconds = 60",
        check=between(0, 10_800),  # RFC 2308 §5: three hours
    )
    failure_seconds: float = setting(
        LIMITS.failure_seconds,
        doc="How long a question that got no answer is not sent again (RFC 2308 §7.1, RFC 9520 §3.2).",
        example="failure_seconds = 30",
        check=between(1, 300),  # RFC 9520 §3.2: 1 to 300
    )
    serve_stale_seconds: float = setting(
        LIMITS.serve_stale_seconds,
        doc="How long after its time an answer stands in where none can be had (RFC 8767); 0 is never.",
        example="serve_stale_seconds = 86400",
        check=between(0, 604_800),
    )


@dataclass(frozen=True, slots=True)
class DkimSettings:
    """How much work signatures may cause."""

    max_signatures: int = setting(
        MAX_SIGNATURES,
        doc="DKIM signatures of one mail that are evaluated; each further one is told as not evaluated.",
        example="max_signatures = 5",
        check=between(1, 100),
    )
    max_rsa_bits: int = setting(
        MAX_RSA_BITS,
        doc="Longest RSA key that verifies; 4096 bits are the longest there is use for (RFC 8301 §3.2).",
        example="max_rsa_bits = 4096",
        check=between(1024, MAX_RSA_BITS),
    )
    atps: bool = setting(
        default=False,
        doc="Ask the author's domain whom it lets sign for it (RFC 6541); told as dkim-atps, and nothing more.",
        example="atps = true",
    )


@dataclass(frozen=True, slots=True)
class ArcSettings:
    """Whose word counts for what happened to mail on its way (RFC 8617)."""

    trusted_sealers: tuple[str, ...] = setting(
        (),
        doc="Domains (d= of ARC-Seal) whose seals count, from the newest back to the first one that is not listed.",
        example='trusted_sealers = ["lists.example.org"]',
        check=each_a_domain,
    )


@dataclass(frozen=True, slots=True)
class SpfSettings:
    """How SPF is told (RFC 7208)."""

    received_spf: bool = setting(
        default=False,
        doc="Whether mail gets Received-SPF fields (RFC 7208 §9.1) beside Authentication-Results, for readers of them.",
        example="received_spf = true",
    )


class DmarcDiscovery(StrEnum):
    """How policies and organizational domains are found."""

    TREEWALK = "treewalk"
    PSL = "psl"


@dataclass(frozen=True, slots=True)
class DmarcSettings:
    """How author domains find their policy (RFC 9989)."""

    discovery: DmarcDiscovery = setting(
        DmarcDiscovery.TREEWALK,
        doc="treewalk: by DNS (RFC 9989 §4.10). psl: legacy, by a public suffix list (RFC 7489 §3.2), never fetched.",
        example='discovery = "psl"',
    )
    public_suffix_list: Path | None = setting(
        None,
        doc="The list for discovery psl; not set takes that of the package publicsuffixlist (extra psl).",
        example='public_suffix_list = "/usr/share/publicsuffix/public_suffix_list.dat"',
    )


@dataclass(frozen=True, slots=True)
class AuthresSettings:
    """Whose Authentication-Results are ours, and whose may be read (RFC 8601 §5)."""

    own_ids: tuple[str, ...] = setting(
        (),
        doc="Identifiers of this administration beside authserv_id; results under them are removed from incoming mail.",
        example='own_ids = ["example.org", "mx2.example.org"]',
        check=each_one_word,
    )
    upstream_ids: tuple[str, ...] = setting(
        (),
        doc="Identifiers of hosts before us whose results are kept and told, in mail straight from upstream_clients.",
        example='upstream_ids = ["gateway.example.net"]',
        check=each_one_word,
    )
    upstream_clients: tuple[str, ...] = setting(
        (),
        doc="Networks from which those hosts send; from anywhere else, results under upstream_ids are forgeries.",
        example='upstream_clients = ["192.0.2.0/28"]',
        check=each_a_network,
    )


@dataclass(frozen=True, slots=True)
class HeloSettings:
    """Whether a client's name for itself is looked at."""

    check: bool = setting(
        default=True,
        doc="Checks that the HELO name is a name and the client's own (RFC 5321 §4.1.4); a finding, never a refusal.",
        example="check = false",
    )


@dataclass(frozen=True, slots=True)
class CsaSettings:
    """Whether the owner of a HELO name is asked about it."""

    check: bool = setting(
        default=False,
        doc="Asks whether the HELO name's owner lets the client send (CSA); few owners say so, and it costs questions.",
        example="check = true",
    )


@dataclass(frozen=True, slots=True)
class SenderIdSettings:
    """Whether the address that a header puts forward is checked."""

    check: SenderId = setting(
        SenderId.OFF,
        doc="Sender ID (Historic): off; spf2: by its own records; spf2-or-spf1: by v=spf1 too, not meant for it.",
        example='check = "spf2"',
    )


@dataclass(frozen=True, slots=True)
class BatvSettings:
    """Bounce addresses with a tag, so that bounces of mail that others sent in our name are known (BATV)."""

    domains: tuple[str, ...] = setting(
        (),
        doc="Domains that are tagged, and whose bounces are judged; all of these must come here. None: BATV is off.",
        example='domains = ["example.org"]',
        check=each_a_domain,
    )
    keys: Path = setting(
        Path("var/bounce-keys"),
        doc="File of the keys, which nobody else may read; `trustlane batv rotate` makes one. All hosts need the same.",
        example='keys = "/var/lib/trustlane/bounce-keys"',
    )
    lifetime_days: int = setting(
        7,
        doc="How long a tag is good; former keys check for as long.",
        example="lifetime_days = 7",
        check=between(1, 365),
    )
    run_in_days: int = setting(
        10,
        doc="How long after tagging began untagged bounces are borne; must be more than lifetime_days.",
        example="run_in_days = 14",
        check=between(2, 400),
    )


@dataclass(frozen=True, slots=True)
class LedgerSettings:
    """Where history is kept."""

    store: str = setting(
        "sqlite",
        doc="sqlite: a file, for one machine. valkey: servers that many relays share. memory: forgotten at exit.",
        example='store = "valkey"',
        check=one_of("sqlite", "valkey", "memory"),
    )
    path: Path = setting(
        Path("var/ledger.sqlite"),
        doc="The SQLite file of standing and decisions; made where it is not there.",
        example='path = "/var/lib/trustlane/ledger.sqlite"',
    )
    urls: tuple[str, ...] = setting(
        ("valkey://127.0.0.1:6379",),
        doc="The server of Valkey or Redis, some nodes of a cluster, or the Sentinels; valkeys:// with TLS.",
        example='urls = ["valkey://trustlane:secret@10.0.0.5:6379/0"]',
        check=each_a_store,
    )
    sentinel: str = setting(
        "",
        doc="The name of the primary that the Sentinels at urls watch; empty where there are none.",
        example='sentinel = "mymaster"',
    )
    cluster: bool = setting(
        default=False,
        doc="Whether the servers at urls are nodes of a cluster.",
        example="cluster = true",
    )
    read_replicas: bool = setting(
        default=False,
        doc="Whether histories may be read from replicas, which lag: of Sentinels, of a cluster, or the last url.",
        example="read_replicas = true",
    )
    timeout_seconds: float = setting(
        1.0,
        doc="How long a server may take to answer; then the mail takes the open lane.",
        example="timeout_seconds = 0.5",
        check=between(0.05, 30),
    )


@dataclass(frozen=True, slots=True)
class FeedbackSettings:
    """The way back: what people and systems say of mail that was delivered."""

    addresses: tuple[str, ...] = setting(
        (),
        doc="Mail to these addresses is a report: a forwarded complaint, a feedback report (RFC 5965) or a bounce.",
        example='addresses = ["spam@example.org"]',
        check=each_a_mailbox,
    )
    not_junk_addresses: tuple[str, ...] = setting(
        (),
        doc="The same, but a forwarded mail says that it was wanted.",
        example='not_junk_addresses = ["notspam@example.org"]',
        check=each_a_mailbox,
    )
    correspondents: bool = setting(
        default=True,
        doc="Whether our own mail, where it passes the milter, tells whom people here write to and what they answer.",
        example="correspondents = false",
    )
    trap_addresses: tuple[str, ...] = setting(
        (),
        doc="Addresses that nobody ever gave away: whoever answers for mail to them sends what was not asked for.",
        example='trap_addresses = ["j.random.hacker@example.org"]',
        check=each_a_mailbox,
    )
    verdict_fields: tuple[str, ...] = setting(
        (),
        doc="Header fields in which a content filter before us tells its verdict; none is read by default.",
        example='verdict_fields = ["X-Spam-Status"]',
        check=each_one_of(
            "X-Spam-Status", "X-Spam-Flag", "X-Spam", "X-Spam-Action", "X-Rspamd-Action", "X-Spamd-Result"
        ),
    )
    verdict_sources: tuple[str, ...] = setting(
        (),
        doc="Addresses or networks of the hosts whose content filter is believed; others may have forged the fields.",
        example='verdict_sources = ["127.0.0.1", "10.0.0.0/8"]',
        check=each_a_network,
    )


@dataclass(frozen=True, slots=True)
class TrustSettings:
    """Where trust begins and ends."""

    gained_at: float = setting(
        0.97,
        doc="Trusted from this lower bound (5 % quantile) on.",
        example="gained_at = 0.97",
        check=between(0.5, 0.9999),
    )
    lost_below: float = setting(
        0.94,
        doc="Trust is lost below this lower bound; must not be above gained_at.",
        example="lost_below = 0.94",
        check=between(0.5, 0.9999),
    )
    turned_at: float = setting(
        TURNED_AT,
        doc="A sender has turned where bad news of late adds up to this: 5 a complaint, 7 a trap, 4 a junk verdict.",
        example="turned_at = 10.5",
        check=between(1, 21),
    )
    shared_at: float = setting(
        5.0,
        doc="Authors of other organizations from which a signing domain is a shared service: it counts in pairs only.",
        example="shared_at = 10",
        check=between(2, 100),
    )


@dataclass(frozen=True, slots=True)
class OpinionsSettings:
    """Who is asked beside this site's own ledger. One outside word never opens the trusted lane, unless it grants."""

    correspondents: bool = setting(
        True,  # noqa: FBT003
        doc="Authenticated addresses that people here have written to open the trusted lane.",
        example="correspondents = false",
    )
    partners: tuple[str, ...] = setting(
        (),
        doc="Agreements: domain, what must authenticate it (dkim, spf, dmarc), lane, mails a day, end.",
        example='partners = ["firm.example dkim trusted 500/day until 2027-01-31"]',
        check=each_read_by(agreement),
    )
    vouchers: tuple[str, ...] = setting(
        (),
        doc="Vouchers that are asked where a mail names them (VBR, RFC 5518); with grants, one may speak alone.",
        example='vouchers = ["vouch.example", "sure.example grants"]',
        check=each_read_by(trusted_service),
    )
    lists: tuple[str, ...] = setting(
        (),
        doc="Lists in DNS (RFC 5782): zone, block or allow, address or domain, codes with the share of wanted mail.",
        example='lists = ["bl.example block address 127.0.0.2=0.02 127.0.0.4-11=0.2"]',
        check=each_read_by(list_zone),
    )
    peers: tuple[str, ...] = setting(
        (),
        doc="Sites that share what they know (REPUTE, RFC 7072): address, and key=TOKEN where one is wanted.",
        example='peers = ["https://rep.example key=s3cret"]',
        check=each_read_by(peer),
    )
    accreditors: tuple[str, ...] = setting(
        (),
        doc="Services that grade clients which CSA authorises (DNA); asked where the client names them.",
        example='accreditors = ["accredit.example"]',
        check=each_read_by(trusted_service),
    )


@dataclass(frozen=True, slots=True)
class KeysSettings:
    """What we sign with."""

    path: Path = setting(
        Path("var/keys"),
        doc="Folder of the signing keys, one file for each domain and selector, which nobody else may read.",
        example='path = "/var/lib/trustlane/keys"',
    )


@dataclass(frozen=True, slots=True)
class ProcessSettings:
    """The processes of ``trustlane serve``."""

    workers: int = setting(
        0,
        doc="Processes that serve; 0 is one for each core.",
        example="workers = 4",
        check=between(0, 1024),
    )
    drain_seconds: int = setting(
        30,
        doc="How long mails at hand may take after SIGTERM; less than the 90 s that service managers commonly wait.",
        example="drain_seconds = 60",
        check=between(0, 3600),
    )
    hang_seconds: float = setting(
        10.0,
        doc="A worker whose loop stands still for so long is replaced.",
        example="hang_seconds = 30",
        check=between(1, 3600),
    )
    user: str = setting(
        "",
        doc="The user to become once the sockets are bound; empty stays who we are.",
        example='user = "trustlane"',
    )
    group: str = setting(
        "",
        doc="The group to become with it; empty takes the user's own.",
        example='group = "postfix"',
    )


@dataclass(frozen=True, slots=True)
class LogSettings:
    """What is written, and where."""

    level: str = setting(
        "info",
        doc="Least weighty line that is written to standard error: debug, info, warning or error.",
        example='level = "warning"',
        check=one_of("debug", "info", "warning", "error"),
    )
    replay: Path = setting(
        Path("var/replay"),
        doc="Folder for the mail that met an error of ours, so that it can be looked at again.",
        example='replay = "/var/lib/trustlane/replay"',
    )


@dataclass(frozen=True, slots=True)
class Settings:
    """The whole tree; one attribute a table of the TOML file."""

    site: SiteSettings = part(SiteSettings)
    relay: RelaySettings = part(RelaySettings)
    milter: MilterSettings = part(MilterSettings)
    policy: PolicySettings = part(PolicySettings)
    http: HttpSettings = part(HttpSettings)
    dns: DnsSettings = part(DnsSettings)
    dkim: DkimSettings = part(DkimSettings)
    authres: AuthresSettings = part(AuthresSettings)
    helo: HeloSettings = part(HeloSettings)
    csa: CsaSettings = part(CsaSettings)
    senderid: SenderIdSettings = part(SenderIdSettings)
    batv: BatvSettings = part(BatvSettings)
    arc: ArcSettings = part(ArcSettings)
    spf: SpfSettings = part(SpfSettings)
    dmarc: DmarcSettings = part(DmarcSettings)
    ledger: LedgerSettings = part(LedgerSettings)
    feedback: FeedbackSettings = part(FeedbackSettings)
    trust: TrustSettings = part(TrustSettings)
    opinions: OpinionsSettings = part(OpinionsSettings)
    keys: KeysSettings = part(KeysSettings)
    process: ProcessSettings = part(ProcessSettings)
    log: LogSettings = part(LogSettings)
