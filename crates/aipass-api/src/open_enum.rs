//! The macro behind every string enum of the generated code.

/// A string enum that keeps the values it does not know, so that a new one never fails an answer.
#[doc(hidden)]
#[macro_export]
macro_rules! open_enum {
    ($(#[$meta:meta])* pub enum $name:ident { $($(#[$variant_meta:meta])* $variant:ident = $value:literal),* $(,)? }) => {
        $(#[$meta])*
        #[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[non_exhaustive]
        pub enum $name {
            $(
                $(#[$variant_meta])*
                #[doc = concat!("`", $value, "`")]
                $variant,
            )*
            /// A value that this version does not know.
            Unknown(::std::string::String),
        }

        impl $name {
            /// The values that this version knows, as they stand on the wire.
            pub const KNOWN: &'static [&'static str] = &[$($value),*];

            /// The value as it stands on the wire.
            #[must_use]
            pub fn as_str(&self) -> &str {
                match self {
                    $(Self::$variant => $value,)*
                    Self::Unknown(value) => value,
                }
            }
        }

        impl ::std::convert::From<&str> for $name {
            fn from(value: &str) -> Self {
                match value {
                    $($value => Self::$variant,)*
                    _ => Self::Unknown(value.to_owned()),
                }
            }
        }

        impl ::std::convert::From<::std::string::String> for $name {
            fn from(value: ::std::string::String) -> Self {
                match value.as_str() {
                    $($value => Self::$variant,)*
                    _ => Self::Unknown(value),
                }
            }
        }

        impl ::std::str::FromStr for $name {
            type Err = ::std::convert::Infallible;

            fn from_str(value: &str) -> ::std::result::Result<Self, Self::Err> {
                Ok(value.into())
            }
        }

        impl ::std::fmt::Display for $name {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl ::serde::Serialize for $name {
            fn serialize<S: ::serde::Serializer>(
                &self,
                serializer: S,
            ) -> ::std::result::Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }

        impl<'de> ::serde::Deserialize<'de> for $name {
            fn deserialize<D: ::serde::Deserializer<'de>>(
                deserializer: D,
            ) -> ::std::result::Result<Self, D::Error> {
                <::std::string::String as ::serde::Deserialize>::deserialize(deserializer).map(Self::from)
            }
        }

        impl $crate::multipart::Field for $name {
            fn put(self, name: &str, form: &mut $crate::multipart::Form) {
                form.text(name, self.as_str());
            }
        }
    };
}

#[cfg(test)]
#[expect(
    unreachable_pub,
    reason = "the macro makes public items, and this module is private"
)]
mod tests {
    open_enum! {
        /// Why it stopped.
        pub enum Reason { Stop = "stop", ToolCalls = "tool_calls" }
    }

    #[test]
    fn known_and_unknown_values_round_trip() {
        for (wire, value) in [
            ("stop", Reason::Stop),
            ("tool_calls", Reason::ToolCalls),
            ("from_2031", Reason::Unknown("from_2031".into())),
        ] {
            let json = format!("\"{wire}\"");
            assert_eq!(serde_json::from_str::<Reason>(&json).unwrap(), value);
            assert_eq!(serde_json::to_string(&value).unwrap(), json);
            assert_eq!(value.to_string(), wire);
            assert_eq!(Reason::from(wire), value);
        }
        assert_eq!(Reason::KNOWN, ["stop", "tool_calls"]);
    }
}
