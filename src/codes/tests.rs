//! The vectors of RFC 4226 and RFC 6238, and how sources are written in the wild.

use super::*;

fn text(code: &Code) -> &str {
    code.digits.expose_text().unwrap()
}

/// RFC 4226, appendix D.
#[test]
fn counted_codes_are_those_of_rfc_4226() {
    let expected =
        ["755224", "287082", "359152", "969429", "338314", "254676", "287922", "162583", "399871", "520489"];
    for (counter, expected) in (0..).zip(expected) {
        let code = hotp::code(b"12345678901234567890", Algorithm::Sha1, 6, counter);
        assert_eq!(text(&code), expected, "{counter}");
    }
}

/// RFC 6238, appendix B; the secrets of its erratum 2866.
#[test]
fn codes_of_a_moment_are_those_of_rfc_6238() {
    let secret = |length: usize| -> Vec<u8> { b"1234567890".iter().copied().cycle().take(length).collect() };
    let table = [
        (59, "94287082", "46119246", "90693936"),
        (1_111_111_109, "07081804", "68084774", "25091201"),
        (1_111_111_111, "14050471", "67062674", "99943326"),
        (1_234_567_890, "89005924", "91819424", "93441116"),
        (2_000_000_000, "69279037", "90698825", "38618901"),
        (20_000_000_000, "65353130", "77737706", "47863826"),
    ];
    for (seconds, sha1, sha256, sha512) in table {
        let cases =
            [(Algorithm::Sha1, 20, sha1), (Algorithm::Sha256, 32, sha256), (Algorithm::Sha512, 64, sha512)];
        for (algorithm, length, expected) in cases {
            let source = CodeSource {
                secret: SecretBytes::from_vec(secret(length)),
                algorithm,
                digits: 8,
                period: 30,
            };
            assert_eq!(text(&source.code_at(seconds)), expected, "{algorithm:?} {seconds}");
            for digits in [6, 7] {
                let source = CodeSource { secret: source.secret.duplicate(), digits, ..source };
                assert!(expected.ends_with(text(&source.code_at(seconds))), "{digits} digits");
            }
        }
    }
}

const SECRET: &str = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";

fn code_of(value: &str, seconds: u64) -> Result<String, NoCode> {
    CodeSource::of_value(value.as_bytes()).map(|source| text(&source.code_at(seconds)).to_owned())
}

#[test]
fn the_seconds_left_are_counted_to_the_next_period() {
    let source =
        CodeSource::of_text(format!("otpauth://totp/x?secret={SECRET}&period=45").as_bytes()).unwrap();
    let left = |seconds| (source.code_at(seconds).seconds_left, source.code_at(seconds).period);
    assert_eq!((left(0), left(1), left(44), left(45)), ((45, 45), (44, 45), (1, 45), (45, 45)));
}

#[test]
fn a_source_is_found_in_every_form_of_a_value() {
    let expected = Ok("287082".to_owned());
    let spaced = "gezd gnbv-gy3t qojq gezd gnbv gy3t qojq====\n";
    let uri = format!("otpauth://totp/A:b@c.d?secret={SECRET}&issuer=A");
    for value in [
        SECRET.to_owned(),
        spaced.to_owned(),
        uri.clone(),
        format!("OTPAUTH://TOTP/x?SECRET={}&algorithm=sha1&digits=6&period=30#f", SECRET.to_lowercase()),
        format!("otpauth://totp/x?secret={}%3D%3D&image=https%3A%2F%2Fx", SECRET),
        format!("otpauth://totp/?secret={}&algorithm=HmacSHA1", SECRET.replace("GNBV", "GNBV+")),
        format!("hunter2\nuser: x\n{uri}\n"),
        format!("hunter2\notp: {SECRET}\n"),
        format!(r#"{{"username": "x", "TOTP": "{uri}"}}"#),
        format!("USER=x\nOTP='{SECRET}'\n"),
    ] {
        assert_eq!(code_of(&value, 59), expected, "{value}");
    }
}

#[test]
fn what_makes_no_code_is_refused_with_its_reason() {
    let uri = |rest: &str| format!("otpauth://totp/x?secret={SECRET}{rest}");
    for (value, reason) in [
        (format!("otpauth://hotp/x?secret={SECRET}&counter=1"), NoCode::Hotp),
        (format!("otpauth://yaotp/x?secret={SECRET}"), NoCode::Type),
        ("otpauth://totp/x?issuer=A".to_owned(), NoCode::NoSecret),
        ("otpauth://totp/x?secret=".to_owned(), NoCode::NoSecret),
        ("otpauth://totp/x?secret=0189".to_owned(), NoCode::Base32),
        ("otpauth://totp/x?secret=GE=ZDGNBV".to_owned(), NoCode::Base32),
        (uri("&algorithm=MD5"), NoCode::Algorithm),
        (uri("&digits=5"), NoCode::Digits),
        (uri("&digits=9"), NoCode::Digits),
        (uri("&digits=%2B6"), NoCode::Digits),
        (uri("&period=0"), NoCode::Period),
        (uri("&period=x"), NoCode::Period),
        (uri("&encoder=steam"), NoCode::Steam),
        ("steam://ABCDEFGH".to_owned(), NoCode::Steam),
        ("hunter2!".to_owned(), NoCode::Base32),
        ("two\nlines".to_owned(), NoCode::NoSource),
        (r#"{"password": "x"}"#.to_owned(), NoCode::NoSource),
        (format!("hunter2\notpauth://hotp/x?secret={SECRET}"), NoCode::Hotp),
    ] {
        let refused = code_of(&value, 59).unwrap_err();
        assert_eq!(refused, reason, "{value}");
        assert!(!refused.to_string().contains("GEZD"));
    }
    assert_eq!(CodeSource::of_value(b"\xff\xfe").err(), Some(NoCode::NoSource));
}

#[test]
fn a_source_is_written_as_a_uri_that_reads_the_same() {
    let written = |value: &str| {
        let uri = CodeSource::of_text(value.as_bytes()).unwrap().uri("shop/2fa");
        uri.expose_text().unwrap().to_owned()
    };
    assert_eq!(written(SECRET), format!("otpauth://totp/shop%2F2fa?secret={SECRET}"));
    let all = "otpauth://totp/shop%2F2fa?secret=MZXW6YTB&algorithm=SHA512&digits=8&period=45";
    assert_eq!(written(all), all);
    assert_eq!(written("MY"), "otpauth://totp/shop%2F2fa?secret=MY");
}

proptest::proptest! {
    #[test]
    fn base32_is_read_back(bytes in proptest::collection::vec(proptest::prelude::any::<u8>(), 1..80)) {
        let mut written = SecretBytes::new();
        base32::encode(&bytes, &mut written);
        let read = base32::decode(written.expose()).unwrap();
        proptest::prop_assert_eq!(read.expose(), bytes);
    }

    #[test]
    fn no_text_makes_it_panic(text in "(otpauth://(totp|hotp)/)?\\PC{0,40}") {
        let _ = CodeSource::of_value(text.as_bytes());
    }
}
