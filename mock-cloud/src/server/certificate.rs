//! Certificates of our own: an authority made at start, and a leaf for the names it answers to.

use std::sync::Arc;

use rcgen::{
    BasicConstraints, CertificateParams, DistinguishedName, DnType, ExtendedKeyUsagePurpose, IsCa,
    Issuer, KeyPair, KeyUsagePurpose,
};
use rustls::ServerConfig;
use rustls::pki_types::PrivateKeyDer;

/// The names that clients of the real service call: a client that is led here by `hosts`, DNS or
/// a proxy finds a certificate for them.
pub const SERVICE_NAMES: [&str; 8] = [
    "graph.microsoft.com",
    "login.microsoftonline.com",
    "login.microsoft.com",
    "login.windows.net",
    "sts.windows.net",
    "graph.windows.net",
    "management.azure.com",
    "management.core.windows.net",
];

/// The names of this machine.
const LOCAL_NAMES: [&str; 3] = ["localhost", "127.0.0.1", "::1"];

/// What a TLS listener needs, and what its clients have to trust.
#[derive(Debug, Clone)]
pub struct Identity {
    /// The certificate of the authority, as PEM.
    pub authority: String,
    pub(super) tls: Arc<ServerConfig>,
}

/// Why no certificate could be made.
#[derive(Debug, thiserror::Error)]
pub enum CertificateError {
    /// A name is none, or the key could not be made.
    #[error("no certificate can be made: {0}")]
    Certificate(#[from] rcgen::Error),
    /// The TLS library refuses what was made.
    #[error("no TLS configuration can be made: {0}")]
    Tls(#[from] rustls::Error),
}

/// Makes an authority and a certificate for this machine, the real service's names and more
/// `names`, valid around a year. Keys are random: this is the edge.
pub fn identity(names: &[String], year: i16) -> Result<Identity, CertificateError> {
    let year = i32::from(year);
    let called = |common_name: &str| {
        let mut name = DistinguishedName::new();
        name.push(DnType::CommonName, common_name);
        name.push(DnType::OrganizationName, "mock-cloud, for tests only");
        name
    };
    let mut authority = CertificateParams::default();
    authority.distinguished_name = called("mock-cloud test authority");
    authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    authority.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    authority.not_before = rcgen::date_time_ymd(year - 1, 1, 1);
    authority.not_after = rcgen::date_time_ymd(year + 9, 1, 1);
    let authority_key = KeyPair::generate()?;
    let authority_certificate = authority.self_signed(&authority_key)?;
    let issuer = Issuer::new(authority, authority_key);

    let own = LOCAL_NAMES
        .into_iter()
        .chain(SERVICE_NAMES)
        .map(str::to_owned);
    let mut leaf = CertificateParams::new(own.chain(names.iter().cloned()).collect::<Vec<_>>())?;
    leaf.distinguished_name = called("mock-cloud");
    leaf.use_authority_key_identifier_extension = true;
    leaf.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    leaf.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    leaf.not_before = rcgen::date_time_ymd(year, 1, 1);
    leaf.not_after = rcgen::date_time_ymd(year + 2, 1, 1);
    let leaf_key = KeyPair::generate()?;
    let leaf = leaf.signed_by(&leaf_key, &issuer)?;

    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let key = PrivateKeyDer::try_from(leaf_key.serialize_der())
        .map_err(|text| rustls::Error::General(text.to_owned()))?;
    let mut tls = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_no_client_auth()
        .with_single_cert(
            vec![leaf.der().clone(), authority_certificate.der().clone()],
            key,
        )?;
    tls.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(Identity {
        authority: authority_certificate.pem(),
        tls: Arc::new(tls),
    })
}
