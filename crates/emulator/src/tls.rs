//! HTTPS, with an authority of its own.

use std::io;
use std::net::IpAddr;
use std::sync::Arc;

use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair, KeyUsagePurpose};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::PrivateKeyDer;

/// Whom a certificate is for wherever the emulator listens.
const LOCAL: [&str; 3] = ["localhost", "127.0.0.1", "::1"];

/// An authority that is made for one emulator, and what it vouches for.
pub(crate) struct Authority {
    /// Its certificate, for clients to trust.
    pub(crate) pem: String,
    pub(crate) acceptor: TlsAcceptor,
}

impl Authority {
    /// For an emulator that listens on this address. Its keys are nowhere but in memory.
    pub(crate) fn generate(address: IpAddr) -> io::Result<Self> {
        let key = KeyPair::generate().map_err(io::Error::other)?;
        let mut params = CertificateParams::new(Vec::new()).map_err(io::Error::other)?;
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        params
            .distinguished_name
            .push(DnType::CommonName, "kvs emulator");
        let certificate = params.self_signed(&key).map_err(io::Error::other)?;
        let config = config(address, &Issuer::new(params, key))?;
        Ok(Self {
            pem: certificate.pem(),
            acceptor: TlsAcceptor::from(Arc::new(config)),
        })
    }
}

fn config(address: IpAddr, issuer: &Issuer<'_, KeyPair>) -> io::Result<ServerConfig> {
    let key = KeyPair::generate().map_err(io::Error::other)?;
    let mut names = LOCAL.map(str::to_owned).to_vec();
    let address = address.to_string();
    if !names.contains(&address) {
        names.push(address);
    }
    let params = CertificateParams::new(names).map_err(io::Error::other)?;
    let certificate = params.signed_by(&key, issuer).map_err(io::Error::other)?;
    let key = PrivateKeyDer::try_from(key.serialize_der()).map_err(io::Error::other)?;
    ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(io::Error::other)?
        .with_no_client_auth()
        .with_single_cert(vec![certificate.der().clone()], key)
        .map_err(io::Error::other)
}
