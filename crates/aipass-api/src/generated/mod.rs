// @generated from openapi/aipass.yaml by `cargo xtask regen`; do not edit.

pub mod client;
mod companion;
pub mod enums;
pub mod operations;
