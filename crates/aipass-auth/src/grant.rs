//! The OAuth requests themselves, by the `oauth2` crate: the authorize URL, the code exchange and the renewal.

use std::borrow::Cow;
use std::fmt;
use std::time::Duration;

use oauth2::basic::{BasicRevocationErrorResponse, BasicTokenIntrospectionResponse, BasicTokenType};
use oauth2::{
    AuthType, AuthUrl, AuthorizationCode, Client, ClientId, ClientSecret, CsrfToken, EndpointNotSet,
    EndpointSet, PkceCodeChallenge, PkceCodeVerifier, RedirectUrl, RequestTokenError, Scope,
    StandardRevocableToken, TokenResponse, TokenUrl,
};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use url::Url;
use zeroize::Zeroize;

use crate::answer::CarriedRefusal;
use crate::discovery::Endpoints;
use crate::error::{AuthError, Kind};
use crate::flow::is_scope;
use crate::secret::{Secret, is_header_safe};
use crate::tokens::FreshTokens;
use crate::wire::Wire;

type OauthClient = Client<
    CarriedRefusal,
    TokenAnswer,
    BasicTokenIntrospectionResponse,
    StandardRevocableToken,
    BasicRevocationErrorResponse,
    EndpointSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointSet,
>;

/// One client at one authorization server.
pub(crate) struct Grants {
    client: OauthClient,
    pub(crate) revocation: Url,
    pub(crate) wire: Wire,
}

/// What the authorize URL is made of.
pub(crate) struct AuthorizeRequest<'a> {
    pub(crate) redirect_uri: &'a RedirectUrl,
    pub(crate) scopes: &'a [String],
    pub(crate) mode: Option<&'static str>,
    pub(crate) verifier: &'a Secret,
    pub(crate) state: &'a Secret,
}

impl Grants {
    pub(crate) fn new(
        endpoints: Endpoints,
        client_id: &str,
        client_secret: Option<&Secret>,
        wire: Wire,
    ) -> Self {
        let mut client: OauthClient = Client::new(ClientId::new(client_id.to_owned()))
            // The default would move the client id of a confidential client out of the body.
            .set_auth_type(AuthType::RequestBody)
            .set_auth_uri(AuthUrl::from_url(endpoints.authorization))
            .set_token_uri(TokenUrl::from_url(endpoints.token));
        if let Some(secret) = client_secret {
            client = client.set_client_secret(ClientSecret::new(secret.expose_secret().to_owned()));
        }
        Self {
            client,
            revocation: endpoints.revocation,
            wire,
        }
    }

    /// The page that asks the person (RFC 6749, section 4.1.1, with S256 of RFC 7636). There is no way to leave
    /// PKCE out.
    pub(crate) fn authorize_url(&self, request: &AuthorizeRequest<'_>) -> Url {
        let verifier = PkceCodeVerifier::new(request.verifier.expose_secret().to_owned());
        let state = CsrfToken::new(request.state.expose_secret().to_owned());
        let mut authorize = self
            .client
            .authorize_url(|| state)
            .add_scopes(request.scopes.iter().cloned().map(Scope::new))
            .set_pkce_challenge(PkceCodeChallenge::from_code_verifier_sha256(&verifier))
            .set_redirect_uri(Cow::Borrowed(request.redirect_uri));
        if let Some(mode) = request.mode {
            authorize = authorize.add_extra_param("mode", mode);
        }
        authorize.url().0
    }

    /// Exchanges the code of a login (RFC 6749, section 4.1.3). It is sent once: a code works once.
    pub(crate) async fn exchange(
        &self,
        code: &Secret,
        verifier: &Secret,
        redirect_uri: &RedirectUrl,
    ) -> Result<FreshTokens, AuthError> {
        let answer = self
            .client
            .exchange_code(AuthorizationCode::new(code.expose_secret().to_owned()))
            .set_pkce_verifier(PkceCodeVerifier::new(verifier.expose_secret().to_owned()))
            .set_redirect_uri(Cow::Borrowed(redirect_uri))
            .request_async(&self.wire)
            .await;
        answer.map_err(token_error)?.checked()
    }

    /// Renews a session (RFC 6749, section 6).
    pub(crate) async fn renew(&self, refresh_token: &Secret) -> Result<FreshTokens, AuthError> {
        let refresh_token = oauth2::RefreshToken::new(refresh_token.expose_secret().to_owned());
        let answer = self
            .client
            .exchange_refresh_token(&refresh_token)
            .request_async(&self.wire)
            .await;
        answer.map_err(token_error)?.checked()
    }
}

impl fmt::Debug for Grants {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Grants")
            .field("wire", &self.wire)
            .finish_non_exhaustive()
    }
}

/// A random text of 64 characters that a code verifier may consist of (RFC 7636, section 4.1).
pub(crate) fn random_verifier() -> Secret {
    let (_, verifier) = PkceCodeChallenge::new_random_sha256_len(48);
    Secret::new(verifier.into_secret())
}

/// A random text of 256 bits.
pub(crate) fn random_state() -> Secret {
    Secret::new(CsrfToken::new_random_len(32).into_secret())
}

/// Whether a text is a code verifier: the oauth2 crate checks the length by a panic and the characters not at all.
pub(crate) fn is_verifier(text: &str) -> bool {
    (43..=128).contains(&text.len())
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~'))
}

/// A token answer whose tokens can be moved out, so that they end up in a [`Secret`] and nowhere else.
#[derive(Deserialize, Serialize)]
struct TokenAnswer {
    access_token: oauth2::AccessToken,
    #[serde(deserialize_with = "oauth2::helpers::deserialize_untagged_enum_case_insensitive")]
    token_type: BasicTokenType,
    expires_in: Option<u64>,
    refresh_token: Option<oauth2::RefreshToken>,
    #[serde(
        default,
        rename = "scope",
        deserialize_with = "oauth2::helpers::deserialize_space_delimited_vec",
        serialize_with = "oauth2::helpers::serialize_space_delimited_vec",
        skip_serializing_if = "Option::is_none"
    )]
    scopes: Option<Vec<Scope>>,
    #[serde(flatten)]
    extra: Map<String, Value>,
}

impl TokenAnswer {
    fn checked(self) -> Result<FreshTokens, AuthError> {
        if !matches!(self.token_type, BasicTokenType::Bearer) {
            return Err(AuthError::malformed("token_type"));
        }
        let access_token = Secret::new(self.access_token.into_secret());
        if !is_header_safe(access_token.expose_secret()) {
            return Err(AuthError::malformed("access_token"));
        }
        let scopes = self.scopes.map(|scopes| {
            scopes
                .iter()
                .map(|scope| scope.to_string())
                // A program prints them, so what is no scope does not get that far.
                .filter(|scope| is_scope(scope))
                .collect::<Vec<_>>()
        });
        Ok(FreshTokens {
            access_token,
            refresh_token: self.refresh_token.map(|token| Secret::new(token.into_secret())),
            expires_in: self.expires_in,
            scopes: scopes.filter(|scopes| !scopes.is_empty()),
            extra: self.extra,
        })
    }
}

impl fmt::Debug for TokenAnswer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TokenAnswer").finish_non_exhaustive()
    }
}

impl TokenResponse for TokenAnswer {
    type TokenType = BasicTokenType;

    fn access_token(&self) -> &oauth2::AccessToken {
        &self.access_token
    }

    fn token_type(&self) -> &BasicTokenType {
        &self.token_type
    }

    fn expires_in(&self) -> Option<Duration> {
        self.expires_in.map(Duration::from_secs)
    }

    fn refresh_token(&self) -> Option<&oauth2::RefreshToken> {
        self.refresh_token.as_ref()
    }

    fn scopes(&self) -> Option<&Vec<Scope>> {
        self.scopes.as_ref()
    }
}

fn token_error(error: RequestTokenError<AuthError, CarriedRefusal>) -> AuthError {
    match error {
        RequestTokenError::ServerResponse(refusal) => AuthError::new(Kind::Refused(refusal.into())),
        RequestTokenError::Request(error) => error,
        // The parse error quotes values and holds the whole body, so nothing of it is kept but the field's name.
        RequestTokenError::Parse(error, mut body) => {
            body.zeroize();
            let path = error.path().to_string();
            let known = ["token_type", "expires_in", "refresh_token", "scope"];
            AuthError::malformed(
                known
                    .into_iter()
                    .find(|name| path == *name)
                    .unwrap_or("access_token"),
            )
        }
        RequestTokenError::Other(_) => AuthError::malformed("access_token"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base_url::BaseUrl;
    use crate::http::HttpOptions;
    use crate::wire::TokenDialect;

    fn challenge(verifier: &str) -> String {
        PkceCodeChallenge::from_code_verifier_sha256(&PkceCodeVerifier::new(verifier.to_owned()))
            .as_str()
            .to_owned()
    }

    #[test]
    fn challenges_match_the_vectors_of_rfc_7636() {
        for (verifier, expected) in [
            (
                "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk".to_owned(),
                "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM",
            ),
            ("a".repeat(43), "ZtNPunH49FD35FWYhT5Tv8I7vRKQJ8uxMaL0_9eHjNA"),
            ("A".repeat(64), "1T7aemN8mcx_tWbZbp-hCb8VxHhBCj9etNTE4mzQgfY"),
            ("~".repeat(128), "zNhOm5Jyonenca7bQzzpjUpwFDVrfhrbbOGCqgWA6HU"),
            (
                "-._~".repeat(16) + "abc",
                "6KwIezPEDNbtjhis4HELP7MdXQiLpOT7PLQmupV5RBg",
            ),
        ] {
            assert!(is_verifier(&verifier), "{verifier}");
            assert_eq!(challenge(&verifier), expected, "{verifier}");
        }
    }

    #[test]
    fn appendix_a_and_b_of_rfc_7636_encode_without_padding() {
        use base64::Engine as _;
        let encode = |octets: &[u8]| base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(octets);
        assert_eq!(encode(&[3, 236, 255, 224, 193]), "A-z_4ME");
        let octets = [
            116, 24, 223, 180, 151, 153, 224, 37, 79, 250, 96, 125, 216, 173, 187, 186, 22, 212, 37, 77, 105,
            214, 191, 240, 91, 88, 5, 88, 83, 132, 141, 121,
        ];
        assert_eq!(
            challenge(&encode(&octets)),
            "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
        );
    }

    #[test]
    fn what_is_no_verifier_is_refused() {
        let long = "a".repeat(42);
        for bad in [
            long.clone(),
            "a".repeat(129),
            long.clone() + " ",
            long.clone() + "+",
            long.clone() + "/",
            long.clone() + "=",
            "é".repeat(30),
        ] {
            assert!(!is_verifier(&bad), "{bad}");
        }
    }

    #[test]
    fn random_values_are_long_and_differ() {
        let (one, two) = (random_verifier(), random_verifier());
        assert_eq!(one.expose_secret().len(), 64);
        assert!(is_verifier(one.expose_secret()));
        assert_ne!(one.expose_secret(), two.expose_secret());
        assert_eq!(random_state().expose_secret().len(), 43);
        assert_ne!(random_state().expose_secret(), random_state().expose_secret());
    }

    #[test]
    fn the_authorize_url_holds_what_the_playbook_asks_for() {
        let base = BaseUrl::default();
        let wire = Wire::new(&HttpOptions::default(), &base, TokenDialect::default()).unwrap();
        let grants = Grants::new(
            Endpoints::documented(&base),
            "YOUR_CLIENT_ID",
            Some(&Secret::new("canary")),
            wire,
        );
        let url = grants.authorize_url(&AuthorizeRequest {
            redirect_uri: &RedirectUrl::new("myapp://auth/callback".to_owned()).unwrap(),
            scopes: &["api:access".to_owned(), "profile:read".to_owned()],
            mode: Some("signup"),
            verifier: &Secret::new("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"),
            state: &Secret::new("STATE_VALUE"),
        });
        assert_eq!(
            url.as_str(),
            "https://aipass.one/oauth2/authorize?response_type=code&client_id=YOUR_CLIENT_ID&state=STATE_VALUE\
             &code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM&code_challenge_method=S256\
             &redirect_uri=myapp%3A%2F%2Fauth%2Fcallback&scope=api%3Aaccess+profile%3Aread&mode=signup"
        );
    }
}
