"""Every limit of look-ups and of the cache, with where its default comes from."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class DnsLimits:
    """What a resolver may spend and keep.

    Attributes:
        deadline_seconds: for all questions of one call together. A whole evaluation of SPF, which asks several times,
            should have at least 20 (RFC 7208 §4.6.4).
        try_seconds: before a server is asked again, or the next one is; twice that in the second round of servers, and
            so on. Nearly all answers that come at all come within one second.
        attempts: how often one question is sent by UDP, to all servers together.
        rest_seconds: how long a server that fails is asked last; twice that each further time, up to
            ``max_rest_seconds``.
        udp_payload_octets: what a server may send by UDP. 1232 fit into one IPv6 packet on nearly any path
            (RFC 8200 §5); what is longer comes truncated, and is asked for again over TCP (RFC 7766 §5).
        at_once: questions under way at one time in one event loop; further ones wait their turn within their deadline.
            More than three mails with all the questions that a mail may ask.
        cache_entries: answers kept.
        cache_octets: memory for them, by estimate.
        ttl_floor_seconds: an answer is kept for so long even if its time to live is shorter. 0 keeps to what the owner
            of the name said (RFC 2181 §8).
        ttl_ceiling_seconds: no answer is kept longer; a revoked key is no longer believed after it (RFC 8767 §4 allows
            a week). The resolver behind us may keep it for longer, and is near.
        negative_ceiling_seconds: "there is none" is kept no longer (RFC 2308 §5 finds one to three hours sensible);
            a new record is often published just after it was missed.
        failure_seconds: after a failure the question is not sent again for so long (RFC 2308 §7.1, §7.2: 300 at most;
            RFC 9520 §3.2: 1 at least).
        serve_stale_seconds: for so long after its time an answer may stand in where none can be had (RFC 8767 §4
            suggests one to three days at most); 0 is never.
    """

    deadline_seconds: float = 10.0
    try_seconds: float = 1.5
    attempts: int = 4
    rest_seconds: float = 1.0
    max_rest_seconds: float = 60.0
    udp_payload_octets: int = 1232
    at_once: int = 1000
    cache_entries: int = 50_000
    cache_octets: int = 64 * 1024 * 1024
    ttl_floor_seconds: float = 0.0
    ttl_ceiling_seconds: float = 3600.0
    negative_ceiling_seconds: float = 900.0
    failure_seconds: float = 5.0
    serve_stale_seconds: float = 0.0
