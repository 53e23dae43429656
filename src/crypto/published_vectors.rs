//! The primitives against published test vectors: RFC 9106, RFC 5869, RFC 4231, FIPS 180-4 and C2SP.

use argon2::ParamsBuilder;
use shake::Shake128;
use shake::digest::{ExtendableOutput as _, Update as _, XofReader as _};

use super::primitives::{MacKey, argon2id_with, hkdf_sha256, sha256, xaes_open, xaes_seal};
use crate::memory::KeyArena;

fn hex(digits: &str) -> Vec<u8> {
    let digits: Vec<u8> = digits.bytes().filter(|byte| !byte.is_ascii_whitespace()).collect();
    digits
        .chunks_exact(2)
        .map(|pair| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap())
        .collect()
}

#[test]
fn argon2id_agrees_with_rfc_9106_section_5_3() {
    let params = ParamsBuilder::new()
        .m_cost(32)
        .t_cost(3)
        .p_cost(4)
        .output_len(32)
        .data(argon2::AssociatedData::new(&[4; 12]).unwrap())
        .build()
        .unwrap();
    let mut tag = [0; 32];
    argon2id_with(params, Some(&[3; 8]), &[1; 32], &[2; 16], &mut tag).unwrap();
    assert_eq!(
        tag[..],
        hex(
            "0d 64 0d f5 8d 78 76 6c 08 c0 37 a3 4a 8b 53 c9 d0 1e f0 45 2d 75 b6 5e b5 25 20 e9 6b 01 e6 59"
        )
    );
}

#[test]
fn hkdf_agrees_with_rfc_5869_test_cases_1_to_3() {
    let run = |first: u8, count: u8| (first..=first + (count - 1)).collect::<Vec<u8>>();
    for (salt, input_key, info, expected) in [
        (
            Some(run(0x00, 13)),
            vec![0x0b; 22],
            run(0xf0, 10),
            "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865",
        ),
        (
            Some(run(0x60, 80)),
            run(0x00, 80),
            run(0xb0, 80),
            "b11e398dc80327a1c8e7f78c596a49344f012eda2d4efad8a050cc4c19afa97c59045a99cac7827271cb41c65e590e09
             da3275600c2f09b8367793a9aca3db71cc30c58179ec3e87c14c01d5c1f3434f1d87",
        ),
        (
            None,
            vec![0x0b; 22],
            Vec::new(),
            "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8",
        ),
    ] {
        let expected = hex(expected);
        let mut output = vec![0; expected.len()];
        hkdf_sha256(salt.as_deref(), &input_key, &info, &mut output);
        assert_eq!(output, expected);
    }
}

/// Our MAC keys are always 32 bytes; RFC 4231's first two keys are shorter, and HMAC pads with zeros.
#[test]
fn hmac_agrees_with_rfc_4231_test_cases_1_and_2() {
    let arena = KeyArena::new().expect("mapping a page");
    for (key, parts, expected) in [
        (
            &[0x0b; 20][..],
            [&b"Hi"[..], b" There"],
            "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7",
        ),
        (
            b"Jefe",
            [b"what do ya want ", b"for nothing?"],
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
        ),
    ] {
        let mac = MacKey::new(arena.make(|bytes| bytes[..key.len()].copy_from_slice(key)));
        assert_eq!(mac.authenticate(parts)[..], hex(expected));
    }
}

#[test]
fn sha256_agrees_with_fips_180_4() {
    assert_eq!(sha256(b"abc")[..], hex("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"));
}

#[test]
fn xaes_agrees_with_both_messages_of_c2sp() {
    for (key, associated, expected) in [
        ([1; 32], &b""[..], "ce546ef63c9cc60765923609b33a9a1974e96e52daf2fcf7075e2271"),
        ([3; 32], b"c2sp.org/XAES-256-GCM", "986ec1832593df5443a179437fd083bf3fdb41abd740a21f71eb769d"),
    ] {
        let nonce = b"ABCDEFGHIJKLMNOPQRSTUVWX";
        let mut message = *b"XAES-256-GCM";
        let tag = xaes_seal(&key, nonce, associated, &mut message).unwrap();
        assert_eq!([&message[..], &tag].concat(), hex(expected));
        xaes_open(&key, nonce, associated, &mut message, &tag).unwrap();
        assert_eq!(&message, b"XAES-256-GCM");
    }
}

/// C2SP's accumulated test: SHAKE128 of nothing yields keys, nonces, messages and associated data; SHAKE128
/// of all ciphertexts must have the published beginning.
#[test]
fn xaes_agrees_with_ten_thousand_accumulated_messages_of_c2sp() {
    let mut drawn = Shake128::default().finalize_xof();
    let mut accumulated = Shake128::default();
    for _ in 0..10_000 {
        let mut key = [0; 32];
        drawn.read(&mut key);
        let mut nonce = [0; 24];
        drawn.read(&mut nonce);
        let mut draw_up_to_255 = || {
            let mut length = [0];
            drawn.read(&mut length);
            let mut bytes = vec![0; usize::from(length[0])];
            drawn.read(&mut bytes);
            bytes
        };
        let plain = draw_up_to_255();
        let associated = draw_up_to_255();

        let mut message = plain.clone();
        let tag = xaes_seal(&key, &nonce, &associated, &mut message).unwrap();
        accumulated.update(&message);
        accumulated.update(&tag);
        xaes_open(&key, &nonce, &associated, &mut message, &tag).unwrap();
        assert_eq!(message, plain);
    }
    let mut digest = [0; 32];
    accumulated.finalize_xof().read(&mut digest);
    assert_eq!(digest[..], hex("e6b9edf2df6cec60c8cbd864e2211b597fb69a529160cd040d56c0c210081939"));
}
