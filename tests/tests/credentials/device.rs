//! The IoT credential provider: a device is known by its certificate.

use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::sync::{Arc, Mutex};

use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use rustls::pki_types::PrivateKeyDer;
use rustls::server::WebPkiClientVerifier;
use rustls::{RootCertStore, ServerConfig, ServerConnection, StreamOwned};

use super::*;

/// A provider that gives credentials to whoever shows a certificate of its authority.
struct Provider {
    port: u16,
    /// The authority's certificate, and a device's with its key.
    bundle: PathBuf,
    certificate: PathBuf,
    private_key: PathBuf,
    heads: Arc<Mutex<Vec<String>>>,
}

impl Provider {
    fn start(name: &str) -> Self {
        let key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::new(vec![]).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let authority = params.self_signed(&key).unwrap();
        let issuer = Issuer::new(params, key);
        let mut roots = RootCertStore::empty();
        roots.add(authority.der().clone()).unwrap();
        let config = server_config(roots, &issuer);

        let device = KeyPair::generate().unwrap();
        let params = CertificateParams::new(vec!["door".to_owned()]).unwrap();
        let certificate = params.signed_by(&device, &issuer).unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let provider = Self {
            port: listener.local_addr().unwrap().port(),
            bundle: file(&format!("{name}/ca.pem"), &authority.pem()),
            certificate: file(&format!("{name}/cert.pem"), &certificate.pem()),
            private_key: file(&format!("{name}/key.pem"), &device.serialize_pem()),
            heads: Arc::default(),
        };
        let heads = Arc::clone(&provider.heads);
        std::thread::spawn(move || {
            for socket in listener.incoming().map_while(Result::ok) {
                let connection = ServerConnection::new(Arc::clone(&config)).unwrap();
                // Whoever shows no certificate is not served.
                let _ = answer(StreamOwned::new(connection, socket), &heads);
            }
        });
        provider
    }

    fn cloud(&self) -> Cloud {
        let endpoint = format!("localhost:{}", self.port);
        Cloud::new()
            .set("AWS_IOT_CORE_CREDENTIAL_ENDPOINT", endpoint)
            .set("AWS_IOT_CORE_CERT", text(&self.certificate))
            .set("AWS_IOT_CORE_PRIVATE_KEY", text(&self.private_key))
            .set("AWS_IOT_CORE_ROLE_ALIAS", "camera")
            .set("AWS_IOT_CORE_THING_NAME", "door")
    }

    /// Both drivers, trusting the authority.
    fn drivers(&self, cloud: &Cloud) -> Vec<Driver> {
        let mut settings = cloud.settings();
        settings.ca_bundle = Some(self.bundle.clone());
        let drivers = DRIVERS_IN.map(|start| start(&settings, cloud.variables.clone()).0);
        drivers.into_iter().collect()
    }
}

fn server_config(roots: RootCertStore, issuer: &Issuer<'_, KeyPair>) -> Arc<ServerConfig> {
    let key = KeyPair::generate().unwrap();
    let params = CertificateParams::new(vec!["localhost".to_owned()]).unwrap();
    let certificate = params.signed_by(&key, issuer).unwrap();
    let key = PrivateKeyDer::try_from(key.serialize_der()).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let verifier = WebPkiClientVerifier::builder_with_provider(roots.into(), provider.clone());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_client_cert_verifier(verifier.build().unwrap())
        .with_single_cert(vec![certificate.der().clone()], key);
    Arc::new(config.unwrap())
}

fn answer(
    mut stream: StreamOwned<ServerConnection, std::net::TcpStream>,
    heads: &Mutex<Vec<String>>,
) -> std::io::Result<()> {
    let mut head = String::new();
    let mut reader = BufReader::new(&mut stream);
    while !head.ends_with("\r\n\r\n") {
        if reader.read_line(&mut head)? == 0 {
            return Ok(());
        }
    }
    heads.lock().unwrap().push(head);
    let expiration = in_time(Duration::from_secs(3_600));
    let body = serde_json::json!({ "credentials": {
        "accessKeyId": "DEVICE",
        "secretAccessKey": "secret",
        "sessionToken": "token",
        "expiration": expiration,
    } });
    let body = body.to_string();
    let length = body.len();
    write!(
        stream,
        "HTTP/1.1 200 OK\r\ncontent-length: {length}\r\n\r\n{body}"
    )?;
    stream.flush()
}

#[test]
fn a_device_is_known_by_its_certificate() {
    let provider = Provider::start("device");
    let cloud = provider.cloud();
    for driver in provider.drivers(&cloud) {
        describe(&driver).unwrap();
        describe(&driver).unwrap();
    }
    assert_eq!(cloud.signers(), ["DEVICE"; 4]);
    let heads = provider.heads.lock().unwrap();
    assert_eq!(heads.len(), 2);
    for head in &*heads {
        let head = head.to_ascii_lowercase();
        let line = "get /role-aliases/camera/credentials http/1.1\r\n";
        assert!(head.starts_with(line), "{head}");
        assert!(head.contains("x-amzn-iot-thingname: door\r\n"), "{head}");
        let host = format!("host: localhost:{}\r\n", provider.port);
        assert!(head.contains(&host), "{head}");
    }
}

#[test]
fn a_certificate_of_another_authority_is_refused() {
    let provider = Provider::start("refused-device");
    let other = Provider::start("other-device");
    let cloud = provider
        .cloud()
        .set("AWS_IOT_CORE_CERT", text(&other.certificate))
        .set("AWS_IOT_CORE_PRIVATE_KEY", text(&other.private_key));
    for driver in provider.drivers(&cloud) {
        let told = describe(&driver).unwrap_err().to_string();
        let (_, iot) = told.split_once("; IoT: ").unwrap();
        assert!(iot.starts_with("https://localhost:"), "{told}");
    }
    assert!(provider.heads.lock().unwrap().is_empty());
}

#[test]
fn files_that_hold_no_identity_are_named() {
    let provider = Provider::start("odd-device");
    let odd = text(&file("odd-device/odd.pem", "hunter2"));
    for (variable, expected) in [
        ("AWS_IOT_CORE_CERT", "certificate"),
        ("AWS_IOT_CORE_PRIVATE_KEY", "the private key is not in PEM"),
    ] {
        let cloud = provider.cloud().set(variable, odd.clone());
        for driver in provider.drivers(&cloud) {
            let told = describe(&driver).unwrap_err().to_string();
            assert!(told.contains(expected), "{told}");
            assert!(!told.contains("hunter2"), "{told}");
        }
    }
}
