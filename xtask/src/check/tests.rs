//! Each problem on a micro document: that it is found, where, and that nothing else is reported with it.

use super::*;
use crate::testing;
use serde_json::json;

/// A document without problems, with a bit of everything.
fn sound() -> Value {
    testing::document(
        "/models/{id}:
  get:
    operationId: get_model
    x-aipass-charge: free
    parameters: [{ name: id, in: path, required: true, schema: { type: string } }]
    responses: { '200': { description: OK, content: { application/json: { schema: { $ref: '#/components/schemas/Model' } } } } }
/chat:
  post:
    operationId: chat
    x-aipass-charge: paid
    requestBody: { content: { application/json: { schema: { type: object, properties: { model: { type: string } } } } } }
    responses: { '200': { description: OK, content: { text/event-stream: { schema: { $ref: '#/components/schemas/Model' } } } } }",
        "Model: { type: object, properties: { id: { type: string }, size: { type: string, enum: [s, l] } } }",
    )
}

/// The one problem that a change to the sound document makes.
fn problem_of(change: impl FnOnce(&mut Value)) -> Problem {
    let mut changed = sound();
    change(&mut changed);
    let Problems(mut problems) = document(&changed, &testing::allowlist(&sound())).unwrap_err();
    assert_eq!(problems.len(), 1, "{problems:?}");
    problems.remove(0)
}

#[track_caller]
fn check(change: impl FnOnce(&mut Value), place: &str, kind: &ProblemKind) {
    let problem = problem_of(change);
    assert_eq!((problem.place.to_string().as_str(), &problem.kind), (place, kind));
}

/// Sets a member that the document may not have yet.
fn set(pointer: &'static str, value: Value) -> impl FnOnce(&mut Value) {
    move |document| {
        let (parent, key) = pointer.rsplit_once('/').unwrap();
        document.pointer_mut(parent).unwrap()[key.replace("~1", "/")] = value;
    }
}

fn remove(pointer: &'static str) -> impl FnOnce(&mut Value) {
    move |document| {
        let (parent, key) = pointer.rsplit_once('/').unwrap();
        document
            .pointer_mut(parent)
            .unwrap()
            .as_object_mut()
            .unwrap()
            .remove(&key.replace("~1", "/"))
            .unwrap();
    }
}

const GET: &str = "paths./models/{id}.get";
const POST: &str = "paths./chat.post";

#[test]
fn a_sound_document_passes() {
    assert_eq!(document(&sound(), &testing::allowlist(&sound())), Ok(()));
}

#[test]
fn other_versions_are_refused_before_anything_else() {
    for version in [json!("3.1.0"), json!("2.0")] {
        let kind = ProblemKind::Version(version.as_str().unwrap().to_owned());
        check(set("/openapi", version), "openapi", &kind);
    }
    let none = problem_of(remove("/openapi"));
    assert_eq!(
        none.to_string(),
        "openapi: OpenAPI without a version is not supported, only 3.0.x"
    );
}

#[test]
fn a_reference_must_point_at_something() {
    let dangling = |target: &str| ProblemKind::DanglingRef(target.to_owned());
    check(
        set(
            "/components/schemas/Model/properties/id",
            json!({ "$ref": "#/components/schemas/Nope" }),
        ),
        "components.schemas.Model.properties.id",
        &dangling("#/components/schemas/Nope"),
    );
    check(
        set(
            "/paths/~1chat/post/responses/500",
            json!({ "$ref": "other.yaml#/Error" }),
        ),
        "paths./chat.post.responses.500",
        &dangling("other.yaml#/Error"),
    );
}

#[test]
fn data_in_an_example_is_no_reference() {
    let mut document = sound();
    document["components"]["schemas"]["Model"]["example"] = json!({ "$ref": "#/nowhere", "not": 1 });
    assert_eq!(super::document(&document, &testing::allowlist(&document)), Ok(()));
}

#[test]
fn an_operation_has_an_id_of_its_own() {
    check(
        remove("/paths/~1chat/post/operationId"),
        POST,
        &ProblemKind::NoOperationId,
    );
    // The paths are visited in alphabetical order, so that the second one is the duplicate.
    for id in ["chat", "Chat"] {
        let first = Place::operation("/chat", "post");
        let kind = ProblemKind::DuplicateOperationId {
            id: id.to_owned(),
            first,
        };
        check(
            set("/paths/~1models~1{id}/get/operationId", json!(id)),
            GET,
            &kind,
        );
    }
}

#[test]
fn an_operation_says_what_it_costs() {
    check(
        remove("/paths/~1chat/post/x-aipass-charge"),
        POST,
        &ProblemKind::NoCharge,
    );
    let kind = ProblemKind::UnknownCharge("cheap".to_owned());
    check(
        set("/paths/~1chat/post/x-aipass-charge", json!("cheap")),
        POST,
        &kind,
    );
}

#[test]
fn document_and_table_have_the_same_endpoints() {
    let allowed = |method: &str, path: &str| (method.to_owned(), path.to_owned());
    let (method, path) = allowed("POST", "/chat");
    check(
        remove("/paths/~1chat"),
        "paths",
        &ProblemKind::NotInDocument { method, path },
    );

    let mut more = sound();
    more["paths"]["/chat"]["delete"] = json!({ "operationId": "forget", "x-aipass-charge": "once", "responses": { "204": { "description": "" } } });
    let problems = document(&more, &testing::allowlist(&sound())).unwrap_err();
    assert_eq!(
        problems.to_string(),
        "paths./chat.delete: DELETE /chat is not in the allowlist"
    );
}

#[test]
fn a_media_type_is_handled_and_has_a_schema() {
    let xml =
        json!({ "description": "", "content": { "application/xml": { "schema": { "type": "string" } } } });
    let kind = ProblemKind::MediaType("application/xml".to_owned());
    check(
        set("/paths/~1chat/post/responses/200", xml.clone()),
        "paths./chat.post.responses.200.content.application/xml",
        &kind,
    );
    check(
        set("/paths/~1chat/post/requestBody", xml),
        "paths./chat.post.requestBody.content.application/xml",
        &kind,
    );
    check(
        set(
            "/paths/~1models~1{id}/get/responses/200/content/application~1json",
            json!({}),
        ),
        "paths./models/{id}.get.responses.200.content.application/json",
        &ProblemKind::NoSchema("application/json".to_owned()),
    );
}

#[test]
fn a_media_type_of_an_error_or_of_a_call_that_is_not_generated_is_free() {
    let form =
        json!({ "content": { "application/x-www-form-urlencoded": { "schema": { "type": "string" } } } });
    let html = json!({ "description": "", "content": { "text/html": { "schema": { "type": "string" } } } });
    let mut document = sound();
    document["paths"]["/chat"]["post"]["requestBody"] = form;
    document["paths"]["/chat"]["post"]["responses"]["502"] = html;
    let mut table = testing::allowlist(&document);
    table
        .endpoint
        .iter_mut()
        .for_each(|row| row.generate = row.path != "/chat");
    assert_eq!(super::document(&document, &table), Ok(()));
}

#[test]
fn a_success_is_declared() {
    let only_error = json!({ "404": { "description": "No" } });
    check(
        set("/paths/~1chat/post/responses", only_error),
        "paths./chat.post.responses",
        &ProblemKind::NoSuccess,
    );
}

#[test]
fn a_path_and_its_parameters_belong_together() {
    let kind = |name: &str| ProblemKind::PathParameter(name.to_owned());
    check(
        set("/paths/~1models~1{id}/get/parameters", json!([])),
        GET,
        &kind("id"),
    );
    let stray = json!([{ "name": "id", "in": "path", "required": true, "schema": { "type": "string" } }]);
    check(set("/paths/~1chat/post/parameters", stray), POST, &kind("id"));
    for (path, what) in [
        ("/models/{id:.*}", "{id:.*} is no plain name"),
        ("/models/{id", "a brace is not closed"),
        ("//models", "it has two slashes in a row"),
        ("models", "it does not start with a slash"),
    ] {
        let mut document = sound();
        let item = document["paths"]
            .as_object_mut()
            .unwrap()
            .remove("/models/{id}")
            .unwrap();
        document["paths"][path] = item;
        let Problems(problems) = super::document(&document, &testing::allowlist(&document)).unwrap_err();
        assert_eq!(problems[0].place, Place::operation(path, "get"));
        assert_eq!(problems[0].kind, ProblemKind::Path(what.to_owned()));
    }
}

#[test]
fn parameters_are_of_kinds_that_the_generator_has() {
    let place = "paths./chat.post.parameters";
    let schema = json!({ "type": "string" });
    for (parameter, kind) in [
        (json!({ "name": "a", "in": "cookie", "schema": schema }), "cookie"),
        (
            json!({ "name": "a", "in": "query", "style": "deepObject", "schema": schema }),
            "deepObject",
        ),
        (
            json!({ "name": "a", "in": "query", "content": { "application/json": { "schema": schema } } }),
            "content",
        ),
    ] {
        let kind = ProblemKind::Parameter {
            name: "a".to_owned(),
            kind: kind.to_owned(),
        };
        check(
            set("/paths/~1chat/post/parameters", json!([parameter])),
            place,
            &kind,
        );
    }
    let twice = json!([
        { "name": "userId", "in": "query", "schema": schema },
        { "name": "user-id", "in": "header", "schema": schema },
    ]);
    let kind = ProblemKind::SameName {
        first: "userId".to_owned(),
        second: "user-id".to_owned(),
        name: "user_id".to_owned(),
    };
    check(set("/paths/~1chat/post/parameters", twice), place, &kind);
}

#[test]
fn a_parameter_of_the_path_may_be_replaced() {
    let mut document = sound();
    let parameters = document["paths"]["/models/{id}"]["get"]["parameters"].clone();
    document["paths"]["/models/{id}"]["parameters"] = parameters;
    assert_eq!(super::document(&document, &testing::allowlist(&document)), Ok(()));
}

#[test]
fn a_union_is_nullable_where_it_is_used() {
    let union = json!({ "nullable": true, "oneOf": [{ "type": "string" }, { "type": "integer" }] });
    check(
        set("/components/schemas/Code", union),
        "components.schemas.Code",
        &ProblemKind::NullableUnion,
    );
}

#[test]
fn schemas_are_of_kinds_that_the_generator_has() {
    let property = "/components/schemas/Model/properties/size";
    let place = "components.schemas.Model.properties.size";
    check(
        set(property, json!({ "not": { "type": "string" } })),
        place,
        &ProblemKind::Keyword("not"),
    );
    check(
        set(property, json!({ "type": ["string", "null"] })),
        place,
        &ProblemKind::Keyword("type with a list"),
    );
    check(
        set(property, json!({ "type": "integer", "enum": [1, 2] })),
        place,
        &ProblemKind::EnumOfOther,
    );
    let kind = ProblemKind::SameName {
        first: "theSize".to_owned(),
        second: "the_size".to_owned(),
        name: "the_size".to_owned(),
    };
    let twice = json!({ "theSize": { "type": "string" }, "the_size": { "type": "string" } });
    check(
        set("/components/schemas/Model/properties", twice),
        "components.schemas.Model.properties",
        &kind,
    );
}

#[test]
fn a_property_may_be_called_like_a_keyword() {
    let mut document = sound();
    for name in ["not", "enum", "default", "example"] {
        document["components"]["schemas"]["Model"]["properties"][name] = json!({ "type": "string" });
    }
    assert_eq!(super::document(&document, &testing::allowlist(&document)), Ok(()));
}

#[test]
fn what_is_no_openapi_has_a_place_too() {
    let problem = problem_of(set("/components/schemas/Model/properties/id", json!("text")));
    assert_eq!(problem.place, Place::schema("Model"));
    assert!(matches!(problem.kind, ProblemKind::Shape(_)), "{problem}");
    let problem = problem_of(set("/paths/~1chat/post/responses/200/description", json!(5)));
    assert_eq!(problem.place, Place::operation("/chat", "post"));
}
