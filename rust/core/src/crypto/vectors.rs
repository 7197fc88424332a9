//! The examples of RFC 8032 §7.1 (TEST 1, 2, 3 and SHA(abc)) and of RFC 8463 §A.

use super::*;
use crate::octets::{base64_octets, hex};

fn octets(hexadecimal: &str) -> Vec<u8> {
    let digit = |at: usize| u8::from_str_radix(&hexadecimal[at..at + 2], 16).expect("hexadecimal digits");
    (0..hexadecimal.len()).step_by(2).map(digit).collect()
}

fn thirty_two(octets: &[u8]) -> &[u8; 32] {
    octets.try_into().expect("32 octets")
}

// proves: RFC 8032 §5.1.5, §7.1, RFC 8463 §4.2
#[test]
fn the_keys_and_signatures_of_rfc_8032_are_those_that_it_prints() {
    for (seed, public, message, signature) in [
        (
            "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
            "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
            "",
            "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
        ),
        (
            "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
            "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
            "72",
            "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
        ),
        (
            "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
            "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
            "af82",
            "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a",
        ),
        (
            "833fe62409237b9d62ec77587520911e9a759cec1d19755b7da901b96dca3d42",
            "ec172b93ad5e563bf4932c70e1245034c35467ef2efd4d64ebf819683467e2bf",
            "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f",
            "dc2a4459e7369633a52b1bf277839a00201009a3efbf3ecb69bea2186c26b58909351fc9ac90b3ecfdfbc7c66431e0303dca179c138ac17ad9bef1177331a704",
        ),
    ] {
        let (seed, message, signature) = (octets(seed), octets(message), octets(signature));
        let signing = SigningKey::from_ed25519_seed(thirty_two(&seed)).expect("a good seed");
        assert_eq!(hex(&signing.public_octets()), public);
        let key = PublicKey::ed25519(thirty_two(&signing.public_octets())).expect("a good key");
        assert_eq!((key.kind(), key.bits()), (KeyKind::Ed25519, 256));
        assert!(key.key.verify_sig(&message, &signature).is_ok(), "{public}");
        for at in 0..signature.len() {
            let mut damaged = signature.clone();
            damaged[at] ^= 1;
            assert!(key.key.verify_sig(&message, &damaged).is_err(), "{public} at {at}");
        }
    }
}

// proves: RFC 8463 §3
/// DKIM signs the 32 octets of a digest, and signs them as they are (RFC 8463 §3).
#[test]
fn the_digest_itself_is_what_ed25519_signs() {
    let seed = base64_octets(b"nWGxne/9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A=").expect("good base64");
    let signing = SigningKey::from_ed25519_seed(thirty_two(&seed)).expect("a good seed");
    let key = PublicKey::ed25519(thirty_two(&signing.public_octets())).expect("a good key");
    let digest = Sha256::digest(b"abc");
    let signature = signing.sign(&digest).expect("the key signs");
    assert!(key.verify(&digest, &signature));
    assert!(key.key.verify_sig(digest.octets(), &signature).is_ok());
    assert!(key.key.verify_sig(b"abc", &signature).is_err());
    assert!(!key.verify(&Sha256::digest(b"abd"), &signature));
}
