//! What types promise without being run.

use aipass_auth::{
    AccessToken, Auth, AuthBuilder, AuthError, BuildError, HttpOptions, LogoutReport, MemoryStore,
    PendingLogin, RegisteredClient, Secret, SessionInfo, StaticToken, StoreError, StoreLock, StoredTokens,
    TokenSource, TokenStore,
};

/// Does not compile if the type implements the trait: then both impls apply and the method is ambiguous.
macro_rules! assert_not {
    ($type:ty: $($trait:path),+) => {$({
        trait Ambiguous<A> { fn probe() {} }
        impl<T: ?Sized> Ambiguous<()> for T {}
        struct Implements;
        impl<T: ?Sized + $trait> Ambiguous<Implements> for T {}
        <$type as Ambiguous<_>>::probe();
    })+};
}

#[test]
fn a_secret_cannot_be_printed_compared_or_serialised() {
    assert_not!(Secret: std::fmt::Display, serde::Serialize, std::ops::Deref, PartialEq, AsRef<str>);
    assert_not!(AccessToken: std::fmt::Display, serde::Serialize, std::ops::Deref, PartialEq, AsRef<str>);
    assert_not!(StoredTokens: std::fmt::Display, serde::Serialize);
    assert_not!(PendingLogin: std::fmt::Display, Clone);
    assert_eq!(format!("{:?}", Secret::new("canary")), "[redacted]");
}

#[test]
fn what_users_hold_can_move_between_threads() {
    fn check<T: Send + Sync + 'static>() -> usize {
        size_of::<T>()
    }
    let sizes = [
        check::<Auth>(),
        check::<AuthBuilder>(),
        check::<AuthError>(),
        check::<BuildError>(),
        check::<HttpOptions>(),
        check::<LogoutReport>(),
        check::<MemoryStore>(),
        check::<PendingLogin>(),
        check::<RegisteredClient>(),
        check::<SessionInfo>(),
        check::<StaticToken>(),
        check::<StoreError>(),
        check::<StoreLock>(),
        check::<StoredTokens>(),
        check::<Box<dyn TokenStore>>(),
        check::<Box<dyn TokenSource>>(),
    ];
    assert_eq!(
        size_of::<AuthError>(),
        size_of::<usize>(),
        "an error is one pointer"
    );
    assert!(sizes.iter().all(|size| *size > 0));
}
