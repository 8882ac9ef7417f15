//! The key that tokens are signed with.

use std::cell::OnceCell;
use std::convert::Infallible;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rsa::pkcs1v15::SigningKey as Pkcs1SigningKey;
use rsa::rand_core::{TryCryptoRng, TryRng};
use rsa::sha2::Sha256;
use rsa::signature::{SignatureEncoding as _, Signer as _};
use rsa::traits::PublicKeyParts as _;
use rsa::{PrivateKey, PublicKey};
use serde_json::{Value, json};
use store::Entropy;

/// How long the modulus is: the shortest that clients take.
const BITS: usize = 2048;

/// An RSA key for RS256, made when it is first needed, from a seed: equal seeds give equal
/// tokens. It protects nothing.
#[derive(Debug)]
pub(super) struct SigningKey {
    seed: u64,
    made: OnceCell<Made>,
}

#[derive(Debug)]
struct Made {
    signer: Pkcs1SigningKey<Sha256>,
    public: PublicKey,
}

impl SigningKey {
    pub(super) const fn new(seed: u64) -> Self {
        Self {
            seed,
            made: OnceCell::new(),
        }
    }

    fn made(&self) -> Option<&Made> {
        if self.made.get().is_none() {
            let mut source = Source(Entropy::new(self.seed ^ 0x6b65_7921));
            let key = PrivateKey::new(&mut source, BITS).ok()?;
            let made = Made {
                public: key.to_public_key(),
                signer: Pkcs1SigningKey::new(key),
            };
            // Nobody else can have set it meanwhile.
            let _ = self.made.set(made);
        }
        self.made.get()
    }

    /// The name of the key in tokens and in the key set.
    pub(super) fn id(&self) -> String {
        let mut entropy = Entropy::new(self.seed ^ 0x6b69_6421);
        URL_SAFE_NO_PAD.encode(entropy.next_uuid())
    }

    /// A JSON web token with these claims.
    pub(super) fn sign(&self, claims: &Value) -> String {
        let header = json!({ "typ": "JWT", "alg": "RS256", "x5t": self.id(), "kid": self.id() });
        let encode = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let content = format!("{}.{}", encode(&header), encode(claims));
        let signature = self.made().map(|made| made.signer.sign(content.as_bytes()));
        let signature = signature.map(|it| it.to_vec()).unwrap_or_default();
        format!("{content}.{}", URL_SAFE_NO_PAD.encode(signature))
    }

    /// The JSON web key set.
    pub(super) fn key_set(&self, issuer: &str) -> Value {
        let Some(made) = self.made() else {
            return json!({ "keys": [] });
        };
        let number = |bytes: Box<[u8]>| {
            let first = bytes.iter().position(|byte| *byte != 0).unwrap_or_default();
            URL_SAFE_NO_PAD.encode(&bytes[first..])
        };
        json!({ "keys": [{
            "kty": "RSA",
            "use": "sig",
            "kid": self.id(),
            "x5t": self.id(),
            "n": number(made.public.n_bytes()),
            "e": number(made.public.e_bytes()),
            "issuer": issuer,
        }] })
    }
}

/// Entropy as the key generator wants it.
struct Source(Entropy);

impl TryRng for Source {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        Ok(self.0.next_u64() as u32)
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        Ok(self.0.next_u64())
    }

    fn try_fill_bytes(&mut self, into: &mut [u8]) -> Result<(), Infallible> {
        for chunk in into.chunks_mut(8) {
            let bytes = self.0.next_u64().to_le_bytes();
            chunk.copy_from_slice(&bytes[..chunk.len()]);
        }
        Ok(())
    }
}

impl TryCryptoRng for Source {}
