//! A session whose tokens are encrypted with a key of the keyring, from login to logout.

use aipass::{Client, KeyringProblem, KeyringStore, StoreError};
use aipass_sandbox::Sandbox;
use keyring_core::{CredentialStore, api::CredentialStoreApi as _, mock};
use std::{collections::HashMap, sync::Arc};

const CALLBACK: &str = "myapp://auth/callback";

#[tokio::test]
async fn a_session_lives_in_the_keyring_and_the_file_from_login_to_logout() {
    let (sandbox, folder) = (Sandbox::start().await.unwrap(), tempfile::tempdir().unwrap());
    let keyring = mock::Store::new().unwrap();
    let request = aipass_auth::ClientRegistration::new("Test App", CALLBACK)
        .with_scopes(["api:access", "profile:read"]);
    let client_id = aipass_auth::register_client(sandbox.base_url(), &request, None)
        .await
        .unwrap()
        .client_id;
    // Each is a new start of the program.
    let program = || {
        let store = KeyringStore::new(keyring.clone() as Arc<CredentialStore>, folder.path());
        Client::builder()
            .base_url(sandbox.base_url())
            .client_id(&client_id)
            .token_store(store)
            .build()
            .unwrap()
    };
    let first = program();
    let auth = first.auth().unwrap();
    let (url, pending) = auth.begin(CALLBACK).unwrap();
    let visit = sandbox.approve(url.as_str()).await.unwrap();
    auth.complete(pending, visit.callback_url()).await.unwrap();

    sandbox.expire_access_tokens();
    assert!(!program().models().await.unwrap().is_empty());
    assert!(!program().models().await.unwrap().is_empty());
    assert_eq!(sandbox.counts().refresh_requests, 1);
    for file in std::fs::read_dir(folder.path()).unwrap() {
        let text = std::fs::read_to_string(file.unwrap().path()).unwrap();
        assert!(!text.contains("sbx_"), "no token stands on the disk in clear");
    }

    // A keyring that is locked for a moment ends no session.
    for entry in keyring.search(&HashMap::new()).unwrap() {
        let cred: &mock::Cred = entry.as_any().downcast_ref().unwrap();
        cred.set_error(keyring_core::Error::NoStorageAccess("locked".into()));
    }
    let next = program();
    let error = next.auth().unwrap().session().await.unwrap_err();
    assert!(
        matches!(
            error.store_error(),
            Some(StoreError::Keyring {
                problem: KeyringProblem::Locked,
                ..
            })
        ),
        "{error:?}"
    );
    assert!(next.session().await.unwrap().is_some());

    assert!(next.logout().await.unwrap().is_complete());
    assert!(program().session().await.unwrap().is_none());
    let kept = keyring.search(&HashMap::new()).unwrap();
    assert!(
        kept.iter().all(|entry| entry.get_password().is_err()),
        "signing out leaves no key"
    );
}
