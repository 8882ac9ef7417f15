//! Client assertions: how an application proves itself by a certificate (private_key_jwt).
//!
//! Checked as the documentation of certificate credentials has it: algorithm, thumbprint, issuer
//! and subject, audience, times, signature. The texts of the refusals are those that are seen in
//! the field, some of them from memory.

use std::fmt::{self, Write as _};

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use ring::digest::{self, SHA1_FOR_LEGACY_USE_ONLY, SHA256};
use ring::signature::{self, RsaParameters, UnparsedPublicKey};
use serde_json::Value;

/// The type that goes with an assertion.
pub(super) const ASSERTION_TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
/// How far the clocks of client and service may be apart, in seconds.
const SKEW_SECONDS: i64 = 300;
/// The object identifier of RSA keys, as DER.
const RSA: &[u8] = &[6, 9, 0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 1, 1, 1];

/// A certificate that was registered for an application.
#[derive(Clone, PartialEq, Eq)]
pub struct Certificate {
    der: Vec<u8>,
    /// The RSA public key in it, as DER.
    key: Vec<u8>,
}

/// Why a certificate can't be registered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CertificateUnread {
    /// There is none.
    #[error("there is no certificate: expected PEM with `-----BEGIN CERTIFICATE-----`")]
    Missing,
    /// What is between the lines is none.
    #[error("the certificate can't be read: expected X.509 in base64")]
    Damaged,
    /// It is for another kind of key.
    #[error("the certificate has no RSA key, which client assertions are signed with")]
    NotRsa,
}

impl Certificate {
    /// Reads the first certificate of a PEM file.
    pub fn from_pem(text: &str) -> Result<Self, CertificateUnread> {
        let (_, rest) = text
            .split_once("-----BEGIN CERTIFICATE-----")
            .ok_or(CertificateUnread::Missing)?;
        let (body, _) = rest
            .split_once("-----END CERTIFICATE-----")
            .ok_or(CertificateUnread::Missing)?;
        let body: String = body.split_whitespace().collect();
        let der = STANDARD.decode(body);
        Self::from_der(der.map_err(|_| CertificateUnread::Damaged)?)
    }

    /// Reads a certificate.
    pub fn from_der(der: Vec<u8>) -> Result<Self, CertificateUnread> {
        let info = key_info(&der).ok_or(CertificateUnread::Damaged)?;
        let (_, algorithm, rest) = element(info).ok_or(CertificateUnread::Damaged)?;
        if !algorithm.starts_with(RSA) {
            return Err(CertificateUnread::NotRsa);
        }
        let key = match element(rest) {
            // A string of bits begins with how many of its last ones don't count.
            Some((3, [0, key @ ..], _)) => key.to_vec(),
            _ => return Err(CertificateUnread::Damaged),
        };
        Ok(Self { der, key })
    }

    /// The thumbprint by SHA-1, as `x5t` has it.
    pub fn thumbprint(&self) -> String {
        URL_SAFE_NO_PAD.encode(digest::digest(&SHA1_FOR_LEGACY_USE_ONLY, &self.der))
    }

    /// The thumbprint by SHA-256, as `x5t#S256` has it.
    pub fn thumbprint_256(&self) -> String {
        URL_SAFE_NO_PAD.encode(digest::digest(&SHA256, &self.der))
    }
}

impl fmt::Debug for Certificate {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Certificate({})", self.thumbprint())
    }
}

/// The first element of DER: its tag, what is in it, what follows.
fn element(bytes: &[u8]) -> Option<(u8, &[u8], &[u8])> {
    let (tag, rest) = bytes.split_first()?;
    let (first, rest) = rest.split_first()?;
    let (length, rest) = if *first < 0x80 {
        (usize::from(*first), rest)
    } else {
        let (digits, rest) = rest.split_at_checked(usize::from(*first & 0x7F))?;
        if digits.len() > 3 {
            return None;
        }
        let fold = |all: usize, digit: &u8| (all << 8) | usize::from(*digit);
        (digits.iter().fold(0, fold), rest)
    };
    let (content, rest) = rest.split_at_checked(length)?;
    Some((*tag, content, rest))
}

/// The subjectPublicKeyInfo of a certificate (RFC 5280, section 4.1).
fn key_info(der: &[u8]) -> Option<&[u8]> {
    let (_, certificate, _) = element(der)?;
    let (_, mut rest, _) = element(certificate)?;
    // The version is there unless it is the first one.
    if let Some((0xA0, _, behind)) = element(rest) {
        rest = behind;
    }
    // Serial number, signature, issuer, validity, subject.
    for _ in 0..5 {
        (_, _, rest) = element(rest)?;
    }
    let (_, info, _) = element(rest)?;
    Some(info)
}

/// Why an assertion proves nothing: the number and the text of the refusal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Unproven {
    pub(super) number: u32,
    pub(super) text: String,
}

fn unproven(number: u32, text: impl Into<String>) -> Unproven {
    Unproven {
        number,
        text: text.into(),
    }
}

/// What an assertion is held against.
pub(super) struct Expected<'a> {
    pub(super) client: &'a str,
    pub(super) certificates: &'a [Certificate],
    /// Hosts that the token endpoint goes by, each perhaps with a port.
    pub(super) hosts: [&'a str; 2],
    /// What the tenant goes by in an address.
    pub(super) tenants: [&'a str; 2],
    /// The time, in seconds.
    pub(super) now: i64,
}

impl Expected<'_> {
    /// Whether an assertion proves that the application sent it.
    pub(super) fn check(&self, assertion: &str) -> Result<(), Unproven> {
        let malformed = || unproven(50_027, "JWT token is invalid or malformed.");
        let (content, signature) = assertion.rsplit_once('.').ok_or_else(malformed)?;
        let (header, claims) = content.split_once('.').ok_or_else(malformed)?;
        let read = |part: &str| -> Option<Value> {
            let bytes = URL_SAFE_NO_PAD.decode(part.trim_end_matches('=')).ok()?;
            let value: Value = serde_json::from_slice(&bytes).ok()?;
            value.is_object().then_some(value)
        };
        let header = read(header).ok_or_else(malformed)?;
        let claims = read(claims).ok_or_else(malformed)?;
        let algorithm = algorithm(&header)?;
        let certificate = self.certificate(&header)?;
        self.check_claims(&claims)?;
        let signature = URL_SAFE_NO_PAD.decode(signature.trim_end_matches('='));
        let signature = signature.map_err(|_| malformed())?;
        let key = UnparsedPublicKey::new(algorithm, &certificate.key);
        key.verify(content.as_bytes(), &signature).map_err(|_| {
            let text = "Client assertion failed signature validation. [Reason - The key used is \
                        not the one that signed the assertion.]";
            unproven(700_027, text)
        })
    }

    /// The certificate that a header names by its thumbprint.
    fn certificate(&self, header: &Value) -> Result<&Certificate, Unproven> {
        let named = |name: &str| header[name].as_str().map(|it| it.trim_end_matches('='));
        let (short, long, key) = (named("x5t"), named("x5t#S256"), named("kid"));
        if short.or(long).or(key).is_none() {
            let text = "Invalid JWT token. No certificate SHA-1 thumbprint, certificate SHA-256 \
                        thumbprint, nor keyId specified in token header.";
            return Err(unproven(5_002_723, text));
        }
        let is_named = |one: &&Certificate| {
            let (sha1, sha256) = (one.thumbprint(), one.thumbprint_256());
            let key_is = |key: &str| key.eq_ignore_ascii_case(&hex(&sha1)) || key == sha1;
            match (short, long) {
                (None, None) => key.is_some_and(key_is),
                _ => short.is_none_or(|it| it == sha1) && long.is_none_or(|it| it == sha256),
            }
        };
        self.certificates.iter().find(is_named).ok_or_else(|| {
            let shown = short.or(long).or(key).unwrap_or_default();
            let text = format!(
                "Client assertion failed signature validation. [Reason - The key was not found., \
                 Thumbprint of key used by client: '{}'. Please register it for the application.]",
                hex(shown)
            );
            unproven(700_027, text)
        })
    }

    fn check_claims(&self, claims: &Value) -> Result<(), Unproven> {
        let is_client = |name: &str| {
            let text = claims[name].as_str();
            text.is_some_and(|text| text.eq_ignore_ascii_case(self.client))
        };
        if !is_client("iss") || !is_client("sub") {
            let text = "Client assertion application identifier doesn't match 'client_id' \
                        parameter.";
            return Err(unproven(700_021, text));
        }
        let audience = claims["aud"].as_str().unwrap_or_default();
        if !self.is_here(audience) {
            let text = format!(
                "Client assertion audience claim does not match Realm issuer: '{audience}' is not \
                 an address of this token endpoint."
            );
            return Err(unproven(700_023, text));
        }
        // Time in a world may stand still or lie elsewhere, so that a beginning says nothing.
        // Some libraries write it with decimals.
        let end = claims["exp"].as_f64().map(|end| end as i64);
        if end.is_none_or(|end| end.saturating_add(SKEW_SECONDS) <= self.now) {
            let text = "Client assertion is not within its valid time range.";
            return Err(unproven(700_024, text));
        }
        Ok(())
    }

    /// Whether an address is the token endpoint's or the issuer's.
    fn is_here(&self, audience: &str) -> bool {
        let Some(rest) = audience.strip_prefix("https://") else {
            return false;
        };
        let (host, path) = rest.split_once('/').unwrap_or((rest, ""));
        let known = |all: &[&str], one: &str| all.iter().any(|it| it.eq_ignore_ascii_case(one));
        let (tenant, path) = path.split_once('/').unwrap_or((path, ""));
        let paths = ["", "v2.0", "oauth2/token", "oauth2/v2.0/token"];
        known(&self.hosts, host)
            && (known(&self.tenants, tenant) || known(&["common", "organizations"], tenant))
            && known(&paths, path.trim_end_matches('/'))
    }
}

fn algorithm(header: &Value) -> Result<&'static RsaParameters, Unproven> {
    let name = header["alg"].as_str().unwrap_or_default();
    Ok(match name {
        "RS256" => &signature::RSA_PKCS1_2048_8192_SHA256,
        "RS384" => &signature::RSA_PKCS1_2048_8192_SHA384,
        "RS512" => &signature::RSA_PKCS1_2048_8192_SHA512,
        "PS256" => &signature::RSA_PSS_2048_8192_SHA256,
        "PS384" => &signature::RSA_PSS_2048_8192_SHA384,
        "PS512" => &signature::RSA_PSS_2048_8192_SHA512,
        _ => {
            let text = format!(
                "Invalid JWT token. '{name}' is not a supported signature algorithm. Supported \
                 signing algorithms are: 'RS256, RS384, RS512, PS256, PS384, PS512'."
            );
            return Err(unproven(5_002_738, text));
        }
    })
}

/// A thumbprint as the portal shows it.
fn hex(thumbprint: &str) -> String {
    let bytes = URL_SAFE_NO_PAD.decode(thumbprint).unwrap_or_default();
    bytes.iter().fold(String::new(), |mut all, byte| {
        let _ = write!(all, "{byte:02X}");
        all
    })
}
