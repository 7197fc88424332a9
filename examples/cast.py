"""The cast: who writes, from where, with which signatures, and what that shows."""

from sender import Sender, Signature
from trustlane.ledger import Subject


def with_footer(mail: bytes) -> bytes:
    """What a mailing list does to a body, and so to its hash."""
    return mail + b"--\r\nYou get this because you are on the list at list.test.\r\n"


def _author(domain: str) -> Subject:
    return Subject("rfc5322.from", domain)


_DAY_SECONDS = 86_400

FIRM = Sender(
    name="meridian",
    shows="an established firm",
    network=1,
    helo="mx.meridian.example",
    mail_from="desk@meridian.example",
    author="Meridian Desk <desk@meridian.example>",
    subject="Your order has left the house",
    text="It is on its way and should be with you on Thursday.",
    signatures=(Signature("meridian.example"),),
    judged=_author("meridian.example"),
)

DOUBLE_SIGNER = Sender(
    name="twinseal",
    shows="signs with Ed25519 and with RSA",
    network=2,
    helo="mx.twinseal.example",
    mail_from="office@twinseal.example",
    author="Twinseal Office <office@twinseal.example>",
    subject="Minutes of the meeting",
    text="Both keys signed this mail; either one is enough.",
    signatures=(Signature("twinseal.example", "rsa"), Signature("twinseal.example", "ed")),
    judged=_author("twinseal.example"),
)

NEWSLETTER = Sender(
    name="gazette",
    shows="a newsletter just short of trust",
    network=3,
    helo="mx.gazette.example",
    mail_from="news@gazette.example",
    author="The Gazette <news@gazette.example>",
    subject="What happened this week",
    text="Little, and all of it good.",
    signatures=(Signature("gazette.example"),),
    judged=_author("gazette.example"),
)

TURNCOAT = Sender(
    name="turncoat",
    shows="a trusted firm that turns bad",
    network=4,
    helo="mx.turncoat.example",
    mail_from="sales@turncoat.example",
    author="Turncoat Sales <sales@turncoat.example>",
    subject="An offer from our new owners",
    text="You never asked for this, and there will be more of it.",
    signatures=(Signature("turncoat.example"),),
    judged=_author("turncoat.example"),
)

NEWCOMER = Sender(
    name="firststep",
    shows="a newcomer, all in order",
    network=5,
    helo="mx.firststep.example",
    mail_from="hello@firststep.example",
    author="First Step <hello@firststep.example>",
    subject="We have opened",
    text="This is the first mail from our own domain.",
    signatures=(Signature("firststep.example"),),
    judged=_author("firststep.example"),
)

SPAMMER = Sender(
    name="bargains",
    shows="a spammer who authenticates",
    network=6,
    helo="mx.bargains.test",
    mail_from="win@bargains.test",
    author="Bargains <win@bargains.test>",
    subject="You have been chosen again",
    text="Everything must go, and so must you, to our shop.",
    signatures=(Signature("bargains.test"),),
    judged=_author("bargains.test"),
)

FORGER = Sender(
    name="impostor",
    shows="forges meridian, which asks to reject",
    network=7,
    helo="mx.impostor.test",
    mail_from="desk@impostor.test",
    author="Meridian Desk <desk@meridian.example>",
    subject="Please pay to our new account",
    text="Our bank has changed, and only we know about it.",
)

FORGER_OF_THE_LENIENT = Sender(
    name="masquerade",
    shows="forges hamlet, which asks nothing",
    network=8,
    helo="mx.masquerade.test",
    mail_from="clerk@masquerade.test",
    author="Hamlet Council <clerk@hamlet.example>",
    subject="A fee is due",
    text="The council, which did not write this, wants a fee.",
)

SPF_ONLY = Sender(
    name="postbox",
    shows="SPF alone, no signature",
    network=9,
    helo="mx.postbox.example",
    mail_from="counter@postbox.example",
    author="Postbox Counter <counter@postbox.example>",
    subject="A parcel waits for you",
    text="We do not sign yet, but our servers are listed.",
    judged=_author("postbox.example"),
)

BOUNCE = Sender(
    name="postbox bounce",
    shows="a bounce: null reverse-path",
    network=9,
    helo="mx.postbox.example",
    mail_from="",
    author="Mail Delivery System <mailer-daemon@postbox.example>",
    subject="Undelivered mail returned to sender",
    text="The mailbox you wrote to does not exist.",
    judged=_author("postbox.example"),
)

NOBODY = Sender(
    name="nobody",
    shows="unsigned, no records at all",
    network=10,
    helo="localhost",
    mail_from="someone@nobody.test",
    author="someone@nobody.test",
    subject="hello",
    text="No name answers for this mail.",
)

OUTAGE = Sender(
    name="outage",
    shows="trusted, but its DNS is down",
    network=11,
    helo="mx.outage.example",
    mail_from="info@outage.example",
    author="Outage Info <info@outage.example>",
    subject="We are having difficulties",
    text="Our name servers do not answer today.",
    signatures=(Signature("outage.example"),),
    judged=_author("outage.example"),
)

BAKERY = Sender(
    name="bakery",
    shows="good customer of a mail service",
    network=12,
    helo="mx.carrier.example",
    mail_from="bounces@carrier.example",
    author="The Bakery <shop@bakery.example>",
    subject="Your rye loaf is ready",
    text="Please fetch it before six.",
    signatures=(Signature("carrier.example"),),
    judged=Subject("pair", "bakery.example carrier.example"),
)

RAFFLE = Sender(
    name="raffle",
    shows="bad customer of the same service",
    network=12,
    helo="mx.carrier.example",
    mail_from="bounces@carrier.example",
    author="Raffle <luck@raffle.example>",
    subject="One ticket left",
    text="It has been the last one since March.",
    signatures=(Signature("carrier.example"),),
    judged=Subject("pair", "raffle.example carrier.example"),
)

LISTED = Sender(
    name="hamlet via list",
    shows="body changed after signing",
    network=13,
    helo="mx.list.test",
    mail_from="bounces@list.test",
    author="Hamlet Council <clerk@hamlet.example>",
    subject="[list] The well is dry",
    text="We shall talk about it on Friday.",
    signatures=(Signature("hamlet.example"),),
    transit=with_footer,
)

ARCHIVE = Sender(
    name="archive",
    shows="signature expired yesterday",
    network=14,
    helo="mx.archive.example",
    mail_from="queue@archive.example",
    author="Archive <queue@archive.example>",
    subject="From the bottom of the queue",
    text="This was signed eight days ago, for a week.",
    signatures=(Signature("archive.example", age_seconds=8 * _DAY_SECONDS, valid_seconds=7 * _DAY_SECONDS),),
)

CAST = (
    FIRM,
    DOUBLE_SIGNER,
    NEWSLETTER,
    TURNCOAT,
    NEWCOMER,
    BAKERY,
    RAFFLE,
    SPF_ONLY,
    BOUNCE,
    LISTED,
    ARCHIVE,
    OUTAGE,
    NOBODY,
    FORGER,
    FORGER_OF_THE_LENIENT,
    SPAMMER,
)
