//! Whom to trust.

use std::path::Path;
use std::sync::Arc;

use kvs_archive::api::protocol::Invalid;
use kvs_archive::api::protocol::credentials::Identity;
use rustls::client::WantsClientCert;
use rustls::crypto::ring;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ClientConfig, ConfigBuilder, RootCertStore};

/// The roots that servers' certificates lead to.
#[derive(Debug, Clone)]
pub(crate) struct Trust(Arc<RootCertStore>);

impl Trust {
    /// Trust in the certificates of `roots`, in PEM, in those of `ca_bundle`, or in the usual roots.
    pub(crate) fn new(roots: Option<&[u8]>, ca_bundle: Option<&Path>) -> Result<Self, Invalid> {
        let roots = match (roots, ca_bundle) {
            (Some(pem), _) => store(pem).map_err(|why| Invalid::new("the bundle of roots", why))?,
            (None, Some(file)) => read_bundle(file)?,
            (None, None) => usual_roots()?,
        };
        Ok(Self(Arc::new(roots)))
    }

    /// For a client that does not say who it is.
    pub(crate) fn anonymous(&self) -> Result<Arc<ClientConfig>, Invalid> {
        Ok(Arc::new(self.begin()?.with_no_client_auth()))
    }

    /// For a client that shows who it is.
    pub(crate) fn identified(&self, identity: &Identity) -> Result<Arc<ClientConfig>, Invalid> {
        let chain = CertificateDer::pem_slice_iter(identity.certificate.as_bytes());
        let chain: Result<Vec<_>, _> = chain.collect();
        let chain = chain.map_err(|_| Invalid::new("the certificate", "is not in PEM"))?;
        let key = PrivateKeyDer::from_pem_slice(identity.private_key.as_bytes());
        let key = key.map_err(|_| Invalid::new("the private key", "is not in PEM"))?;
        let config = self.begin()?.with_client_auth_cert(chain, key);
        let config = config.map_err(|error| {
            Invalid::new(
                "the certificate and its key",
                format!("do not serve: {error}"),
            )
        })?;
        Ok(Arc::new(config))
    }

    fn begin(&self) -> Result<ConfigBuilder<ClientConfig, WantsClientCert>, Invalid> {
        // Named, since a program may link several providers, and then none is the default.
        let provider = Arc::new(ring::default_provider());
        let builder = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(|error| Invalid::new("TLS", format!("cannot be set up: {error}")))?;
        Ok(builder.with_root_certificates(Arc::clone(&self.0)))
    }
}

fn read_bundle(file: &Path) -> Result<RootCertStore, Invalid> {
    let invalid =
        |problem: String| Invalid::new("AWS_CA_BUNDLE", format!("{}: {problem}", file.display()));
    let pem = std::fs::read(file).map_err(|error| invalid(error.to_string()))?;
    store(&pem).map_err(invalid)
}

fn store(pem: &[u8]) -> Result<RootCertStore, String> {
    let mut roots = RootCertStore::empty();
    for certificate in CertificateDer::pem_slice_iter(pem) {
        let certificate = certificate.map_err(|error| error.to_string())?;
        let added = roots.add(certificate);
        added.map_err(|error| error.to_string())?;
    }
    if roots.is_empty() {
        return Err("holds no PEM certificate".to_owned());
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
