//! Texts as vectors.

use super::{charged, home};
use aipass::{cosine_similarity, enums::EmbeddingEncoding};
use aipass_sandbox::{Fault, Route, Sandbox};

#[tokio::test]
async fn numbers_and_base64_are_the_same_vectors() {
    let (sandbox, ai) = home(Sandbox::builder()).await;
    let texts = ["The cat sleeps.", "The cat sleeps well.", "Taxes are due in May."];
    let ask = || ai.embeddings("text-embedding-3-small").inputs(texts);
    let base64 = charged(&sandbox, 1, ask().send()).await.unwrap();
    let float = ask().encoding(EmbeddingEncoding::Float).send().await.unwrap();
    assert_eq!(base64.vectors, float.vectors);
    assert_eq!((base64.len(), base64[0].len()), (3, 1536));
    assert_eq!(base64.usage.as_ref().unwrap().total_tokens, Some(12));
    let near = cosine_similarity(&base64[0], &base64[1]).unwrap();
    let far = cosine_similarity(&base64[0], &base64[2]).unwrap();
    assert!(near > far, "{near} {far}");

    let fewer = ask().dimensions(64).send().await.unwrap();
    assert!(fewer.iter().all(|vector| vector.len() == 64));
    let large = ai
        .embeddings("text-embedding-3-large")
        .input("x")
        .send()
        .await
        .unwrap();
    assert_eq!((large.len(), large[0].len()), (1, 3072));
}

/// Routes to Gemini refuse the field that asks for base64.
#[tokio::test]
async fn a_model_of_another_provider_works_without_base64() {
    let (sandbox, ai) = home(Sandbox::builder()).await;
    let ask = || ai.embeddings("gemini/gemini-embedding-001").input("A cat");
    let vectors = charged(&sandbox, 1, ask().send()).await.unwrap();
    assert_eq!(vectors[0].len(), 256);
    let forced = ask().encoding(EmbeddingEncoding::Base64);
    let error = charged(&sandbox, 0, forced.send()).await.unwrap_err();
    assert!(error.is_bad_request(), "{error}");
}

#[tokio::test]
async fn batches_keep_the_order_and_what_was_paid_for() {
    let (sandbox, ai) = home(Sandbox::builder()).await;
    let texts: Vec<String> = (0..25).map(|number| format!("text number {number}")).collect();
    let ask = || {
        ai.embeddings("text-embedding-3-small")
            .dimensions(32)
            .inputs(texts.clone())
    };
    let whole = ask().send().await.unwrap();
    let parts = charged(&sandbox, 4, ask().send_in_batches(7, 3)).await.unwrap();
    assert_eq!(parts.vectors, whole.vectors);
    assert_eq!(
        parts.usage.unwrap().total_tokens,
        whole.usage.unwrap().total_tokens
    );

    // One batch after the other, of which the second meets trouble: the first is kept, and none is begun after it.
    sandbox.fail_next(Route::Embeddings, Fault::CutAfterBytes(1_000_000));
    sandbox.fail_next(Route::Embeddings, Fault::status(500, "{}"));
    let error = charged(&sandbox, 1, ask().send_in_batches(10, 1))
        .await
        .unwrap_err();
    assert!(error.error.is_server(), "{error:?}");
    let done: Vec<bool> = error.vectors.iter().map(Option::is_some).collect();
    assert_eq!((done.len(), done.iter().filter(|done| **done).count()), (25, 10));
    assert_eq!(error.vectors[3].as_ref(), Some(&whole.vectors[3]));
}
