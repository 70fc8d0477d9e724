// node validate.mjs FILE EXAMPLES_DIRECTORY: is FILE valid OpenAPI 3.1, and are its examples and ours what it describes?
import { readdirSync, readFileSync } from "node:fs";
import { Validator } from "@seriousme/openapi-schema-validator";
import { OpenApiDocument } from "./openapi_document.mjs";

const [file, examples] = process.argv.slice(2);
const text = readFileSync(file, "utf8");
let failed = 0;
function check(name, errors) {
    if (errors === "") return;
    failed += 1;
    console.error(`${name}: ${errors}`);
}

const validator = new Validator({ strict: false });
const result = await validator.validate(text);
check(file, result.valid ? "" : JSON.stringify(result.errors, null, 1));
check("version", validator.version === "3.1" ? "" : `is ${validator.version}`);

const document = new OpenApiDocument(text);
let count = 0;
for (const { name, place, value } of document.requestExamples()) {
    check(name, document.errorsAt(place, value));
    count += 1;
}
for (const name of readdirSync(examples).filter((each) => each.endsWith(".json"))) {
    const record = JSON.parse(readFileSync(`${examples}/${name}`, "utf8"));
    check(name, document.errorsAt("#/components/schemas/record", record));
    check(`${name} with a field that is not there`,
        document.errorsAt("#/components/schemas/record", { ...record, no_such_field: "1" }) ? "" : "was taken");
    count += 1;
}
console.log(`${count} examples`);
process.exit(failed === 0 && count > 10 ? 0 : 1);
