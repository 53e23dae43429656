//! Who may ask: the checks that come before the vault is asked.

use super::access_key::AccessKey;
use super::address::is_own_host;
use super::message::Request;
use super::nonces::{Nonces, Stale};
use super::signature::{self, ACS3, Authorization};
use crate::domain::{ErrorCode, Timestamp};
use crate::kms::{Call, Format, Pair, Refused, decoded_pairs};

/// Whether requests must be signed.
#[derive(Debug)]
pub enum Signing {
    /// With this key.
    With(AccessKey),
    /// Anybody on this machine may ask.
    Nobody,
}

/// Looks at requests.
pub(super) struct Gate {
    signing: Signing,
    /// `None` on a Unix socket.
    port: Option<u16>,
    nonces: Nonces,
}

/// The older SDK splits this message at its colon.
const NOT_SIGNED_SO: Refused = Refused::new(
    ErrorCode::SignatureDoesNotMatch,
    "Specified signature is not matched with our calculation. server string to sign is: not shown",
    "use the access key that `etui serve` printed, and the endpoint as it printed it",
);

const ONLY_TWO: &str = "only signatures by HMAC-SHA1 (version 1) and ACS3-HMAC-SHA256 are checked here";
const OTHER_SCHEME: Refused = Refused::new(
    ErrorCode::UnsupportedOperation,
    ONLY_TWO,
    "use an access key (id and secret), without a token of STS or a bearer",
);

impl Gate {
    pub(super) fn new(signing: Signing, port: Option<u16>) -> Self {
        Self { signing, port, nonces: Nonces::new() }
    }

    /// Decides about a request; what is answered goes out in the format that is left in `format`.
    pub(super) fn judge(
        &mut self,
        request: &Request,
        now: Timestamp,
        format: &mut Format,
    ) -> Result<Call, Refused> {
        self.check_client(request)?;
        check_target(request)?;
        let malformed = Refused::new(
            ErrorCode::ParseRequestParameterException,
            "the parameters are not percent-encoded as a form is",
            "send name=value pairs joined by &",
        );
        let query = decoded_pairs(request.query.expose()).ok_or(malformed)?;
        let form = match request.body.is_empty() {
            true => Vec::new(),
            false if is_form(request) => decoded_pairs(request.body.expose()).ok_or(malformed)?,
            false => {
                return Err(Refused::new(
                    ErrorCode::ParseRequestParameterException,
                    "the body is not of type application/x-www-form-urlencoded",
                    "send parameters in the query or in a form",
                ));
            }
        };
        *format = wanted_format(query.iter().chain(&form))?;
        self.check_signature(request, &query, &form, now)?;
        let action = request.headers.one("x-acs-action");
        let named = value_of(query.iter().chain(&form), "Action");
        if let (Some(action), Some(named)) = (action, named)
            && action.as_bytes() != named
        {
            return Err(Refused::new(
                ErrorCode::InvalidParameter,
                "the parameter Action and the header x-acs-action name two actions",
                "name one action",
            ));
        }
        let pairs: Vec<Pair> = query.into_iter().chain(form).collect();
        Ok(Call::new(pairs, action))
    }

    /// A page of a browser can send requests to this machine; it cannot leave out who it is.
    fn check_client(&self, request: &Request) -> Result<(), Refused> {
        let is_own = request.headers.one("host").is_some_and(|host| is_own_host(host, self.port));
        if !is_own {
            return Err(Refused::new(
                ErrorCode::NoPermission,
                "the Host header does not name this server",
                "use the endpoint as `etui serve` printed it",
            ));
        }
        if request.headers.has("origin") || request.headers.has("sec-fetch-mode") {
            return Err(Refused::new(
                ErrorCode::NoPermission,
                "requests of web pages are refused",
                "call the endpoint from a program",
            ));
        }
        Ok(())
    }

    fn check_signature(
        &mut self,
        request: &Request,
        query: &[Pair],
        form: &[Pair],
        now: Timestamp,
    ) -> Result<(), Refused> {
        let Signing::With(key) = &self.signing else { return Ok(()) };
        let all = || query.iter().chain(form);
        let token = value_of(all(), "SecurityToken").is_some_and(|token| !token.is_empty());
        if token || request.headers.has("x-acs-security-token") {
            return Err(OTHER_SCHEME);
        }
        let (signed_at, nonce) = match request.headers.one("authorization") {
            Some(header) => {
                let (scheme, rest) = header.split_once(' ').unwrap_or((header, ""));
                if scheme != ACS3 {
                    return Err(OTHER_SCHEME);
                }
                let authorization = Authorization::parse(rest).ok_or(NOT_SIGNED_SO)?;
                check_id(key, authorization.credential.as_bytes())?;
                let time = self.time_of(request.headers.one("x-acs-date").map(str::as_bytes), now)?;
                if !signature::is_good_v3(request, query, &authorization, &key.secret) {
                    return Err(NOT_SIGNED_SO);
                }
                (time, request.headers.one("x-acs-signature-nonce").map(str::as_bytes))
            }
            None => {
                let signature = value_of(all(), "Signature").ok_or(NOT_SIGNED_SO)?;
                let is = |name: &str, allowed: &[&str]| {
                    value_of(all(), name)
                        .is_none_or(|given| allowed.iter().any(|allowed| allowed.as_bytes() == given))
                };
                let is_known = is("SignatureMethod", &["HMAC-SHA1"])
                    && is("SignatureVersion", &["1.0"])
                    && is("SignatureType", &["", "null"]);
                if !is_known {
                    return Err(OTHER_SCHEME);
                }
                check_id(key, value_of(all(), "AccessKeyId").unwrap_or_default())?;
                let time = self.time_of(value_of(all(), "Timestamp"), now)?;
                if !signature::is_good_v1(&request.method, all(), signature, &key.secret) {
                    return Err(NOT_SIGNED_SO);
                }
                (time, value_of(all(), "SignatureNonce"))
            }
        };
        match nonce {
            Some(nonce) => self.nonces.take(nonce, signed_at, now).map_err(stale),
            None => Ok(()),
        }
    }

    fn time_of(&self, text: Option<&[u8]>, now: Timestamp) -> Result<Timestamp, Refused> {
        let time = text.and_then(|text| std::str::from_utf8(text).ok()).and_then(|text| text.parse().ok());
        let time = time.ok_or(Refused::new(
            ErrorCode::IllegalTimestamp,
            "the time of the signature is missing or malformed",
            "send it as 2026-11-24T12:00:00Z",
        ))?;
        self.nonces.check_time(time, now).map_err(stale)?;
        Ok(time)
    }
}

fn stale(stale: Stale) -> Refused {
    match stale {
        Stale::Expired => Refused::new(
            ErrorCode::TimestampExpired,
            "the time of the signature is more than 15 minutes from now",
            "set the clock, and sign each request when it is sent",
        ),
        Stale::Used => Refused::new(
            ErrorCode::SignatureNonceUsed,
            "the nonce of the signature was used before",
            "sign each request with a nonce of its own",
        ),
    }
}

fn check_id(key: &AccessKey, given: &[u8]) -> Result<(), Refused> {
    match given == key.id.as_str().as_bytes() {
        true => Ok(()),
        false => Err(Refused::new(
            ErrorCode::AccessKeyNotFound,
            "Specified access key is not found.",
            "use the access key that `etui serve` printed: each run makes its own",
        )),
    }
}

fn check_target(request: &Request) -> Result<(), Refused> {
    if request.path != "/" {
        return Err(Refused {
            status: 404,
            ..Refused::new(
                ErrorCode::InvalidApiName,
                "there is nothing at this path",
                "the one path is /; the parameter Action names what to do",
            )
        });
    }
    if !matches!(&request.method[..], "GET" | "POST") {
        return Err(Refused {
            status: 405,
            ..Refused::new(ErrorCode::UnsupportedOperation, "the method is neither GET nor POST", "use POST")
        });
    }
    Ok(())
}

fn is_form(request: &Request) -> bool {
    let kind = request.headers.one("content-type").unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default().trim();
    kind.eq_ignore_ascii_case("application/x-www-form-urlencoded")
}

fn wanted_format<'a>(pairs: impl Iterator<Item = &'a Pair>) -> Result<Format, Refused> {
    let word = value_of(pairs, "Format").unwrap_or_default();
    let is = |known: &str| word.eq_ignore_ascii_case(known.as_bytes());
    match (is("") || is("json") || is("none"), is("xml")) {
        (true, _) => Ok(Format::Json),
        (_, true) => Ok(Format::Xml),
        _ => Err(Refused::new(
            ErrorCode::InvalidParameter,
            "parameter 'Format' is neither JSON nor XML",
            "use JSON",
        )),
    }
}

fn value_of<'a>(mut pairs: impl Iterator<Item = &'a Pair>, name: &str) -> Option<&'a [u8]> {
    pairs.find(|(known, _)| known.expose() == name.as_bytes()).map(|(_, value)| value.expose())
}
