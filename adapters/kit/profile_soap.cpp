// `transport.soap` and the section `faults` of a profile.
#include <algorithm>

#include "adapters/kit/profile_loader.h"

namespace yht::kit {
namespace {

bool isPlain(const std::string& text) {
    return std::all_of(text.begin(), text.end(), [](char c) { return c >= ' ' && c <= '~' && c != '"'; });
}

/// "{operation}" in a text.
std::string expanded(std::string text, const std::string& operation) {
    constexpr std::string_view kPlace = "{operation}";
    if (const auto at = text.find(kPlace); at != text.npos) text.replace(at, kPlace.size(), operation);
    return text;
}

}  // namespace

void ProfileLoader::soap(YamlMap map) {
    SoapCallRules& soap = profile_->transport_.soap.emplace();
    const std::string version = map.text("version", "1.1");
    if (version == "1.2") soap.version = trust::SoapVersion::V12;
    else if (version != "1.1") map.problem("version: write \"1.1\" or \"1.2\"");
    soap.namespace_uri = map.text("namespace");
    soap.send.name = map.text("operation");
    soap.query.name = map.text("query_operation", "");
    const std::string action = map.text("action", (soap.namespace_uri + "{operation}").c_str());
    const std::string response = map.text("response", "{operation}Response");
    for (auto* operation : {&soap.send, &soap.query}) {
        if (operation->name.empty()) continue;
        operation->action = expanded(action, operation->name);
        operation->response = expanded(response, operation->name);
        if (!isElementName(operation->name) || !isElementName(operation->response) || !isPlain(operation->action))
            map.problem("operation and response: names of elements; action: visible ASCII");
    }
    soap.argument = map.text("argument", "");
    if (!soap.argument.empty() && !isElementName(soap.argument)) map.problem("argument: the name of an element");
    for (const auto& [name, value] : map.entries("arguments")) {
        if (!isElementName(name) || !value.IsScalar()) map.problem("arguments: NAME: text");
        else soap.arguments.emplace_back(name, value.Scalar());
    }
    const std::string elements = map.text("elements", "qualified");
    soap.qualified = elements == "qualified";
    if (!soap.qualified && elements != "unqualified") map.problem("elements: write qualified or unqualified");
    const std::string security = map.text("security", "none");
    soap.is_signed = security == "x509";
    if (!soap.is_signed && security != "none") map.problem("security: write x509 or none");
    soap.addressing = map.flag("addressing", false);
    if (soap.addressing && !soap.is_signed) map.problem("addressing needs security: x509");
    if (!profile_->isHttp()) map.problem("a call is HTTP's");
    map.finish();
}

void ProfileLoader::faults(YamlMap map) {
    FaultRules& faults = profile_->answer_.faults;
    faults.detail_code = map.text("detail_code", "");
    faults.retry_after = map.text("retry_after", "");
    faults.fields = map.text("fields", "");
    faults.field_name = map.text("field_name", "");
    faults.field_code = map.text("field_code", "");
    const YAML::Node rows = map.node("rows");
    if (rows.IsDefined() && !rows.IsSequence()) map.problem("rows: write a list");
    else if (rows.IsDefined()) {
        for (const auto& node : rows) faults.rows.push_back(faultRow(YamlMap(node, "faults.rows", problems_)));
    }
    map.finish();
}

FaultRow ProfileLoader::faultRow(YamlMap map) {
    FaultRow row;
    row.asks_code = map.has("code");
    row.asks_subcode = map.has("subcode");
    row.asks_detail = map.has("detail");
    row.codes = codes(map, "code");
    row.subcodes = codes(map, "subcode");
    row.details = codes(map, "detail");
    row.http = statusesOf(map, "http");
    row.unsigned_too = map.flag("unsigned", false);
    const std::string then = map.text("then");
    if (then == "refuse") row.then = FaultClass::Refuse;
    else if (then == "stop") row.then = FaultClass::Stop;
    else if (then != "retry") map.problem("then: write retry, refuse or stop");
    if (row.unsigned_too && row.then == FaultClass::Refuse)
        map.problem("a record is refused by nobody who does not sign: unsigned goes with retry and stop");
    if (!row.asks_code && !row.asks_subcode && !row.asks_detail && row.http.empty())
        map.problem("a row names code, subcode, detail or http: what no row names is no answer");
    map.finish();
    return row;
}

/// What a call asks of the answer's rules.
void ProfileLoader::checkSoap(YamlMap& root) {
    const auto& soap = profile_->transport_.soap;
    const auto& answer = profile_->answer_;
    const auto& receipt = answer.receipt;
    if (!soap && (root.has("faults") || !answer.soap_element.empty()))
        root.problem("faults and answer.soap are for transport.soap");
    if (soap && answer.soap_element.empty() && answer.form == TextForm::Json)
        root.problem("answer: what stands in the Body is XML; write answer.soap: ELEMENT where a text inside it is the answer");
    for (const auto& row : answer.faults.rows) {
        if (row.asks_detail && answer.faults.detail_code.empty()) root.problem("faults: rows with detail need detail_code");
    }
    const bool own_receipt = receipt.required || !receipt.signature.empty() || !receipt.keep.empty();
    if (soap && soap->is_signed && own_receipt)
        root.problem("receipt: with security: x509 the answer's signature is the receipt; only batch_id is asked");
    const bool bytes_asked = std::any_of(
        receipt.signed_text.parts.begin(), receipt.signed_text.parts.end(), [](const auto& part) { return part.digest != PartDigest::None; }
    );
    if (answer.form == TextForm::Xml && (bytes_asked || !receipt.keep.empty()))
        root.problem("receipt: sha256(…) and keep are of JSON; an XML answer is kept whole with its exchange");
}

std::set<int> ProfileLoader::statusesOf(YamlMap& map, const char* key) {
    std::set<int> all;
    for (const auto& text : map.texts(key)) {
        if (text.size() == 3 && text.find_first_not_of("0123456789") == std::string::npos) {
            all.insert(std::stoi(text));
        } else {
            map.problem(std::string(key) + ": write HTTP status numbers");
        }
    }
    return all;
}

}  // namespace yht::kit
