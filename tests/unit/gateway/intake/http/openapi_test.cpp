// Holds schemas/openapi.yaml to what the door does: its routes, rights, bounds and parameters. What the answers look
// like is checked against the running gateway in tests/openapi.
#include "gateway/intake/http/openapi.h"

#include <gmock/gmock.h>
#include <yaml-cpp/yaml.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <regex>
#include <set>
#include <sstream>

#include "gateway/intake/admission/prepare.h"
#include "gateway/intake/http/handlers.h"
#include "gateway/ticket/catalogue.h"

namespace yht::http {
namespace {

using Names = std::set<std::string>;

const YAML::Node& document() {
    static const YAML::Node node = YAML::Load(openApiText());
    return node;
}

/// The parameter itself where the file refers to one.
YAML::Node resolved(const YAML::Node& parameter) {
    const auto reference = parameter["$ref"];
    if (!reference) return parameter;
    const auto name = reference.as<std::string>().substr(std::string("#/components/parameters/").size());
    return document()["components"]["parameters"][name];
}

YAML::Node operationOf(const Route& route) {
    std::string method = route.method;
    for (char& c : method) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    return document()["paths"][route.path][method];
}

YAML::Node parameterOf(const YAML::Node& operation, const std::string& name) {
    for (const auto& each : operation["parameters"]) {
        const auto parameter = resolved(each);
        if (parameter["name"].as<std::string>() == name) return parameter;
    }
    return YAML::Node(YAML::NodeType::Undefined);
}

Names parametersIn(const YAML::Node& operation, const std::string& place) {
    Names names;
    for (const auto& each : operation["parameters"]) {
        const auto parameter = resolved(each);
        if (parameter["in"].as<std::string>() == place) names.insert(parameter["name"].as<std::string>());
    }
    return names;
}

Names namesInBraces(const std::string& path) {
    Names names;
    for (auto at = path.find('{'); at != path.npos; at = path.find('{', at + 1)) {
        names.insert(path.substr(at + 1, path.find('}', at) - at - 1));
    }
    return names;
}

/// Header fields that must be sent, or those that may be.
Names fieldsOf(const Route& route, bool required) {
    const auto operation = operationOf(route);
    auto names = parametersIn(operation, "header");
    std::erase_if(names, [&](const std::string& name) { return parameterOf(operation, name)["required"].as<bool>() != required; });
    return names;
}

std::string sourceText(const std::filesystem::path& path) {
    std::ifstream in(path, std::ios::binary);
    std::ostringstream text;
    text << in.rdbuf();
    return text.str();
}

/// Query parameters by which a handler asks, as its source text has them: what is read and documented nowhere shows here.
Names namesThatHandlersRead() {
    const std::regex asks(R"re((?:query\.(?:find|contains|at|count)\(|numberParameter\(\s*request, )"(\w+)")re");
    Names names;
    for (const auto& entry : std::filesystem::directory_iterator(YHT_SOURCE_DIR "/gateway/intake/http")) {
        if (!entry.path().filename().string().starts_with("handlers_")) continue;
        const auto text = sourceText(entry.path());
        for (std::sregex_iterator it(text.begin(), text.end(), asks), end; it != end; ++it) names.insert((*it)[1]);
    }
    return names;
}

std::vector<const Route*> partnerRoutes() {
    std::vector<const Route*> routes;
    for (const auto& route : routeTable()) {
        if (route.listener == RouteListener::Partner) routes.push_back(&route);
    }
    return routes;
}

TEST(OpenApiTest, TheCommittedFileIsWhatTheGatewayServes) {
    EXPECT_TRUE(sourceText(YHT_SOURCE_DIR "/schemas/openapi.yaml") == openApiText())
        << "schemas/openapi.yaml is not what the tables say; its first lines tell the command";
}

TEST(OpenApiTest, EveryRouteIsDocumented) {
    for (const Route* route : partnerRoutes()) {
        const auto operation = operationOf(*route);
        EXPECT_TRUE(operation && operation.IsMap())
            << route->method << ' ' << route->path << " is missing in schemas/openapi.yaml";
    }
}

TEST(OpenApiTest, NothingIsDocumentedThatDoesNotExist) {
    for (const auto& path : document()["paths"]) {
        for (const auto& operation : path.second) {
            const auto name = path.first.as<std::string>() + ' ' + operation.first.as<std::string>();
            bool exists = false;
            for (const Route* route : partnerRoutes()) {
                exists = exists || operationOf(*route).is(operation.second);
            }
            EXPECT_TRUE(exists) << name << " is no route of the partner listener";
        }
    }
}

TEST(OpenApiTest, OperationsHaveNamesOfTheirOwn) {
    Names names;
    for (const Route* route : partnerRoutes()) {
        EXPECT_TRUE(names.insert(operationOf(*route)["operationId"].as<std::string>("")).second) << route->path;
    }
}

TEST(OpenApiTest, RightsAreThoseOfTheRoute) {
    for (const Route* route : partnerRoutes()) {
        RightSet documented = 0;
        for (const auto& name : operationOf(*route)["x-rights"]) {
            for (unsigned bit = 0; bit < 32; ++bit) {
                const auto right = static_cast<trust::Right>(bit);
                if (name.as<std::string>() == trust::rightName(right)) documented |= anyOf(right);
            }
        }
        EXPECT_EQ(documented, route->rights) << route->path;
        EXPECT_TRUE(operationOf(*route)["x-rights"].IsSequence()) << route->path;
    }
}

TEST(OpenApiTest, BodiesAreBoundedAsTheRouteBoundsThem) {
    for (const Route* route : partnerRoutes()) {
        const auto operation = operationOf(*route);
        const auto bytes_max =
            route->body == Body::Streamed ? attachments::kBytesMaxDefault : route->body_bytes_max;
        EXPECT_EQ(operation["x-body-bytes-max"].as<std::size_t>(0), bytes_max) << route->path;
        EXPECT_EQ(operation["requestBody"].IsDefined(), route->body != Body::None) << route->path;
    }
}

TEST(OpenApiTest, SignedRoutesAskForTheThreeFieldsAndOthersForNone) {
    const Names wanted = {"Content-Digest", "Signature-Input", "Signature"};
    for (const Route* route : partnerRoutes()) {
        EXPECT_EQ(fieldsOf(*route, true), route->signature == Signature::Required ? wanted : Names{}) << route->path;
    }
}

TEST(OpenApiTest, FieldsThatMayBeLeftOutStandAtTheRoutesThatReadThem) {
    const Names signed_answer = {"Accept-Signature"};
    const std::map<std::string, Names> expected = {
        {"POST /v1/sources/{source}/messages", {"Accept-Signature", "Idempotency-Key"}},
        {"GET /v1/tickets", signed_answer},
        {"GET /v1/tickets/{ticket_no}", signed_answer},
        {"GET /v1/attachments/{digest}", {"Range", "If-Range", "If-None-Match"}},
        {"GET /v1/changes", signed_answer},
        {"GET /v1/proof", signed_answer},
        {"GET /v1/codes/{list}", signed_answer},
    };
    for (const Route* route : partnerRoutes()) {
        const auto name = std::string(route->method) + ' ' + route->path;
        const auto found = expected.find(name);
        EXPECT_EQ(fieldsOf(*route, false), found == expected.end() ? Names{} : found->second) << name;
    }
}

TEST(OpenApiTest, QueryParametersAreThoseOfTheHandlers) {
    const std::map<std::string, Names> expected = {
        {"/v1/tickets", {"source", "ticket_ref"}},
        {"/v1/changes", {"after", "limit", "wait"}},
        {"/v1/proof", {"seq", "first", "size"}},
    };
    Names all;
    for (const Route* route : partnerRoutes()) {
        const auto found = expected.find(route->path);
        const auto documented = parametersIn(operationOf(*route), "query");
        EXPECT_EQ(documented, found == expected.end() ? Names{} : found->second) << route->path;
        all.insert(documented.begin(), documented.end());
    }
    EXPECT_EQ(namesThatHandlersRead(), all);
}

TEST(OpenApiTest, PathParametersAreThoseOfThePath) {
    for (const Route* route : partnerRoutes()) {
        EXPECT_EQ(parametersIn(operationOf(*route), "path"), namesInBraces(route->path)) << route->path;
    }
}

TEST(OpenApiTest, EveryOperationSaysWhatARefusalLooksLike) {
    for (const Route* route : partnerRoutes()) {
        const auto answers = operationOf(*route)["responses"];
        EXPECT_TRUE(answers["403"]) << route->path;
        EXPECT_TRUE(answers["default"]) << route->path;
    }
}

TEST(OpenApiTest, BoundsOfChangesAreThoseOfTheHandler) {
    const auto operation = document()["paths"]["/v1/changes"]["get"];
    const auto limit = parameterOf(operation, "limit")["schema"];
    EXPECT_EQ(limit["minimum"].as<std::uint64_t>(), 1U);
    EXPECT_EQ(limit["maximum"].as<std::uint64_t>(), kChangesItemsMax);
    EXPECT_EQ(limit["default"].as<std::uint64_t>(), kChangesItemsDefault);
    EXPECT_EQ(parameterOf(operation, "wait")["schema"]["maximum"].as<std::uint64_t>(), kChangesWaitSecondsMax);
    EXPECT_EQ(operation["x-entries-examined-max"].as<std::size_t>(), kChangesExaminedMax);
    const auto items = document()["components"]["schemas"]["Changes"]["properties"]["items"];
    EXPECT_EQ(items["maxItems"].as<std::uint64_t>(), kChangesItemsMax);
}

TEST(OpenApiTest, AnArrayHoldsAsManyRecordsAsAdmissionTakes) {
    const auto body = document()["paths"]["/v1/records"]["post"]["requestBody"]["content"]["application/json"];
    EXPECT_EQ(body["schema"]["oneOf"][1]["maxItems"].as<std::size_t>(), intake::kItemsMax);
}

TEST(OpenApiTest, EveryErrorCodeAndEveryKindIsThere) {
    const auto schemas = document()["components"]["schemas"];
    Names codes;
    for (const auto& code : schemas["error_code"]["enum"]) codes.insert(code.as<std::string>());
    for (const auto& row : base::errorTable()) EXPECT_TRUE(codes.contains(row.wire)) << row.wire;
    EXPECT_EQ(codes.size(), base::errorTable().size());
    for (const auto& kind : ticket::kindTable()) EXPECT_TRUE(schemas[kind.name]["properties"]) << kind.name;
}

}  // namespace
}  // namespace yht::http
