//! TLS by rustls and ring, with the system's roots loaded at the first handshake and not before.
//!
//! Loading the roots costs tens of milliseconds, which a program that talks to a server on this machine, or to
//! none, need not pay. Nothing here touches the process-wide provider of rustls.

use std::fmt;
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{ClientConfig, DigitallySignedStruct, SignatureScheme};
use rustls_platform_verifier::Verifier;

use crate::error::{BuildError, BuildErrorKind};

/// The verifier that a set of options and all its copies share.
#[derive(Clone)]
pub(crate) struct SharedVerifier(Arc<LazyVerifier>);

impl Default for SharedVerifier {
    fn default() -> Self {
        static SYSTEM: LazyLock<Arc<LazyVerifier>> =
            LazyLock::new(|| Arc::new(LazyVerifier::new(Vec::new())));
        Self(SYSTEM.clone())
    }
}

impl SharedVerifier {
    pub(crate) fn with_roots(&self, pem: &[u8]) -> Result<Self, BuildError> {
        let more: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(pem).collect();
        let more = more.map_err(|_| BuildErrorKind::RootCertificate)?;
        // Read them into a root store now, so that a broken one is an error here and not at the first request.
        let mut trial = rustls::RootCertStore::empty();
        if more.is_empty() || more.iter().any(|root| trial.add(root.clone()).is_err()) {
            return Err(BuildErrorKind::RootCertificate.into());
        }
        let roots = self.0.extra_roots.iter().cloned().chain(more).collect();
        Ok(Self(Arc::new(LazyVerifier::new(roots))))
    }
}

/// The configuration of one client.
pub(crate) fn config(verifier: &SharedVerifier) -> Result<ClientConfig, BuildError> {
    let mut config = ClientConfig::builder_with_provider(verifier.0.provider.clone())
        .with_protocol_versions(&[&rustls::version::TLS13, &rustls::version::TLS12])
        .map_err(|error| BuildErrorKind::Http(error.into()))?
        .dangerous()
        .with_custom_certificate_verifier(verifier.0.clone())
        .with_no_client_auth();
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(config)
}

struct LazyVerifier {
    provider: Arc<CryptoProvider>,
    extra_roots: Vec<CertificateDer<'static>>,
    // Only success is remembered: a machine whose roots appear later need not restart the program.
    loaded: Mutex<Option<Arc<Verifier>>>,
}

impl LazyVerifier {
    fn new(extra_roots: Vec<CertificateDer<'static>>) -> Self {
        Self {
            provider: Arc::new(rustls::crypto::ring::default_provider()),
            extra_roots,
            loaded: Mutex::new(None),
        }
    }

    fn verifier(&self) -> Result<Arc<Verifier>, rustls::Error> {
        let mut loaded = self.loaded.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(verifier) = &*loaded {
            return Ok(verifier.clone());
        }
        let verifier = if self.extra_roots.is_empty() {
            Verifier::new(self.provider.clone())?
        } else {
            with_extra_roots(&self.extra_roots, &self.provider)?
        };
        Ok(loaded.insert(Arc::new(verifier)).clone())
    }
}

#[cfg(not(target_os = "android"))]
fn with_extra_roots(
    roots: &[CertificateDer<'static>],
    provider: &Arc<CryptoProvider>,
) -> Result<Verifier, rustls::Error> {
    Verifier::new_with_extra_roots(roots.iter().cloned(), provider.clone())
}

#[cfg(target_os = "android")]
fn with_extra_roots(
    _: &[CertificateDer<'static>],
    _: &Arc<CryptoProvider>,
) -> Result<Verifier, rustls::Error> {
    Err(rustls::Error::General(
        "Android trusts further certificates through its own settings only".to_owned(),
    ))
}

impl fmt::Debug for LazyVerifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LazyVerifier")
            .field("extra_roots", &self.extra_roots.len())
            .finish_non_exhaustive()
    }
}

impl ServerCertVerifier for LazyVerifier {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        self.verifier()?
            .verify_server_cert(end_entity, intermediates, server_name, ocsp_response, now)
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls12_signature(
            message,
            cert,
            dss,
            &self.provider.signature_verification_algorithms,
        )
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls13_signature(
            message,
            cert,
            dss,
            &self.provider.signature_verification_algorithms,
        )
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider
            .signature_verification_algorithms
            .supported_schemes()
    }
}

#[cfg(test)]
mod tests {
    use std::io::{Read, Write};
    use std::net::TcpListener;

    use rustls::pki_types::PrivateKeyDer;
    use rustls::{ServerConfig, ServerConnection, SupportedProtocolVersion};

    use super::*;
    use crate::base_url::BaseUrl;
    use crate::http::{HttpOptions, client};

    const AUTHORITY: &[u8] = include_bytes!("../tests/tls/ca.pem");
    const SERVER: &[u8] = include_bytes!("../tests/tls/server.pem");
    const SERVER_KEY: &[u8] = include_bytes!("../tests/tls/server.key");

    /// Answers one request on a connection whose certificate is for `localhost`, and tells the protocol that was
    /// agreed on.
    fn server(
        versions: &[&'static SupportedProtocolVersion],
    ) -> (u16, std::thread::JoinHandle<Option<Vec<u8>>>) {
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let chain = CertificateDer::pem_slice_iter(SERVER)
            .collect::<Result<_, _>>()
            .unwrap();
        let mut config = ServerConfig::builder_with_provider(provider)
            .with_protocol_versions(versions)
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(chain, PrivateKeyDer::from_pem_slice(SERVER_KEY).unwrap())
            .unwrap();
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let serving = std::thread::spawn(move || {
            let (mut socket, _) = listener.accept().unwrap();
            let mut connection = ServerConnection::new(Arc::new(config)).unwrap();
            connection.complete_io(&mut socket).ok()?;
            let agreed = connection.alpn_protocol().map(<[u8]>::to_vec);
            let mut stream = rustls::Stream::new(&mut connection, &mut socket);
            let mut request = [0; 4096];
            let read = stream.read(&mut request).ok()?;
            assert!(
                request[..read].starts_with(b"GET /x HTTP/1.1"),
                "the request came whole"
            );
            stream
                .write_all(b"HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n")
                .ok()?;
            agreed
        });
        (port, serving)
    }

    async fn get(options: &HttpOptions, host: &str, port: u16) -> Result<u16, reqwest::Error> {
        let base = BaseUrl::parse(&format!("https://{host}:{port}")).unwrap();
        let client = client(options, &base).unwrap();
        client
            .get(base.endpoint("/x"))
            .send()
            .await
            .map(|response| response.status().as_u16())
    }

    #[tokio::test]
    async fn a_certificate_of_an_added_authority_is_accepted() {
        let options = HttpOptions::default().add_root_pem(AUTHORITY).unwrap();
        for version in [&rustls::version::TLS12, &rustls::version::TLS13] {
            let (port, serving) = server(&[version]);
            assert_eq!(get(&options, "localhost", port).await.unwrap(), 204);
            assert_eq!(
                serving.join().unwrap().as_deref(),
                Some(&b"http/1.1"[..]),
                "both sides agreed by ALPN"
            );
        }
    }

    #[tokio::test]
    async fn an_unknown_authority_and_another_name_are_refused() {
        let known = HttpOptions::default().add_root_pem(AUTHORITY).unwrap();
        for (options, host) in [(HttpOptions::default(), "localhost"), (known, "127.0.0.1")] {
            let (port, serving) = server(rustls::ALL_VERSIONS);
            assert!(
                get(&options, host, port).await.unwrap_err().is_connect(),
                "{host}"
            );
            assert_eq!(serving.join().unwrap(), None, "no request was sent");
        }
    }

    #[test]
    fn building_a_client_loads_no_roots_and_copies_share_them() {
        let verifier = SharedVerifier::default().with_roots(AUTHORITY).unwrap();
        config(&verifier).unwrap();
        assert!(verifier.0.loaded.lock().unwrap().is_none());
        let first = verifier.0.verifier().unwrap();
        let copy = verifier.clone();
        assert!(Arc::ptr_eq(&first, &copy.0.verifier().unwrap()));
        assert!(Arc::ptr_eq(
            &SharedVerifier::default().0,
            &SharedVerifier::default().0
        ));
    }

    #[test]
    fn what_is_no_certificate_is_refused_at_once() {
        let broken = b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
        let endless = b"-----BEGIN CERTIFICATE-----\nAAAA";
        for pem in [&b""[..], b"canary", SERVER_KEY, broken, endless] {
            let error = HttpOptions::default().add_root_pem(pem).unwrap_err();
            assert_eq!(
                error.to_string(),
                "no certificate could be read from the PEM text"
            );
        }
    }
}
