//! Whom to trust.

use std::path::Path;

use kvs_archive::api::protocol::Invalid;
use kvs_archive::api::protocol::credentials::Identity;
use ureq::tls::{Certificate, ClientCert, PemItem, PrivateKey, RootCerts, TlsConfig, parse_pem};

/// Trust in the certificates of `roots`, in PEM, in those of `ca_bundle`, or in the usual roots.
pub(crate) fn config(roots: Option<&[u8]>, ca_bundle: Option<&Path>) -> Result<TlsConfig, Invalid> {
    let roots = match (roots, ca_bundle) {
        (Some(pem), _) => {
            let certificates = certificates(pem);
            let certificates =
                certificates.map_err(|why| Invalid::new("the bundle of roots", why))?;
            RootCerts::new_with_certs(&certificates)
        }
        (None, Some(file)) => RootCerts::new_with_certs(&read_bundle(file)?),
        (None, None) => usual_roots()?,
    };
    Ok(TlsConfig::builder().root_certs(roots).build())
}

/// The same trust, for a client that shows who it is.
pub(crate) fn identified(tls: &TlsConfig, identity: &Identity) -> Result<TlsConfig, Invalid> {
    let invalid = |what: &str| Invalid::new(what, "is not in PEM");
    let mut chain = Vec::new();
    for item in parse_pem(identity.certificate.as_bytes()) {
        if let PemItem::Certificate(one) = item.map_err(|_| invalid("the certificate"))? {
            chain.push(one);
        }
    }
    if chain.is_empty() {
        return Err(invalid("the certificate"));
    }
    let key = PrivateKey::from_pem(identity.private_key.as_bytes());
    let key = key.map_err(|_| invalid("the private key"))?;
    let client = ClientCert::new_with_certs(&chain, key);
    let roots = tls.root_certs().clone();
    Ok(TlsConfig::builder()
        .root_certs(roots)
        .client_cert(Some(client))
        .build())
}

fn read_bundle(file: &Path) -> Result<Vec<Certificate<'static>>, Invalid> {
    let invalid =
        |problem: String| Invalid::new("AWS_CA_BUNDLE", format!("{}: {problem}", file.display()));
    let pem = std::fs::read(file).map_err(|error| invalid(error.to_string()))?;
    certificates(&pem).map_err(invalid)
}

fn certificates(pem: &[u8]) -> Result<Vec<Certificate<'static>>, String> {
    let mut certificates = Vec::new();
    for item in parse_pem(pem) {
        if let PemItem::Certificate(one) = item.map_err(|error| error.to_string())? {
            certificates.push(one);
        }
    }
    if certificates.is_empty() {
        return Err("holds no PEM certificate".to_owned());
    }
    Ok(certificates)
}

#[cfg(not(feature = "native-roots"))]
fn usual_roots() -> Result<RootCerts, Invalid> {
    Ok(RootCerts::WebPki)
}

#[cfg(feature = "native-roots")]
fn usual_roots() -> Result<RootCerts, Invalid> {
    let found = rustls_native_certs::load_native_certs();
    if found.certs.is_empty() {
        let problem = match found.errors.first() {
            Some(error) => format!("cannot be read: {error}"),
            None => "are empty".to_owned(),
        };
        return Err(Invalid::new("the operating system's roots", problem));
    }
    let certificates = found.certs.iter();
    let certificates: Vec<_> = certificates
        .map(|der| Certificate::from_der(der).to_owned())
        .collect();
    Ok(RootCerts::new_with_certs(&certificates))
}
