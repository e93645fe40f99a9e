//! Whom to trust.

use std::path::Path;
use std::sync::Arc;

use kvs_archive::api::protocol::Invalid;
use rustls::crypto::ring;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::{ClientConfig, RootCertStore};

/// Trust in the certificates of `ca_bundle`, or in the usual roots.
pub(crate) fn config(ca_bundle: Option<&Path>) -> Result<Arc<ClientConfig>, Invalid> {
    let roots = match ca_bundle {
        Some(file) => read_bundle(file)?,
        None => usual_roots()?,
    };
    // Named, since a program may link several providers, and then none is the default.
    let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|error| Invalid::new("TLS", format!("cannot be set up: {error}")))?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(Arc::new(config))
}

fn read_bundle(file: &Path) -> Result<RootCertStore, Invalid> {
    let invalid =
        |problem: String| Invalid::new("AWS_CA_BUNDLE", format!("{}: {problem}", file.display()));
    let pem = std::fs::read(file).map_err(|error| invalid(error.to_string()))?;
    let mut roots = RootCertStore::empty();
    for certificate in CertificateDer::pem_slice_iter(&pem) {
        let certificate = certificate.map_err(|error| invalid(error.to_string()))?;
        let added = roots.add(certificate);
        added.map_err(|error| invalid(error.to_string()))?;
    }
    if roots.is_empty() {
        return Err(invalid("holds no PEM certificate".to_owned()));
    }
    Ok(roots)
}

#[cfg(not(feature = "native-roots"))]
fn usual_roots() -> Result<RootCertStore, Invalid> {
    Ok(webpki_roots::TLS_SERVER_ROOTS.iter().cloned().collect())
}

#[cfg(feature = "native-roots")]
fn usual_roots() -> Result<RootCertStore, Invalid> {
    let found = rustls_native_certs::load_native_certs();
    let mut roots = RootCertStore::empty();
    // Every system has some that are too old to be read.
    roots.add_parsable_certificates(found.certs);
    if roots.is_empty() {
        let problem = match found.errors.first() {
            Some(error) => format!("cannot be read: {error}"),
            None => "are empty".to_owned(),
        };
        return Err(Invalid::new("the operating system's roots", problem));
    }
    Ok(roots)
}
