//! The documentation shows the tables that the code goes by.

#[test]
fn the_documentation_shows_the_tables_of_the_code() {
    let shown = include_str!("../../crates/aipass/src/policy/tables.md");
    assert_eq!(
        shown,
        aipass::policy::tables(),
        "the tables are stale; run `cargo xtask regen`"
    );
}
