//! One request, from its parameters to its answer: what a line of `etui api` and a request over HTTP have in
//! common.

use super::actions;
use super::answer::{Answer, Format};
use super::error::KmsError;
use super::parameters::Parameters;
use super::permissions::Permissions;
use super::reply::{Reply, Sent};
use super::request::{self, Given, Parameter, Request};
use super::request_id::RequestId;
use crate::domain::{ErrorCode, SecretName};
use crate::memory::SecretBytes;
use crate::vault::Vault;

/// A request that came as pairs.
pub struct Call(Result<Request, KmsError>);

/// What was answered, for a log: nothing of it is a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Responded {
    /// The RequestId of the answer.
    pub request_id: String,
    /// What was asked for, where it is an action of the API.
    pub action: Option<&'static str>,
    /// The secret that was named.
    pub secret: Option<SecretName>,
    /// Why it was refused; `None` where it was not.
    pub code: Option<ErrorCode>,
}

impl Responded {
    /// The status of HTTP.
    pub fn status(&self) -> u16 {
        self.code.map_or(200, ErrorCode::http_status)
    }
}

/// A name and a value, decoded.
pub type Pair = (SecretBytes, SecretBytes);

/// The pairs of a query string or of a form, decoded, in their order; `None` where an encoding is none.
pub fn decoded_pairs(text: &[u8]) -> Option<Vec<Pair>> {
    request::decoded_pairs(text)
}

impl Call {
    /// A request of these pairs. Its action is the parameter `Action`; without one, what `action` names.
    pub fn new(pairs: Vec<Pair>, action: Option<&str>) -> Self {
        let mut parameters: Vec<Parameter> =
            pairs.into_iter().map(|(name, value)| Parameter { name, value: Given::Text(value) }).collect();
        let is_named = parameters.iter().any(|parameter| parameter.name.expose() == request::ACTION);
        if let (Some(action), false) = (action, is_named) {
            parameters.push(Parameter {
                name: SecretBytes::copy_of(request::ACTION),
                value: Given::Text(SecretBytes::copy_of(action.as_bytes())),
            });
        }
        Self(Request::of(parameters))
    }

    /// Carries it out and writes the answer.
    pub fn respond(
        self,
        vault: &mut Vault,
        permissions: &Permissions,
        format: Format,
        out: &mut SecretBytes,
    ) -> Responded {
        respond(vault, self.0, permissions, format, out)
    }

    /// Refuses it, whatever it asks for.
    pub fn refuse(self, refused: &Refused, format: Format, out: &mut SecretBytes) -> Responded {
        let action = self.0.ok().and_then(|request| actions::find(&request.action).ok());
        Responded { action: action.map(|action| action.name), ..refused.write(format, out) }
    }
}

/// Why a request is not carried out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Refused {
    /// The status of HTTP.
    pub status: u16,
    /// The code of the API.
    pub code: ErrorCode,
    /// What is wrong.
    pub message: &'static str,
    /// What to do next.
    pub hint: &'static str,
}

impl Refused {
    /// With the status that the code has.
    pub const fn new(code: ErrorCode, message: &'static str, hint: &'static str) -> Self {
        Self { status: code.http_status(), code, message, hint }
    }

    /// Writes the refusal.
    pub fn write(&self, format: Format, out: &mut SecretBytes) -> Responded {
        let request_id = RequestId::make().to_string();
        let answer = Answer::error_with_status(self.status, self.code, self.message, self.hint);
        let code = answer.write_as(&request_id, format, out);
        Responded { request_id, action: None, secret: None, code }
    }
}

pub(super) fn respond(
    vault: &mut Vault,
    request: Result<Request, KmsError>,
    permissions: &Permissions,
    format: Format,
    out: &mut SecretBytes,
) -> Responded {
    let request_id = RequestId::make().to_string();
    let mut responded = Responded { request_id: request_id.clone(), action: None, secret: None, code: None };
    let reply = Reply { request_id: &request_id, format, out };
    responded.code = match attempt(vault, request, permissions, reply, &mut responded) {
        Ok(sent) => sent.refusal(),
        Err(error) => {
            // Nothing was sent: an action that sent an answer has nothing left that can fail.
            out.clear();
            Answer::error(error.code(), &error.to_string(), &error.hint()).write_as(&request_id, format, out)
        }
    };
    responded
}

fn attempt(
    vault: &mut Vault,
    request: Result<Request, KmsError>,
    permissions: &Permissions,
    reply: Reply<'_>,
    told: &mut Responded,
) -> Result<Sent, KmsError> {
    let request = request?;
    let action = actions::find(&request.action)?;
    told.action = Some(action.name);
    let mut parameters = Parameters::of(action.accepts(), request.parameters, permissions)?;
    told.secret = parameters.named_secret();
    (action.run)(vault, &mut parameters, reply)
}
