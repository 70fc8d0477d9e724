// The OpenAPI file as schemas that Ajv can ask.
import Ajv2020 from "ajv/dist/2020.js";
import { parse } from "yaml";

/** Marks every place where an object of ours is described: a member that is not described there is an error. */
function closeObjects(schema, isOpen) {
    if (Array.isArray(schema)) return schema.forEach((each) => closeObjects(each, false));
    if (schema === null || typeof schema !== "object") return;
    for (const [name, value] of Object.entries(schema)) {
        if (name === "properties") Object.values(value).forEach((each) => closeObjects(each, false));
        else if (name === "allOf") value.forEach((each) => closeObjects(each, true));
        else if (["items", "oneOf", "anyOf", "additionalProperties"].includes(name)) closeObjects(value, false);
    }
    const describes = "$ref" in schema || "properties" in schema || "allOf" in schema;
    if (describes && !isOpen) schema.unevaluatedProperties = false;
}

function* answersOf(document) {
    yield* Object.values(document.components.responses);
    for (const operations of Object.values(document.paths)) {
        for (const operation of Object.values(operations)) yield* Object.values(operation.responses);
    }
}

function pointer(...names) {
    return "#/" + names.map((name) => String(name).replaceAll("~", "~0").replaceAll("/", "~1")).join("/");
}

export class OpenApiDocument {
    constructor(text) {
        this.document = parse(text);
        const closed = structuredClone(this.document);
        for (const [name, schema] of Object.entries(closed.components.schemas)) {
            if (/^[A-Z]/.test(name)) closeObjects(schema, true);
        }
        for (const answer of answersOf(closed)) {
            for (const media of Object.values(answer.content ?? {})) closeObjects(media.schema, false);
        }
        this.ajv = new Ajv2020.default({ strict: false, validateFormats: false, allErrors: true });
        this.ajv.addSchema(closed, "doc");
    }

    /** What is wrong with `value` as the schema at that pointer; "" for nothing. */
    errorsAt(place, value) {
        const valid = this.ajv.compile({ $ref: "doc" + place });
        return valid(value) ? "" : this.ajv.errorsText(valid.errors);
    }

    /** The answer that the file describes for a status, and where it stands. */
    answerOf(path, method, status) {
        const answers = this.document.paths[path][method].responses;
        const key = String(status) in answers ? String(status) : "default";
        const names = "$ref" in answers[key]
            ? answers[key].$ref.slice(2).split("/")
            : ["paths", path, method, "responses", key];
        return { key, names, answer: names.reduce((at, name) => at[name], this.document) };
    }

    /** What is wrong with an answer: its status, its media type, its headers, its body. */
    errorsOfAnswer(path, method, status, headers, body) {
        const { key, names, answer } = this.answerOf(path, method, status);
        // Under "default" stand headers of several refusals.
        const missing = Object.keys(key === "default" ? {} : answer.headers ?? {}).filter((name) => !headers.has(name));
        if (missing.length > 0) return `without the header ${missing}, which is documented for ${key}`;
        if (answer.content === undefined) return body === "" ? "" : `a body, where none is documented for ${key}`;
        const mediaType = (headers.get("content-type") ?? "").split(";")[0];
        if (!(mediaType in answer.content)) return "*/*" in answer.content ? "" : `${mediaType} is not documented for ${key}`;
        if (!mediaType.endsWith("json")) return "";
        return this.errorsAt(pointer(...names, "content", mediaType, "schema"), JSON.parse(body));
    }

    /** Every answer that has a status of its own, as "get /v1/changes 200". */
    answers() {
        return this.operations().flatMap(({ method, path, operation }) =>
            Object.keys(operation.responses).map((status) => `${method} ${path} ${status}`));
    }

    operations() {
        return Object.entries(this.document.paths).flatMap(([path, operations]) =>
            Object.entries(operations).map(([method, operation]) => ({ method, path, operation })));
    }

    /** Names of the parameters in that place ("query", "header"); `required`: only those that must be given. */
    parameters(path, method, place, required = false) {
        return (this.document.paths[path][method].parameters ?? [])
            .map((each) => "$ref" in each ? this.document.components.parameters[each.$ref.split("/").at(-1)] : each)
            .filter((each) => each.in === place && (each.required || !required)).map((each) => each.name);
    }

    /** Every example of a request body, with the pointer of the schema that it is one of. */
    *requestExamples() {
        for (const [path, operations] of Object.entries(this.document.paths)) {
            for (const [method, operation] of Object.entries(operations)) {
                for (const [type, media] of Object.entries(operation.requestBody?.content ?? {})) {
                    for (const [name, example] of Object.entries(media.examples ?? {})) {
                        const place = pointer("paths", path, method, "requestBody", "content", type, "schema");
                        yield { name: `${method} ${path} ${name}`, place, value: example.value };
                    }
                }
            }
        }
    }
}
