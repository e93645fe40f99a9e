use super::*;
use kvs_api::protocol::{Credentials, Settings};
use kvs_api::video::{ApiName, GetDataEndpoint};
use std::path::PathBuf;

/// Settings that trust the authority of an emulator, and the file that tells it.
fn settings(emulator: &Emulator, name: &str) -> (Settings, PathBuf) {
    let bundle =
        std::env::temp_dir().join(format!("kvs-emulator-{name}-{}.pem", std::process::id()));
    std::fs::write(&bundle, emulator.authority().unwrap()).unwrap();
    let mut settings = Settings::new("eu-west-1");
    settings.credentials = Some(Credentials::new("emulator", "emulator"));
    settings.endpoint_url = Some(emulator.url().parse().unwrap());
    settings.ca_bundle = Some(bundle.clone());
    (settings, bundle)
}

fn started() -> Emulator {
    let builder = Emulator::builder().stream("cam", Stream::demo());
    builder.tls().start().unwrap()
}

#[test]
fn https_is_spoken_with_those_who_trust_the_authority() {
    let emulator = started();
    let (mut settings, bundle) = settings(&emulator, "trusted");
    assert!(emulator.url().starts_with("https://127.0.0.1:"));
    let client = kvs_ureq::Client::builder(&settings).build().unwrap();
    let endpoint = GetDataEndpoint {
        stream_name: Some("cam".into()),
        api_name: Some(ApiName::ListFragments),
        ..GetDataEndpoint::default()
    };
    let endpoint = client.send(endpoint).unwrap().data_endpoint;
    assert_eq!(endpoint.as_deref(), Some(emulator.url()));
    assert_eq!(
        client.send(list_all()).unwrap().fragments.unwrap().len(),
        15
    );

    let by_name = emulator.url().replace("127.0.0.1", "localhost");
    settings.endpoint_url = Some(by_name.parse().unwrap());
    let client = kvs_ureq::Client::builder(&settings).build().unwrap();
    client.send(list_all()).unwrap();
    std::fs::remove_file(bundle).unwrap();
}

#[test]
fn each_emulator_has_an_authority_of_its_own() {
    let (emulator, other) = (started(), started());
    assert_ne!(emulator.authority(), other.authority());
    let (mut settings, bundle) = settings(&emulator, "other");
    settings.endpoint_url = Some(other.url().parse().unwrap());
    settings.retry.max_attempts = 1;
    let client = kvs_ureq::Client::builder(&settings).build().unwrap();
    assert!(client.send(list_all()).is_err());
    std::fs::remove_file(bundle).unwrap();
    let plain = Emulator::builder().start().unwrap();
    assert_eq!(plain.authority(), None);
}
