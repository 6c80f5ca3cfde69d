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
